// The states alone: coefficients that fit the data.
#include "estimators/joint/averages.hpp"
#include "estimators/joint/sampled_inverse.hpp"
#include "petsc/access.hpp"
#include "solver/conjugate_gradients.hpp"

namespace mollis::joint {

namespace {

constexpr solver::Stop rule{1e-12, 2000, false};

/// (H S)^T M H S + ridge of one state.
class DataOperator final : public solver::Operator {
 public:
  DataOperator(Lattice const& lattice, observations::Operator const& observe, Field observed, double ridge)
      : jets_(lattice.jets(mollifier::sums_of({mollifier::MultiIndex{}}))), observe_(observe), observed_(std::move(observed)), ridge_(ridge),
        size_(lattice.extended().local_size()), values_("state", static_cast<std::size_t>(lattice.grid().local_size())) {}

  /// out += (H S)^T of rows that are 0 in gaps.
  void transpose(Field const& masked, Field const& out) const {
    Field const box = observe_.apply_transpose_add(masked, out);
    if (observe_.reads_state()) jets_.apply_transpose_add({box}, out);
  }
  void apply(Vec in, Vec out) override {
    petsc::check(VecSet(out, 0.0));
    petsc::Reading const reading(in);
    petsc::Writing writing(out);
    Field const from = reading.piece(0, size_), to = writing.piece(0, size_);
    if (observe_.reads_state()) jets_.apply(from, {values_});
    Field const rows = observe_.apply(from, values_);
    kernels::apply_mask(observed_, rows);
    kernels::add_scaled(ridge_, from, to);
    transpose(rows, to);
  }

 private:
  mollifier::Jets jets_;
  observations::Operator const& observe_;
  Field observed_;                 ///< 0 in gaps
  double ridge_;
  Index size_;                     ///< of the extended lattice
  Field values_;
};

/// Whether a state was observed at every point of the grid, and there alone. Collective.
bool is_complete(Field const& observed, observations::Operator const& observe, grid::Grid const& grid) {
  auto const host = on_host(observed);
  double count = 0.0;
  for (std::size_t i = 0; i < host.extent(0); ++i) count += host(i) != 0.0 ? 1.0 : 0.0;
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return observe.reads_state() && count == static_cast<double>(grid.points());
}

}  // namespace

petsc::Vector Objective::fit_states(double ridge) {
  auto x = make_vector();
  MPI_Comm const comm = problem_.grid.comm();
  auto const g = petsc::make_vector(comm, layout_.state_size), b = petsc::like(g);
  std::optional<SampledInverse> inverse;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    bool const complete = problem_.states[s].points == nullptr && is_complete(states_[s].weight, *states_[s].observe, problem_.grid);
    if (complete && !inverse) inverse = SampledInverse::make(lattice_, ridge);
    DataOperator data(lattice_, *states_[s].observe, states_[s].weight, ridge);
    petsc::check(VecSet(b, 0.0));
    petsc::check(VecSet(g, 0.0));
    {
      petsc::Writing to(b);
      data.transpose(states_[s].data, to.piece(0, layout_.state_size));
    }
    solver::ConjugateGradients(comm, layout_.state_size, data, complete && inverse ? &*inverse : nullptr, rule).solve(b, g);
    petsc::Reading const from(g);
    petsc::Writing to(x);
    Kokkos::deep_copy(to.piece(layout_.state[s], layout_.state_size), from.piece(0, layout_.state_size));
  }
  return x;
}

}  // namespace mollis::joint

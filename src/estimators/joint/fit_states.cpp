// The states alone: coefficients that fit the data.
#include "estimators/joint/objective.hpp"
#include "petsc/access.hpp"
#include "solver/conjugate_gradients.hpp"

namespace mollis::joint {

namespace {

constexpr solver::Stop rule{1e-12, 2000, false};

/// (H S)^T M H S + ridge of one state.
class DataOperator final : public solver::Operator {
 public:
  DataOperator(Lattice const& lattice, observations::Operator const& observe, Field observed, double ridge, Extents const& extents, Index points)
      : jets_(lattice.jets({mollifier::MultiIndex{}})), observe_(observe), observed_(std::move(observed)), window_(lattice.window()),
        dense_(kernels::window(extents, {0, 0, 0, 0})), extents_(extents), ridge_(ridge),
        values_("state", static_cast<std::size_t>(lattice.extended().local_size())), box_("state", static_cast<std::size_t>(points)) {}

  /// out += (H S)^T of rows that are 0 in gaps.
  void transpose(Field const& masked, Field const& out) const {
    Field const box = observe_.apply_transpose_add(masked, out);
    if (!observe_.reads_state()) return;
    kernels::copy_box(box, dense_, values_, window_, extents_);
    jets_.apply_transpose_add({values_}, out);
  }
  void apply(Vec in, Vec out) override {
    petsc::check(VecSet(out, 0.0));
    auto const size = static_cast<Index>(values_.extent(0));
    petsc::Reading const reading(in);
    petsc::Writing writing(out);
    Field const from = reading.piece(0, size), to = writing.piece(0, size);
    if (observe_.reads_state()) {
      jets_.apply(from, {values_});
      kernels::copy_box(values_, window_, box_, dense_, extents_);
    }
    Field const rows = observe_.apply(from, box_);
    kernels::apply_mask(observed_, rows);
    kernels::add_scaled(ridge_, from, to);
    transpose(rows, to);
  }

 private:
  mollifier::Jets jets_;
  observations::Operator const& observe_;
  Field observed_;                 ///< 0 in gaps
  kernels::Window window_, dense_;
  Extents extents_;
  double ridge_;
  Field values_;                   ///< on the extended lattice, 0 outside the grid
  Field box_;
};

}  // namespace

petsc::Vector Objective::fit_states(double ridge) {
  auto x = make_vector();
  MPI_Comm const comm = problem_.grid.comm();
  auto const g = petsc::make_vector(comm, layout_.state_size), b = petsc::like(g);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    DataOperator data(lattice_, *states_[s].observe, states_[s].weight, ridge, extents_, extents_product_);
    petsc::check(VecSet(b, 0.0));
    petsc::check(VecSet(g, 0.0));
    {
      petsc::Writing to(b);
      data.transpose(states_[s].data, to.piece(0, layout_.state_size));
    }
    solver::ConjugateGradients(comm, layout_.state_size, data, nullptr, rule).solve(b, g);
    petsc::Reading const from(g);
    petsc::Writing to(x);
    Kokkos::deep_copy(to.piece(layout_.state[s], layout_.state_size), from.piece(0, layout_.state_size));
  }
  return x;
}

}  // namespace mollis::joint

// The states alone: coefficients that fit the data.
#include "estimators/joint/averages.hpp"
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

/// The inverse of |S|^2 + ridge in waves of the lattice, as if every point were observed: exact where no axis is open.
class WavesInverse final : public solver::Preconditioner {
 public:
  WavesInverse(Lattice const& lattice, equation::System const& system, double ridge)
      : box_(lattice.extended(), bases_of(lattice), -1), inverse_("inverse", static_cast<std::size_t>(box_.lines().box.size())) {
    Symbols const symbols(lattice, system);
    for (std::size_t m = 0; m < inverse_.extent(0); ++m) {
      double const s = smoothing_of(symbols, mode_of(box_.lines().box, static_cast<Index>(m)), lattice.grid().dimension());
      inverse_[m] = 1.0 / (s * s + ridge);
    }
  }
  void apply(Vec r, Vec z) override {
    petsc::Reading const from(r);
    petsc::Writing to(z);
    Index const size = local_size(r);
    HostField waves = box_.forward_of(on_host(from.piece(0, size)));
    for (std::size_t m = 0; m < waves.extent(0); ++m) waves[m] *= inverse_[m];
    box_.backward(waves);
    Kokkos::deep_copy(to.piece(0, size), waves);
  }

 private:
  static Index local_size(Vec v) {
    PetscInt size = 0;
    petsc::check(VecGetLocalSize(v, &size));
    return size;
  }
  spectral::SpectralBox box_;
  HostField inverse_;
};

}  // namespace

petsc::Vector Objective::fit_states(double ridge) {
  auto x = make_vector();
  MPI_Comm const comm = problem_.grid.comm();
  auto const g = petsc::make_vector(comm, layout_.state_size), b = petsc::like(g);
  WavesInverse waves(lattice_, problem_.system(), ridge);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    bool const even = problem_.states[s].points == nullptr && !is_scarce();
    DataOperator data(lattice_, *states_[s].observe, states_[s].weight, ridge);
    petsc::check(VecSet(b, 0.0));
    petsc::check(VecSet(g, 0.0));
    {
      petsc::Writing to(b);
      data.transpose(states_[s].data, to.piece(0, layout_.state_size));
    }
    solver::ConjugateGradients(comm, layout_.state_size, data, even ? &waves : nullptr, rule).solve(b, g);
    petsc::Reading const from(g);
    petsc::Writing to(x);
    Kokkos::deep_copy(to.piece(layout_.state[s], layout_.state_size), from.piece(0, layout_.state_size));
  }
  return x;
}

}  // namespace mollis::joint

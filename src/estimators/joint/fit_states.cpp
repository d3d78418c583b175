// The states alone: coefficients that fit the data.
#include "estimators/joint/objective.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {

using petsc::check;

namespace {

/// S^T M S + ridge of one state, as PETSc calls it.
struct DataOperator {
  mollifier::Jets jets;
  Field observed;                  ///< 0 in gaps
  kernels::Window window;
  Extents extents;
  double ridge;
  Field values;                    ///< on the extended lattice, 0 outside the grid
  Field box;

  void transpose(Field const& masked, Field const& out) const {
    kernels::copy_box(masked, kernels::window(extents, {0, 0, 0, 0}), values, window, extents);
    jets.apply_transpose_add({values}, out);
  }
  void apply(Field const& in, Field const& out) const {
    jets.apply(in, {values});
    kernels::copy_box(values, window, box, kernels::window(extents, {0, 0, 0, 0}), extents);
    kernels::apply_mask(observed, box);
    kernels::add_scaled(ridge, in, out);
    transpose(box, out);
  }
};

PetscErrorCode multiply(Mat shell, Vec in, Vec out) {
  void* context = nullptr;
  PetscErrorCode const code = MatShellGetContext(shell, &context);
  if (code != 0) return code;
  auto const& data = *static_cast<DataOperator*>(context);
  PetscErrorCode const zeroed = VecSet(out, 0.0);
  if (zeroed != 0) return zeroed;
  PetscInt size = 0;
  VecGetLocalSize(in, &size);
  petsc::Reading const from(in);
  petsc::Writing to(out);
  data.apply(from.piece(0, size), to.piece(0, size));
  return 0;
}

}  // namespace

petsc::Vector Objective::fit_states(double ridge) {
  auto x = make_vector();
  MPI_Comm const comm = problem_.grid.comm();
  for (std::size_t s = 0; s < states_.size(); ++s) {
    DataOperator data{lattice_.jets({mollifier::MultiIndex{}}), states_[s].weight, lattice_.window(), extents_, ridge,
                      Field("state", static_cast<std::size_t>(layout_.state_size)), zeros()};
    auto const g = petsc::make_vector(comm, layout_.state_size), b = petsc::like(g);
    {
      petsc::Writing to(b);
      data.transpose(states_[s].data, to.piece(0, layout_.state_size));
    }
    petsc::Matrix shell;
    auto const local = static_cast<PetscInt>(layout_.state_size);
    check(MatCreateShell(comm, local, local, PETSC_DETERMINE, PETSC_DETERMINE, &data, shell.address()));
    check(MatShellSetOperation(shell, MATOP_MULT, reinterpret_cast<void (*)(void)>(multiply)));
    petsc::LinearSolver ksp;
    check(KSPCreate(comm, ksp.address()));
    check(KSPSetType(ksp, KSPCG));
    PC pc = nullptr;
    check(KSPGetPC(ksp, &pc));
    check(PCSetType(pc, PCNONE));
    check(KSPSetOperators(ksp, shell, shell));
    check(KSPSetTolerances(ksp, 1e-6, 0.0, 1e10, 500));
    check(KSPSolve(ksp, b, g));
    petsc::Reading const from(g);
    petsc::Writing to(x);
    Kokkos::deep_copy(to.piece(layout_.state[s], layout_.state_size), from.piece(0, layout_.state_size));
  }
  return x;
}

}  // namespace mollis::joint

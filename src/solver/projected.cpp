#include "solver/projected.hpp"

#include "petsc/failure.hpp"

namespace mollis::solver {

using petsc::check;

void Projected::apply(Vec in, Vec out) {
  if (moves_ == nullptr) return whole_.apply(in, out);
  if (!masked_) masked_ = petsc::like(in);
  check(VecPointwiseMult(masked_, in, moves_));
  whole_.apply(masked_, out);
  check(VecPointwiseMult(out, out, moves_));
}

/// Residuals are 0 where nothing moves.
void ProjectedPreconditioner::apply(Vec r, Vec z) {
  whole_.apply(r, z);
  if (moves_ != nullptr) check(VecPointwiseMult(z, z, moves_));
}

}  // namespace mollis::solver

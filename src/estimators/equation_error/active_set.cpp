// An affine fit within bounds: a primal and dual active set (Hintermueller, Ito, Kunisch 2002). What it ends with
// depends on the set alone, not on the way there, so that it is the same on any number of ranks.
#include "estimators/equation_error/equation_error.hpp"
#include "petsc/access.hpp"

namespace mollis::equation_error {
namespace {

using petsc::check;

constexpr int most_sets = 40;

double norm(Vec v) {
  PetscReal value = 0.0;
  check(VecNorm(v, NORM_2, &value));
  return value;
}

/// Which entries stand at a bound.
enum class At : char { inside, lower, upper };

/// Entries outside their bounds join the set, those that the gradient H x - b pulls inside leave it; whether any did,
/// on any rank.
bool update(parameters::ParameterSpace const& space, parameters::Bounds const& bounds, Vec x, Vec gradient,
            std::vector<At>& set) {
  auto const size = space.local_size();
  petsc::Reading const at(x), down(gradient), lower(bounds.lower), upper(bounds.upper);
  auto const value = on_host(at.piece(0, size)), slope = on_host(down.piece(0, size)),
             low = on_host(lower.piece(0, size)), high = on_host(upper.piece(0, size));
  int changed = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    At next = At::inside;
    if (set[i] == At::lower ? slope(i) > 0.0 : value(i) < low(i)) next = At::lower;
    if (set[i] == At::upper ? slope(i) < 0.0 : value(i) > high(i)) next = At::upper;
    changed += next != set[i] ? 1 : 0;
    set[i] = next;
  }
  MPI_Allreduce(MPI_IN_PLACE, &changed, 1, MPI_INT, MPI_SUM, space.grid().comm());
  return changed > 0;
}

/// Puts the set's entries of x at their bounds; moves := 1 at the others, 0 at these.
void hold(parameters::ParameterSpace const& space, parameters::Bounds const& bounds, std::vector<At> const& set, Vec x, Vec moves) {
  auto const size = space.local_size();
  petsc::Reading const lower(bounds.lower), upper(bounds.upper);
  auto const low = on_host(lower.piece(0, size)), high = on_host(upper.piece(0, size));
  petsc::Writing writing(x), moving(moves);
  Field const piece = writing.piece(0, size), mask = moving.piece(0, size);
  auto const values = on_host(piece), free = on_host(mask);
  for (std::size_t i = 0; i < set.size(); ++i) {
    free(i) = set[i] == At::inside ? 1.0 : 0.0;
    if (set[i] != At::inside) values(i) = set[i] == At::lower ? low(i) : high(i);
  }
  Kokkos::deep_copy(piece, values);
  Kokkos::deep_copy(mask, free);
}

}  // namespace

bool EquationError::solve_within(parameters::Bounds const& bounds, Fit& fit, double tolerance) {
  Mat const matrix = normal_matrix(fit.x, fit.weights, fit.beta);
  auto const b = right_hand_side(fit.weights), x = petsc::copy_of(fit.x), gradient = petsc::like(fit.x), moves = petsc::like(fit.x);
  std::vector<At> set(static_cast<std::size_t>(space().local_size()), At::inside);
  for (int i = 0; i < most_sets; ++i) {
    if (!update(space(), bounds, x, gradient, set)) {
      check(VecPointwiseMult(gradient, gradient, moves));  // along the entries that may move
      check(VecPointwiseMax(fit.x, x, bounds.lower));
      check(VecPointwiseMin(fit.x, fit.x, bounds.upper));
      take_objective(matrix, b, fit);
      fit.gradient = norm(gradient);
      return true;
    }
    hold(space(), bounds, set, x, moves);
    auto const outcome = solver_.solve_moving(moves, b, x, tolerance);
    progress_.count_krylov(outcome.iterations);
    if (!outcome.converged) return false;
    ++fit.newton;
    check(MatMult(matrix, x, gradient));
    check(VecAXPY(gradient, -1.0, b));
  }
  return false;
}

}  // namespace mollis::equation_error

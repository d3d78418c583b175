#include "uncertainty/solves.hpp"

#include <fmt/format.h>

#include <cmath>

namespace mollis::uncertainty {

using petsc::check;

bool Solves::operator()(Vec b, Vec x, double tolerance, std::string const& what) {
  bool const taken = undetermined_.any();
  if (taken) undetermined_.take_from_right_side(b);
  auto const solved = linear_.solve(b, x, tolerance);
  if (taken) undetermined_.take_from_solution(x);
  krylov += solved.iterations;
  PetscReal norm = 0.0;
  check(VecNorm(x, NORM_2, &norm));
  if (solved.converged && std::isfinite(norm)) return true;
  why_not = fmt::format("the linear solve for {} did not converge in {} iterations", what, solved.iterations);
  return false;
}

bool Solves::draw(Vec b, Vec x, std::string const& what, double tolerance) {
  check(VecSet(x, 0.0));
  return (*this)(b, x, tolerance, what);
}

}  // namespace mollis::uncertainty

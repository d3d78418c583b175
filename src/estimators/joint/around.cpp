#include "estimators/joint/around.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/joint/rise.hpp"
#include "estimators/joint/saddle.hpp"
#include "kernels/pointwise.hpp"

namespace mollis::joint {

constexpr double covering = 0.9;   ///< share of the points that carry data: states are then known beside parameters, and rows nearly linear in either
constexpr int most_iterations = 4000, most_iterations_scarce = 20000, most_saddle = 300;

struct Around::Solver {
  explicit Solver(Objective& objective, double tolerance)
      : preconditioner(objective), hessian(objective),
        gradients(objective.problem().grid.comm(), objective.layout().size, hessian, &preconditioner,
                  {tolerance, objective.is_scarce() ? most_iterations_scarce : most_iterations, true}) {
    preconditioner.update(nullptr, true);
  }
  /// x, or what it lacks, from the saddle point, for conjugate gradients on H to check and to go on from. Returns its iterations.
  int guess(Objective& objective, Vec b, Vec x, double tolerance) {
    PetscReal size = 0.0;
    petsc::check(VecNorm(x, NORM_INFINITY, &size));
    if (!objective.is_stiff()) return 0;
    Saddle saddle(objective, preconditioner);
    if (size == 0.0) return saddle.solve(b, x, nullptr, 0.5 * tolerance, most_saddle).iterations;
    auto const left = petsc::like(b), step = petsc::like(x);
    double const whole = natural_norm(b, step);
    hessian.apply(x, left);
    petsc::check(VecAYPX(left, -1.0, b));
    double const share = natural_norm(left, step) / whole;
    if (!(share > tolerance)) return 0;
    int const iterations = saddle.solve(left, step, nullptr, 0.5 * tolerance / share, most_saddle).iterations;
    petsc::check(VecAXPY(x, 1.0, step));
    return iterations;
  }
  /// (r^T P r)^(1/2), P the preconditioner; overwrites `work`.
  double natural_norm(Vec r, Vec work) {
    PetscReal square = 0.0;
    preconditioner.apply(r, work);
    petsc::check(VecDot(r, work, &square));
    return std::sqrt(square);
  }
  Preconditioner preconditioner;
  Hessian hessian;
  solver::ConjugateGradients gradients;
};

Around::Around(std::unique_ptr<problem::Problem const> problem, std::unique_ptr<Objective> objective, petsc::Vector x)
    : problem_(std::move(problem)), objective_(std::move(objective)), x_(std::move(x)) {}

std::vector<estimate::Rows> Around::slopes_at(Vec x, std::vector<std::size_t> const& unknowns) {
  auto const moved = petsc::copy_of(x_), parameters = problem_->space().make_vector();
  petsc::check(VecAXPY(moved, 1.0, x));
  objective_->take_parameters(x_, parameters);
  objective_->put_parameters(parameters, moved);
  objective_->move_to(moved);
  objective_->linearise();
  std::vector<estimate::Rows> slopes;
  for (auto const u : unknowns) {
    slopes.emplace_back();
    for (std::size_t k = 0; k < objective_->residuals().size(); ++k) slopes.back().equation.push_back(objective_->slope(k, u));
  }
  objective_->move_to(x_);
  objective_->linearise();
  objective_->set_down();
  return slopes;
}

bool Around::may_be_curved() const {
  auto const& grid = problem_->grid;
  double points = problem_->mask.extent(0) > 0 ? kernels::dot(problem_->mask, problem_->mask) : static_cast<double>(grid.local_size());
  MPI_Allreduce(MPI_IN_PLACE, &points, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return std::any_of(problem_->states.begin(), problem_->states.end(), [&](auto const& state) {
    return state.unobserved || static_cast<double>(state.observed(grid)) < covering * points;
  });
}

double Around::rise(Vec v) {
  solver_.reset();   // states alone have solves of their own
  return joint::rise(*objective_, x_, v);
}

Around::Solved Around::solve(Vec b, Vec x, double tolerance) {
  if (!solver_) solver_ = std::make_shared<Solver>(*objective_, tolerance);
  solver_->gradients.set_tolerance(tolerance);
  int const before = solver_->guess(*objective_, b, x, tolerance);
  auto const outcome = solver_->gradients.solve(b, x);
  return {outcome.converged, before + outcome.iterations};
}

}  // namespace mollis::joint

#include "estimators/joint/around.hpp"

namespace mollis::joint {

constexpr int most_iterations = 4000, most_iterations_scarce = 20000;

struct Around::Solver {
  explicit Solver(Objective& objective, double tolerance)
      : preconditioner(objective), hessian(objective),
        gradients(objective.problem().grid.comm(), objective.layout().size, hessian, &preconditioner,
                  {tolerance, objective.is_scarce() ? most_iterations_scarce : most_iterations, true}) {
    preconditioner.update(nullptr, true);
  }
  Preconditioner preconditioner;
  Hessian hessian;
  solver::ConjugateGradients gradients;
};

Around::Around(std::unique_ptr<problem::Problem const> problem, std::unique_ptr<Objective> objective, petsc::Vector x)
    : problem_(std::move(problem)), objective_(std::move(objective)), x_(std::move(x)) {}

Around::Solved Around::solve(Vec b, Vec x, double tolerance) {
  if (!solver_) solver_ = std::make_shared<Solver>(*objective_, tolerance);
  solver_->gradients.set_tolerance(tolerance);
  auto const outcome = solver_->gradients.solve(b, x);
  return {outcome.converged, outcome.iterations};
}

}  // namespace mollis::joint

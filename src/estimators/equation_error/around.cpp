#include "estimators/equation_error/around.hpp"

namespace mollis::equation_error {

using petsc::check;

Around::Around(std::unique_ptr<Candidate> candidate, Fit const& fit)
    : candidate_(std::move(candidate)), x_(petsc::like(fit.x)), weights_(fit.weights), beta_(fit.beta) {
  check(VecCopy(fit.x, x_));
  auto& model = candidate_->model();
  model.move_to(model.space().scatter(x_));
  partials_ = model.parameter_partials();
}

void Around::take_parameters(Vec x, Vec parameters) const { check(VecCopy(x, parameters)); }
void Around::put_parameters(Vec parameters, Vec x) const { check(VecCopy(parameters, x)); }

estimate::Rows Around::jacobian(Vec v) {
  auto& model = candidate_->model();
  return {{}, model.jacobian(partials_, model.space().scatter(v))};
}

void Around::jacobian_transposed(estimate::Rows const& rows, Vec out) {
  auto& model = candidate_->model();
  std::vector<Field> const everywhere(rows.equation.size(), model.mask());
  model.space().gather(model.jacobian_transposed(partials_, everywhere, rows.equation), out);
}

void Around::prior(Vec v, Vec out) {
  if (!smoothness_) smoothness_ = equation().matrix().smoothness(beta_);
  check(MatMult(smoothness_, v, out));
  auto const* noise = equation().noise(weights_);
  if (noise == nullptr) return;
  auto const at_zero = petsc::like(v), at_v = petsc::like(v), zero = petsc::like(v);
  noise->value(equation().space(), zero, at_zero);  // - n
  noise->value(equation().space(), v, at_v);        // - n - N v
  check(VecAXPY(out, 1.0, at_v));
  check(VecAXPY(out, -1.0, at_zero));
}

Mat Around::matrix() {
  if (!assembled_) equation().normal_matrix(x_, weights_, beta_);
  assembled_ = true;
  return equation().matrix().matrix();
}

void Around::hessian(Vec v, Vec out) { check(MatMult(matrix(), v, out)); }

Around::Solved Around::solve(Vec b, Vec x, double tolerance) {
  auto const solved = equation().solver().solve(matrix(), b, x, tolerance);
  return {solved.converged, solved.iterations};
}

}  // namespace mollis::equation_error

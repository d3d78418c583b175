#include "estimators/equation_error/around.hpp"

#include <cmath>

#include "kernels/pointwise.hpp"
#include "parameters/smoothness_draw.hpp"
#include "petsc/access.hpp"

namespace mollis::equation_error {

using petsc::check;

constexpr int first_draw = 1000;  ///< past those that the search for weights has seen

Around::Around(problem::Problem const& problem, mollifier::Settings mollifier, std::unique_ptr<Candidate> candidate, Fit const& fit)
    : problem_(problem), mollifier_(std::move(mollifier)), candidate_(std::move(candidate)), x_(petsc::copy_of(fit.x)), weights_(fit.weights),
      beta_(fit.beta) {
  linearise();
}

void Around::linearise() {
  auto& model = candidate_->model();
  model.move_to(model.space().scatter(x_));
  partials_ = model.system().affine ? candidate_->equation().partials() : model.parameter_partials();
}

Candidate& Around::candidate() {
  if (!candidate_) {
    candidate_ = std::make_unique<Candidate>(problem_, mollifier_, problem_.settings.inversion.tolerance);
    linearise();
  }
  return *candidate_;
}

void Around::set_down() {
  partials_.clear();
  candidate_.reset();
  assembled_ = false;
}

void Around::take_parameters(Vec x, Vec parameters) const { check(VecCopy(x, parameters)); }
void Around::put_parameters(Vec parameters, Vec x) const { check(VecCopy(parameters, x)); }

estimate::Rows Around::jacobian(Vec v) {
  auto& model = candidate().model();
  return {{}, model.jacobian(partials_, model.space().scatter(v))};
}

void Around::jacobian_transposed(estimate::Rows const& rows, Vec out) {
  auto& model = candidate().model();
  std::vector<Field> const everywhere(rows.equation.size(), model.mask());
  model.space().gather(model.jacobian_transposed(partials_, everywhere, rows.equation), out);
}

void Around::prior(Vec v, Vec out) {
  equation().smoothness(beta_, v, out);
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
  return equation().solver().matrix();
}

estimate::Rows Around::draw_noise(int number, Vec from_noise) {
  estimate::Rows noise;
  noise.equation = candidate().response(equation_error::draw_noise(problem_, first_draw + number));
  check(VecCopy(equation().project(weights_, noise.equation), from_noise));
  return noise;
}

void Around::draw_prior(int number, Vec from_prior) {
  check(VecSet(from_prior, 0.0));
  petsc::Writing entries(from_prior);
  for (std::size_t p = 0; p < beta_.size(); ++p) {
    auto const& unknown = problem_.space().unknowns()[p];
    if (!unknown.owner) continue;
    parameters::SmoothnessDraw const smooth(unknown.grid, unknown.settings.smoothness_order);
    auto const drawn = smooth.draw(number, static_cast<std::uint32_t>(p));
    Field const device = make_field("draw", unknown.grid.local_size());
    Kokkos::deep_copy(device, drawn);
    kernels::add_scaled(std::sqrt(beta_[p]), device, entries.piece(unknown.offset, unknown.grid.local_size()));
  }
}

bool Around::pull_of_noise(int number, Vec out) {
  auto& model = candidate().model();
  if (problem_.weak() || model.system().mixed.empty() || equation().noise(weights_) != nullptr) return false;
  auto const noise = equation_error::draw_noise(problem_, first_draw + number);
  auto const slopes = candidate().slope_response(noise), residuals = candidate().response(noise);
  model.space().gather(model.jacobian_transposed(slopes, weights_, residuals), out);
  return true;
}

void Around::hessian(Vec v, Vec out) { check(MatMult(matrix(), v, out)); }

Around::Solved Around::solve(Vec b, Vec x, double tolerance) {
  matrix();
  auto const solved = equation().solver().solve(b, x, tolerance);
  return {solved.converged, solved.iterations};
}

}  // namespace mollis::equation_error

#include "estimators/equation_error/estimator.hpp"

#include "estimate/parameters.hpp"
#include "estimators/equation_error/around.hpp"
#include "mollifier/blended_jets.hpp"
#include "parameters/transform.hpp"
#include "petsc/options.hpp"

namespace mollis::equation_error {
namespace {

using estimate::Choices;
using estimate::Estimate;
using estimate::Quantities;
using problem::Problem;

double sum(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

/// The mollified states: jets of order 0 at the radii of the fit.
Field mollified(Problem const& problem, mollifier::Settings const& mollifier, Field const& data) {
  mollifier::BlendedJets jets(problem.grid, mollifier, problem.weak(), {mollifier::MultiIndex{}});
  if (!problem.weak()) jets.refit_around(data);
  return jets.apply(data).front();
}

std::string weight_name(std::size_t residual) { return "weight/" + std::to_string(residual + 1); }

/// Mean of W R^2 over the points that carry a residual.
double mean_square(Problem const& problem, Estimate const& estimate) {
  double weighted = 0.0, points = 0.0;
  for (std::size_t k = 0; k < estimate.residuals.size(); ++k) {
    weighted += kernels::triple_product(estimate.weights[k], estimate.residuals[k], estimate.residuals[k]);
    points += kernels::triple_product(estimate.mask, estimate.mask, estimate.mask);
  }
  return sum(problem.grid.comm(), weighted) / std::max(sum(problem.grid.comm(), points), 1.0);
}

/// Whether the sum of R^2 is. Collective.
bool has_finite_residuals(Problem const& problem, Estimate const& estimate) {
  double square = 0.0;
  for (auto const& residual : estimate.residuals) square += kernels::triple_product(estimate.mask, residual, residual);
  return std::isfinite(sum(problem.grid.comm(), square));
}

/// All that is known once the parameters are.
Estimate estimate_at(Problem const& problem, mollifier::Settings const& mollifier, std::unique_ptr<Candidate> candidate, Fit fit) {
  Estimate out;
  auto const pieces = problem.space().scatter(fit.x);
  out.sensitivities = candidate->equation().sensitivity(fit.x, fit.weights);
  parameters::square_by_value(problem.space(), pieces, out.sensitivities);
  auto& model = candidate->model();
  model.move_to(pieces);
  out.residuals = model.residuals();
  out.weights = fit.weights;
  out.mask = model.mask();
  out.misfit_chi2 = mean_square(problem, out);
  for (auto const& state : problem.states) {
    out.states.push_back(mollified(problem, mollifier, state.to_mollify()));
    out.noise.push_back(state.sigma);
  }
  out.smoother = mollifier;
  out.smoothness = fit.beta;
  out.bias_corrected = residual::NoiseBias::applies(problem.settings.inversion, problem.space(), problem.system());
  if (auto const* noise = candidate->equation().noise(fit.weights)) out.noise_share = noise->share;
  out.objective = fit.objective;
  out.gradient = fit.gradient;
  out.steps = fit.newton;
  out.converged = fit.converged;
  out.failure = fit.failure;
  if (out.failure.empty() && !has_finite_residuals(problem, out)) {
    out.failure = "fit: the residual is not finite";
    out.converged = false;
  }
  out.linear = std::make_unique<Around>(problem, mollifier, std::move(candidate), fit);
  out.parameters = std::move(fit.x);
  return out;
}

}  // namespace

void Estimator::offer_options() const { petsc::offer_tao_options(TAOBNTR); }

Estimate Estimator::estimate(Problem const& problem, Choices const& choices, run::Stages& stages) {
  auto const& settings = problem.settings.inversion;
  auto candidate = [&] {
    run::Stages::Scope const stage(stages, "jets");
    return std::make_unique<Candidate>(problem, choices.mollifier, settings.tolerance);
  }();
  problem.progress.say(describe_points(problem, *candidate));
  Fit fit;
  fit.x = petsc::copy_of(choices.start);
  fit.beta = choices.smoothness;
  run::Stages::Scope const stage(stages, "solve");
  candidate->equation().fit(fit, settings.reweight, *problem.keeper);
  auto out = estimate_at(problem, choices.mollifier, std::move(candidate), std::move(fit));
  out.trials = choices.trials;
  return out;
}

Quantities Estimator::save(Problem const& problem, Estimate const& estimate) const {
  Quantities kept;
  estimate::put_parameters(problem.space(), estimate, kept);
  estimate::put_radii(problem.grid, estimate.smoother, kept);
  for (std::size_t k = 0; k < estimate.weights.size(); ++k) kept.put_still(weight_name(k), problem.grid, estimate.weights[k]);
  return kept;
}

Estimate Estimator::restore(Problem const& problem, Quantities const& quantities) {
  auto const mollifier = estimate::radii_of(problem.grid, problem.settings.mollifier, quantities);
  auto candidate = std::make_unique<Candidate>(problem, mollifier, problem.settings.inversion.tolerance);
  Estimate kept;
  estimate::take_parameters(problem.space(), quantities, kept);
  Fit fit;
  fit.x = std::move(kept.parameters);
  fit.beta = kept.smoothness;
  for (int k = 0; k < problem.system().residuals; ++k) fit.weights.push_back(quantities.field(weight_name(static_cast<std::size_t>(k)), problem.grid));
  fit.objective = kept.objective;
  fit.gradient = kept.gradient;
  fit.newton = kept.steps;
  fit.converged = kept.converged;
  return estimate_at(problem, mollifier, std::move(candidate), std::move(fit));
}

}  // namespace mollis::equation_error

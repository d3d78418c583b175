#include "choices/risk.hpp"

#include <cmath>

namespace mollis::choices {
namespace {

using petsc::check;

constexpr int draw_count = 2;  ///< one draw gave the same scores to 2e-4
constexpr double response_tolerance = 1e-3;  ///< of the responses to draws, which enter a risk by their share of its hundreds

double sum_over_ranks(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

void clip(parameters::ParameterSpace const& space, Vec x) {
  auto const bounds = parameters::make_bounds(space);
  check(VecPointwiseMax(x, x, bounds.lower));
  check(VecPointwiseMin(x, x, bounds.upper));
}

}  // namespace

Validation::Validation(problem::Problem const& problem, mollifier::Settings const& mollifier)
    : problem_(problem), candidate_(problem, mollifier, problem.settings.inversion.tolerance) {
  for (int d = 0; d < draw_count; ++d) draws_.push_back(equation_error::draw_noise(problem, d));
}

void Validation::freeze(Vec x) {
  weights_ = candidate_.equation().weights_at(x);  // moves the model there
  noise_.clear();
  for (auto const& draw : draws_) noise_.push_back(candidate_.response(draw));
}

double Validation::misfit(Vec x) {
  auto& model = candidate_.model();
  auto const weights = candidate_.equation().weights_at(x);
  auto const r = model.residuals();
  double sum = 0.0;
  Field const one = make_field("one", model.bank().size());
  Kokkos::deep_copy(one, 1.0);
  for (std::size_t k = 0; k < r.size(); ++k)
    sum += kernels::triple_product(weights[k], r[k], r[k]) - kernels::triple_product(model.mask(), one, one);
  return sum_over_ranks(problem_.grid.comm(), sum);
}

double Validation::covariance(std::vector<std::vector<Field>> const& predicted) const {
  double sum = 0.0;
  for (std::size_t d = 0; d < predicted.size(); ++d)
    for (std::size_t k = 0; k < predicted[d].size(); ++k)
      sum += kernels::triple_product(noise_[d][k], weights_[k], predicted[d][k]);
  return sum_over_ranks(problem_.grid.comm(), sum) / static_cast<double>(predicted.size());
}

RiskTrials::RiskTrials(problem::Problem const& problem, equation_error::Candidate& candidate, Validation& validation, Vec frozen_at)
    : problem_(problem), candidate_(candidate), validation_(validation),
      weights_(candidate.equation().weights_at(frozen_at)) {
  for (auto const& draw : validation.draws()) {
    projected_.push_back(candidate.equation().project(weights_, candidate.response(draw)));
    response_.push_back(problem.space().make_vector());
  }
}

double RiskTrials::risk(std::vector<double> const& beta, Vec x) {
  auto& equation = candidate_.equation();
  auto& model = candidate_.model();
  if (equation.fit_once(x, weights_, beta)) return INFINITY;
  clip(problem_.space(), x);
  model.move_to(problem_.space().scatter(x));
  auto const partials = model.parameter_partials();
  std::vector<std::vector<Field>> predicted;
  for (std::size_t d = 0; d < projected_.size(); ++d) {
    if (!equation.solve(projected_[d], response_[d], response_tolerance).broken.empty()) return INFINITY;
    predicted.push_back(model.jacobian(partials, problem_.space().scatter(response_[d])));
  }
  double const risk = validation_.misfit(x) + 2.0 * validation_.covariance(predicted);
  return std::isfinite(risk) ? risk : INFINITY;
}

double RiskTrials::mean_sensitivity(std::size_t unknown) {
  auto const piece = candidate_.equation().sensitivity(parameters::first_guess(problem_.space()), weights_)[unknown];
  auto const& u = problem_.space().unknowns()[unknown];
  double sum = 0.0;
  if (u.owner) {
    auto const host = on_host(piece);
    for (std::size_t i = 0; i < host.extent(0); ++i) sum += host(i);
  }
  return sum_over_ranks(problem_.grid.comm(), sum) / static_cast<double>(u.grid.points());
}

}  // namespace mollis::choices

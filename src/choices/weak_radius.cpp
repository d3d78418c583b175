#include "choices/weak_radius.hpp"

#include <algorithm>
#include <cmath>

#include "mollifier/filters.hpp"
#include "run/ticker.hpp"

namespace mollis::choices {
namespace {

using petsc::check;

constexpr double kappa = 9.0;    ///< of the noise variance that a difference must exceed to count as bias: 3 deviations
constexpr double noisiest = 9.0; ///< of the least variance along a line: estimates noisier than that are no witnesses
constexpr int draw_count = 4;
constexpr int passes = 3;        ///< of variance weights
constexpr double tolerance = 1e-9;

double squared(parameters::Unknown const& unknown, Field const& a, Field const* b) {
  if (!unknown.owner) return 0.0;
  auto const x = on_host(a);
  auto const y = b != nullptr ? on_host(*b) : x;
  double sum = 0.0;
  for (std::size_t i = 0; i < x.extent(0); ++i) {
    double const d = b != nullptr ? x(i) - y(i) : x(i);
    sum += d * d;
  }
  return sum;
}

}  // namespace

WeakRadius::WeakRadius(problem::Problem const& problem, Ladder const& ladder, std::vector<double> beta)
    : problem_(problem), ladder_(ladder), beta_(std::move(beta)) {
  for (int d = 0; d < draw_count; ++d) draws_.push_back(equation_error::draw_noise(problem, d));
}

std::vector<double> WeakRadius::weights(equation_error::EquationError& equation, std::vector<Field> const& w) const {
  auto beta = beta_;
  auto const x = parameters::first_guess(problem_.space());
  auto const pieces = equation.sensitivity(x, w);
  for (std::size_t p = 0; p < beta.size(); ++p) {
    auto const& unknown = problem_.space().unknowns()[p];
    if (unknown.axes.empty() || std::holds_alternative<double>(unknown.settings.smoothness_weight)) continue;
    double sum = 0.0;
    auto const host = on_host(pieces[p]);
    for (std::size_t i = 0; unknown.owner && i < host.extent(0); ++i) sum += host(i);
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
    beta[p] = sum / static_cast<double>(unknown.grid.points()) / std::pow(8.0 * 3.14159265358979, 2 * unknown.settings.smoothness_order);
  }
  return beta;
}

WeakRadius::Estimate const& WeakRadius::at(std::vector<int> const& rung) {
  auto const known = estimates_.find(rung);
  if (known != estimates_.end()) return known->second;
  equation_error::Candidate candidate(problem_, mollifier::with_radii(problem_.grid, problem_.settings.mollifier, ladder_.radii(rung)), tolerance);
  auto& equation = candidate.equation();
  auto const x = parameters::first_guess(problem_.space());
  auto w = equation.weights_at(x);
  auto const beta = weights(equation, w);
  Estimate estimate;
  for (int pass = 0; pass < passes; ++pass) {
    estimate.broken = equation.fit_once(x, w, beta) || estimate.broken;
    w = equation.weights_at(x);  // moves the model
  }
  estimate.parameters = problem_.space().scatter(x);
  estimate.excess = std::max(1.0, equation.misfit(x, w) / weighted_points(w));
  equation.normal_matrix(x, w, beta);
  if (auto const* noise = equation.noise(w)) estimate.broken = estimate.broken || noise->refused;
  for (auto const& draw : draws_) {
    auto const response = problem_.space().make_vector();
    estimate.broken = !equation.solve(equation.project(w, candidate.response(draw)), response).broken.empty() || estimate.broken;
    estimate.responses.push_back(problem_.space().scatter(response));
  }
  return estimates_.emplace(rung, std::move(estimate)).first->second;
}

double WeakRadius::weighted_points(std::vector<Field> const& w) const {
  double count = 0.0;
  for (auto const& weight : w) {
    auto const host = on_host(weight);
    for (std::size_t i = 0; i < host.extent(0); ++i) count += host(i) > 0.0 ? 1.0 : 0.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return std::max(count, 1.0);
}

double WeakRadius::distance(std::vector<Field> const& a, std::vector<Field> const* b) const {
  double sum = 0.0;
  for (std::size_t p = 0; p < a.size(); ++p)
    sum += squared(problem_.space().unknowns()[p], a[p], b != nullptr ? &(*b)[p] : nullptr) / scale_[p];
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return sum;
}

double WeakRadius::variance(Estimate const& a, Estimate const* b) const {
  if (a.broken || (b != nullptr && b->broken)) return INFINITY;
  double sum = 0.0;
  for (std::size_t d = 0; d < draws_.size(); ++d)
    sum += distance(a.responses[d], b != nullptr ? &b->responses[d] : nullptr) / static_cast<double>(draws_.size());
  sum *= std::max(a.excess, b != nullptr ? b->excess : 1.0);
  return std::isfinite(sum) ? sum : INFINITY;
}

std::size_t WeakRadius::best_of(std::vector<std::vector<int>> const& line) {
  auto const& unknowns = problem_.space().unknowns();
  bool const constants = std::all_of(unknowns.begin(), unknowns.end(), [](parameters::Unknown const& u) { return u.axes.empty(); });
  std::vector<double> noise;
  run::Ticker tick(problem_.grid.comm(), "radii");
  for (auto const& rung : line) {
    noise.push_back(variance(at(rung), nullptr));
    tick.next(static_cast<double>(line.size()));
  }
  double const loudest = noisiest * *std::min_element(noise.begin(), noise.end());
  std::size_t best = line.size() - 1;
  double least = INFINITY;
  for (std::size_t r = 0; r < line.size(); ++r) {
    double bias = 0.0;
    for (std::size_t q = constants ? r + 1 : 0; q < (constants ? line.size() : r); ++q)
      if (noise[q] <= loudest && std::isfinite(noise[q]))
        bias = std::max(bias, distance(at(line[r]).parameters, &at(line[q]).parameters) - kappa * variance(at(line[r]), &at(line[q])));
    trials_.push_back({ladder_.radii(line[r]), bias, noise[r]});
    if (bias + noise[r] < least) {
      least = bias + noise[r];
      best = r;
    }
  }
  return best;
}

std::vector<int> WeakRadius::choose() {
  auto widest = ladder_.top();  // of those that say something
  for (auto rung = widest; at(widest).broken && *std::max_element(rung.begin(), rung.end()) > 0;) {
    for (int& r : rung) r = std::max(0, r - 1);
    if (!at(rung).broken) widest = rung;
  }
  for (std::size_t p = 0; p < problem_.space().unknowns().size(); ++p) {
    double size = squared(problem_.space().unknowns()[p], at(widest).parameters[p], nullptr);
    MPI_Allreduce(MPI_IN_PLACE, &size, 1, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
    scale_.push_back(std::max(size, 1e-300));
  }
  return ladder_.best([this](std::vector<Ladder::Rung> const& line) { return best_of(line); });
}

}  // namespace mollis::choices

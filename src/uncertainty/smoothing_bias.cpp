#include "uncertainty/smoothing_bias.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "choices/weak_radius.hpp"
#include "kernels/pointwise.hpp"
#include "mollifier/radius_map.hpp"
#include "parameters/transform.hpp"
#include "scores/score.hpp"
#include "uncertainty/moved.hpp"
#include "uncertainty/student.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr double narrower = 0.7;
constexpr int strong_draws = 8, weak_draws = 24, pull_draws = 24;
constexpr double tolerance = 1e-4;
constexpr double noticed = 1.959963984540054;  ///< deviations by which two fits of the weak form differ before that counts as an error

/// Radii at `narrower` of theirs, no smaller than their degree allows, and the ratio reached: the largest over the axes, of a map the
/// mean over its rungs, which whole cells make unequal; 1 where nothing can be narrower.
struct Narrowed {
  mollifier::Settings mollifier;
  double ratio = 0.0, volume = 1.0;    ///< volume: product of the ratios along all axes, what noise is correlated over
};

Narrowed narrow(mollifier::Settings mollifier, bool weak) {
  Narrowed out;
  struct Mean {
    double sum = 0.0, count = 0.0;
  };
  std::map<std::string, Mean> of_axis;
  auto const least = weak ? Index{choices::weak_least_radius} : std::max<Index>(2, (mollifier.degree + 1) / 2);
  mollifier::for_each_radius(mollifier, [&](std::string const& axis, mollifier::AxisRadius& by_order) {
    double ratio = 0.0;
    for (auto& [order, radius] : by_order) {
      if (radius <= 0) continue;
      auto const next = std::min(radius, std::max(least, static_cast<Index>(std::lround(narrower * static_cast<double>(radius)))));
      ratio = std::max(ratio, static_cast<double>(next) / static_cast<double>(radius));
      radius = next;
    }
    if (ratio == 0.0) return;
    of_axis[axis].sum += ratio;
    of_axis[axis].count += 1.0;
  });
  for (auto const& [axis, mean] : of_axis) {
    out.ratio = std::max(out.ratio, mean.sum / mean.count);
    out.volume *= mean.sum / mean.count;
  }
  if (out.ratio == 0.0) out.ratio = 1.0;
  out.mollifier = std::move(mollifier);
  return out;
}

/// k: of the highest derivative of a state that a residual reads.
double order_of_bias(problem::Problem const& problem, int degree) {
  int highest = 0;
  for (auto const& feature : problem.system().features) {
    if (feature.kind != equation::Feature::Kind::state) continue;
    for (int const order : feature.order) highest = std::max(highest, order);
  }
  return std::max(2.0, degree + 2.0 - highest);
}

/// What the narrower radius takes off the bias. In the weak form constants have none, whatever the radius: all that two fits differ by
/// beyond the noise is an error. Fields are averaged over the mollifier, to the second order.
double share_of(problem::Problem const& problem, parameters::Unknown const& unknown, mollifier::Settings const& smoother, double ratio) {
  if (!problem.weak()) return 1.0 - std::pow(ratio, order_of_bias(problem, smoother.degree));
  return unknown.axes.empty() ? 1.0 : 1.0 - ratio * ratio;
}

/// The noise's part of a draw of the error, as values of the parameters; empty where the solve fails. `terms` learn what it leaves.
std::vector<Field> noise_of(problem::Problem const& problem, estimate::Estimate const& estimate, int number, MissingTerms* terms = nullptr) {
  auto& linear = *estimate.linear;
  auto const noise = linear.make_vector(), prior = linear.make_vector(), x = linear.make_vector();
  auto const rows = linear.draw(number, noise, prior);
  if (!linear.solve(noise, x, tolerance).converged) return {};
  if (terms != nullptr) {
    auto left = linear.jacobian(x).equation;
    for (std::size_t k = 0; k < left.size(); ++k) kernels::add_scaled(-1.0, rows.equation[k], left[k]);
    terms->add(left, rows.equation);
  }
  auto const parameters = problem.space().make_vector();
  linear.take_parameters(x, parameters);
  return problem.space().scatter(parameters);
}

/// The term that stands out more, of a fit by other radii or of that whose term is known: what one takes for itself another leaves. As many
/// draws of it as there were of the first.
void add_missing(MissingTerms& terms, problem::Problem const& problem, estimate::Estimate const& other, int drawn, Uncertainty& uncertainty) {
  for (int number = drawn; number < uncertainty.draws; ++number)
    if (noise_of(problem, other, number, &terms).empty()) return;
  auto const stands_out = [](std::vector<MissingTerm> const& missing) { return missing.empty() ? 0.0 : missing[0].deviations / missing[0].bound; };
  auto const found = terms.result();
  if (stands_out(found) > stands_out(uncertainty.missing)) uncertainty.missing = found;
}

/// What would take off an estimate what noise in what its parameters multiply has pulled it by (errors in variables), to first order:
///   H^-1 E dJ^T W e,
/// pieces; zeros where a method takes that out itself. Empty where the solve fails.
std::vector<Field> pull_of_noise(problem::Problem const& problem, estimate::Estimate const& estimate) {
  auto& linear = *estimate.linear;
  auto const sum = linear.make_vector(), one = linear.make_vector(), x = linear.make_vector();
  auto const parameters = problem.space().make_vector();
  for (int number = 0; number < pull_draws; ++number) {
    if (!linear.pull_of_noise(number, one)) return problem.space().scatter(parameters);
    check(VecAXPY(sum, 1.0 / pull_draws, one));
  }
  if (!linear.solve(sum, x, tolerance).converged) return {};
  linear.take_parameters(x, parameters);
  return problem.space().scatter(parameters);
}

/// pieces + changes.
std::vector<Field> freed(std::vector<Field> const& pieces, std::vector<Field> const& changes) {
  std::vector<Field> out;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    out.push_back(make_field("freed", static_cast<Index>(pieces[p].extent(0))));
    Kokkos::deep_copy(out.back(), pieces[p]);
    kernels::add_scaled(1.0, changes[p], out.back());
  }
  return out;
}

}  // namespace

void add_smoothing_bias(problem::Problem const& problem, estimate::Estimate const& estimate,
                        estimate::Estimator& estimator, Uncertainty& uncertainty) {
  if (!uncertainty.computed || !estimate.penalty.empty()) return;
  auto const narrowed = narrow(estimate.smoother, problem.weak());
  int const draws = problem.weak() ? weak_draws : strong_draws;
  if (narrowed.ratio >= 1.0) return;
  estimate::Choices again;
  again.mollifier = narrowed.mollifier;
  for (double const beta : estimate.smoothness) again.smoothness.push_back(beta * narrowed.volume);
  again.start = petsc::copy_of(estimate.parameters);
  problem.progress.say(fmt::format("sure  {} draws of the error; again with {:.2g} of the radius, for what mollifying bends", uncertainty.draws,
                                   narrowed.ratio));
  run::Stages stages;
  auto const other = estimator.estimate(problem, again, stages);

  if (!other.failure.empty()) {  // no bias can be told: no standard error, then, either
    uncertainty.computed = false;
    uncertainty.why_not = "the fit with narrower mollifiers, which shows their bias, broke down";
    return;
  }
  auto const& space = problem.space();
  auto const pull = pull_of_noise(problem, estimate), other_pull = pull_of_noise(problem, other);
  if (pull.empty() || other_pull.empty()) {
    uncertainty.computed = false;
    uncertainty.why_not = "what noise in the terms of the parameters pulls them by could not be solved for";
    return;
  }
  auto const here = space.scatter(estimate.parameters), there = space.scatter(other.parameters);
  auto const free_here = freed(here, pull), free_there = freed(there, other_pull);
  std::vector<MeanSquares> found, by_noise(here.size());
  for (std::size_t p = 0; p < here.size(); ++p) {  // the pull, which grows as radii shrink, may hide what smoothing does; the larger counts
    auto const as_found = squares(problem, space.unknowns()[p], here[p], there[p]), free = squares(problem, space.unknowns()[p], free_here[p], free_there[p]);
    found.push_back({std::max(as_found.core, free.core), std::max(as_found.rim, free.rim)});
  }
  int made = 0;
  MissingTerms terms(problem, other);
  for (int number = 0; number < draws; ++number) {
    auto const a = noise_of(problem, estimate, number), b = noise_of(problem, other, number, problem.weak() ? &terms : nullptr);
    if (a.empty() || b.empty()) break;
    ++made;
    for (std::size_t p = 0; p < a.size(); ++p) {
      auto const square = squares(problem, space.unknowns()[p], a[p], b[p]);
      by_noise[p].core += square.core;
      by_noise[p].rim += square.rim;
    }
  }
  for (std::size_t p = 0; p < here.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    double const share = share_of(problem, unknown, estimate.smoother, narrowed.ratio);
    auto const bias = [&](double square, double noise) { return std::sqrt(std::max(square - noise / std::max(made, 1), 0.0)) / share; };
    Bias of{bias(found[p].core, by_noise[p].core), bias(found[p].rim, by_noise[p].rim),
            scores::mean_of(space, unknown, uncertainty.deviation[p], true), size_of(problem, unknown, here[p])};
    // One number against its noise: a bias as large as that may hide behind it, so that none of it is taken off.
    if (!problem.weak() && unknown.axes.empty()) of.core = of.rim = bias(found[p].core, 0.0);
    if (problem.weak() && unknown.axes.empty()) of.core = of.rim = bias(found[p].core, std::pow(widening(made) * noticed, 2) * by_noise[p].core);
    of.apart = std::sqrt(found[p].core);
    of.chance = std::sqrt(by_noise[p].core / std::max(made, 1));
    of.draws = made;
    if (!std::isfinite(uncertainty.constants.deviation_of(p))) {  // nothing determines it
      uncertainty.bias.push_back({});
      continue;
    }
    auto const pulled = squares(problem, unknown, pull[p], Field("zero", pull[p].extent(0)));
    of.core = std::hypot(of.core, std::sqrt(pulled.core));
    of.rim = std::hypot(of.rim, std::sqrt(pulled.rim));
    add_bias(problem, p, of, here[p], uncertainty);
    uncertainty.bias.push_back(of);
  }
  if (problem.weak()) add_missing(terms, problem, other, made, uncertainty);
}

bool bias_passes_noise(problem::Problem const& problem, Uncertainty const& uncertainty) {
  for (std::size_t p = 0; p < uncertainty.bias.size(); ++p) {
    auto const& bias = uncertainty.bias[p];
    bool const by_chance = problem.space().unknowns()[p].axes.empty() && bias.apart <= widening(bias.draws) * noticed * bias.chance;
    if (bias.core > bias.noise && !by_chance) return true;
  }
  return false;
}

}  // namespace mollis::uncertainty

#include "uncertainty/other_radii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "choices/weak_radius.hpp"
#include "kernels/pointwise.hpp"
#include "mollifier/radius_map.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr int pull_draws = 24;
constexpr double tolerance = 1e-4;

/// Radii at `factor` of theirs, no smaller than their degree allows and no wider than a third of their axis, and the ratio reached: the
/// largest over the axes, of a map the mean over its rungs, which whole cells make unequal; 1 where nothing changes.
struct Resized {
  mollifier::Settings mollifier;
  double ratio = 0.0, volume = 1.0;    ///< volume: product of the ratios along all axes, what noise is correlated over
};

Resized resized(problem::Problem const& problem, mollifier::Settings mollifier, double factor) {
  Resized out;
  struct Mean {
    double sum = 0.0, count = 0.0;
  };
  std::map<std::string, Mean> of_axis;
  auto const least = problem.weak() ? Index{choices::weak_least_radius} : std::max<Index>(2, (mollifier.degree + 1) / 2);
  auto const& axes = problem.grid.axes();
  mollifier::for_each_radius(mollifier, [&](std::string const& name, mollifier::AxisRadius& by_order) {
    auto const axis = std::find_if(axes.begin(), axes.end(), [&](auto const& one) { return one.name == name; });
    auto const widest = axis == axes.end() ? Index{0} : axis->size() / 3;
    double ratio = 0.0;
    for (auto& [order, radius] : by_order) {
      if (radius <= 0) continue;
      auto const wanted = static_cast<Index>(std::lround(factor * static_cast<double>(radius)));
      auto const next = factor < 1.0 ? std::min(radius, std::max(least, wanted)) : std::max(radius, std::min(widest, wanted));
      ratio = std::max(ratio, static_cast<double>(next) / static_cast<double>(radius));
      radius = next;
    }
    if (ratio == 0.0) return;
    of_axis[name].sum += ratio;
    of_axis[name].count += 1.0;
  });
  for (auto const& [axis, mean] : of_axis) {
    out.ratio = std::max(out.ratio, mean.sum / mean.count);
    out.volume *= mean.sum / mean.count;
  }
  if (out.ratio == 0.0) out.ratio = 1.0;
  out.mollifier = std::move(mollifier);
  return out;
}

/// Refit::pull().
std::vector<Field> pull_of_noise(problem::Problem const& problem, estimate::Estimate const& estimate) {
  auto& linear = *estimate.linear;
  auto const sum = linear.make_vector(), one = linear.make_vector();
  for (int number = 0; number < pull_draws; ++number) {
    if (!linear.pull_of_noise(number, one)) return problem.space().scatter(problem.space().make_vector());
    check(VecAXPY(sum, 1.0 / pull_draws, one));
  }
  auto const x = linear.make_vector(), parameters = problem.space().make_vector();
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

/// An estimate of which its linear algebra alone is asked for.
void strip(estimate::Estimate& estimate) {
  for (auto* fields : {&estimate.sensitivities, &estimate.states, &estimate.residuals, &estimate.weights}) fields->clear();
}

}  // namespace

double ratio_of(problem::Problem const& problem, estimate::Estimate const& estimate, double factor) {
  return resized(problem, estimate.smoother, factor).ratio;
}

std::vector<Field> noise_of(problem::Problem const& problem, estimate::Estimate const& estimate, int number, MissingTerms* terms) {
  auto& linear = *estimate.linear;
  auto const noise = linear.make_vector(), x = linear.make_vector();
  auto const rows = linear.draw_noise(number, noise);
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

Refit::Refit(problem::Problem const& problem, estimate::Estimate const& estimate, estimate::Estimator& estimator, int draws)
    : problem_(problem), estimate_(estimate), estimator_(estimator), pull_(pull_of_noise(problem, estimate)) {
  for (int number = 0; number < draws; ++number) {
    auto const drawn = noise_of(problem, estimate, number);
    if (drawn.empty()) break;
    drawn_.emplace_back();
    for (auto const& piece : drawn) drawn_.back().push_back(kernels::in_single(piece));
  }
  estimate.linear->set_down();
}

Refit::Broke Refit::fit(double factor, OtherRadii& out) const {
  auto const changed = resized(problem_, estimate_.smoother, factor);
  if ((out.ratio = changed.ratio) == 1.0) return Broke::nothing;
  problem_.progress.say(fmt::format("sure  again with {:.2g} of the radius, for what mollifying bends", out.ratio));
  estimate::Choices again;
  again.mollifier = changed.mollifier;
  for (double const beta : estimate_.smoothness) again.smoothness.push_back(beta * changed.volume);
  again.start = petsc::copy_of(estimate_.parameters);
  run::Stages stages;
  out.estimate = estimator_.estimate(problem_, again, stages);
  problem_.keeper->drop("fit");
  if (!problem_.weak()) strip(*out.estimate);
  auto const broke = !out.estimate->failure.empty() ? Broke::fit : !compare(out) ? Broke::pull : Broke::nothing;
  if (broke != Broke::nothing) {
    out = {};
    return broke;
  }
  if (problem_.weak()) out.terms = std::make_unique<MissingTerms>(problem_, *out.estimate);
  draw(out);
  if (!problem_.weak()) out.estimate.reset();
  return Broke::nothing;
}

/// The pull, which grows as radii shrink, may hide what smoothing does; the larger counts.
bool Refit::compare(OtherRadii& out) const {
  auto const other_pull = pull_of_noise(problem_, *out.estimate);
  if (pull_.empty() || other_pull.empty()) return false;
  auto const& space = problem_.space();
  auto const here = space.scatter(estimate_.parameters), there = space.scatter(out.estimate->parameters);
  auto const free_here = freed(here, pull_), free_there = freed(there, other_pull);
  for (std::size_t p = 0; p < here.size(); ++p) {
    auto const as_found = squares(problem_, space.unknowns()[p], here[p], there[p]), free = squares(problem_, space.unknowns()[p], free_here[p], free_there[p]);
    out.found.push_back({std::max(as_found.core, free.core), std::max(as_found.rim, free.rim)});
  }
  return true;
}

void Refit::draw(OtherRadii& out) const {
  auto const& space = problem_.space();
  out.by_noise.resize(space.unknowns().size());
  for (auto const& a : drawn_) {
    auto const b = noise_of(problem_, *out.estimate, out.draws, out.terms.get());
    if (b.empty()) break;
    for (std::size_t p = 0; p < a.size(); ++p) {
      Field const here = make_field("drawn", static_cast<Index>(a[p].extent(0)));
      kernels::widen(a[p], here);
      auto const square = squares(problem_, space.unknowns()[p], here, b[p]);
      out.by_noise[p].core += square.core;
      out.by_noise[p].rim += square.rim;
    }
    ++out.draws;
  }
  for (auto& noise : out.by_noise) noise = {noise.core / std::max(out.draws, 1), noise.rim / std::max(out.draws, 1)};
}

}  // namespace mollis::uncertainty

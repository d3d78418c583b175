#include "uncertainty/smoothing_bias.hpp"

#include <algorithm>
#include <cmath>

#include "scores/score.hpp"
#include "uncertainty/moved.hpp"
#include "uncertainty/other_radii.hpp"
#include "uncertainty/student.hpp"

namespace mollis::uncertainty {
namespace {

constexpr double narrower = 0.7, wider = 1.0 / narrower;
constexpr int strong_draws = 8, weak_draws = 24;
constexpr double noticed = 1.959963984540054;  ///< deviations by which two fits differ before that counts as an error of the weak form, or tells an order
constexpr double least_order = 1.0;            ///< of the bias in the radius: that of a state that is only Lipschitz continuous

/// k: of the highest derivative of a state that a residual reads.
double order_of_bias(problem::Problem const& problem, int degree) {
  int highest = 0;
  for (auto const& feature : problem.system().features) {
    if (feature.kind != equation::Feature::Kind::state) continue;
    for (int const order : feature.order) highest = std::max(highest, order);
  }
  return std::max(2.0, degree + 2.0 - highest);
}

/// What another radius changes of a parameter, beyond the noise.
double moved(OtherRadii const& other, std::size_t p) { return std::sqrt(std::max(other.found[p].core - other.by_noise[p].core, 0.0)); }

/// Whether a bias C r^k grows by more from the first of two other radii to the second than they show.
bool passes(double k, OtherRadii const& a, OtherRadii const& b, std::size_t p) {
  return std::abs(std::pow(b.ratio, k) - 1.0) * moved(a, p) > moved(b, p) * std::abs(std::pow(a.ratio, k) - 1.0);
}

/// How fast the bias C r^k grows, by what two other radii, at ratios a < b to the first, change: the k in [least_order, most] for which
///   |b^k - 1| / |a^k - 1| = moved(b) / moved(a) .
/// Where radii are as wide as the waves of the data the bias grows by less than its highest order says.
double order_by(OtherRadii const& a, OtherRadii const& b, std::size_t p, double most) {
  double low = least_order, high = most;
  if (!passes(high, a, b, p)) return high;
  for (int step = 0; step < 40; ++step) (passes(0.5 * (low + high), a, b, p) ? high : low) = 0.5 * (low + high);
  return low;
}

/// What another radius changes of the bias, of order `order` in the strong form. In the weak form constants have none, whatever the radius:
/// all that two fits differ by beyond the noise is an error. Fields are averaged over the mollifier, to the second order.
double share_of(problem::Problem const& problem, parameters::Unknown const& unknown, double order, double ratio) {
  if (!problem.weak()) return std::abs(1.0 - std::pow(ratio, order));
  return unknown.axes.empty() ? 1.0 : 1.0 - ratio * ratio;
}

/// Whether a radius changes a parameter by more than noise does.
bool tells(OtherRadii const& other, std::size_t p) {
  return other.draws > 0 && other.found[p].core > std::pow(widening(other.draws) * noticed, 2) * other.by_noise[p].core;
}

/// Whether two radii tell how the bias grows: not where noise hides what the narrower one changes, nor where that is more than any order has.
/// Then the radius is as wide as the waves, and the bias nearly all that there is, or the narrower one errs by itself, as its cells are few.
bool tell_order(OtherRadii const& narrow, OtherRadii const& wide, std::size_t p) {
  return tells(narrow, p) && tells(wide, p) && !passes(least_order, narrow, wide, p);
}

/// Whether a still wider radius is needed to learn it.
bool order_is_open(OtherRadii const& narrow, OtherRadii const& wide) {
  for (std::size_t p = 0; p < wide.found.size(); ++p)
    if (tells(wide, p) && !tell_order(narrow, wide, p)) return true;
  return false;
}

/// The most that a bias may be that grows by `growth` of it: what another radius changes, or its noise, behind which as much may be hidden.
double most_by(OtherRadii const& other, std::size_t p, double growth) { return std::sqrt(std::max(other.found[p].core, other.by_noise[p].core)) / growth; }

/// The three fits with other radii; without draws where there is none.
struct Others {
  OtherRadii narrow, wide, widest;
};

/// Of parameter p: by the narrower radius, and by the wider one if there is one, whichever shows more. Of a constant for which noise hides what the narrower
/// one changes, no more than the wider one leaves room for, whose noise is far less.
Bias bias_of(problem::Problem const& problem, std::size_t p, int degree, Others const& others) {
  auto const& [narrow, wide, widest] = others;
  auto const& unknown = problem.space().unknowns()[p];
  bool const constant = unknown.axes.empty();
  auto const beyond = [](double square, double noise) { return std::sqrt(std::max(square - noise, 0.0)); };
  // One number against its noise: a bias as large as that may hide behind it, so that none of it is taken off.
  double const taken = !constant ? 1.0 : problem.weak() ? std::pow(widening(narrow.draws) * noticed, 2) : 0.0;
  double order = order_of_bias(problem, degree), share = share_of(problem, unknown, order, narrow.ratio);
  bool const by_widest = tells(wide, p) && !tell_order(narrow, wide, p) && tells(widest, p) && widest.ratio > wide.ratio;
  if (by_widest) order = order_by(wide, widest, p, order);
  else if (tells(narrow, p) && tells(wide, p)) order = order_by(narrow, wide, p, order);
  if (tells(narrow, p)) share = share_of(problem, unknown, order, narrow.ratio);
  Bias of;
  of.core = beyond(narrow.found[p].core, taken * narrow.by_noise[p].core) / share;
  of.rim = beyond(narrow.found[p].rim, taken * narrow.by_noise[p].rim) / share;
  auto const* shows = &narrow;
  if (wide.draws > 0) {
    double const growth = share_of(problem, unknown, order, wide.ratio);
    of.core = std::max(of.core, moved(wide, p) / growth);
    if (constant && !problem.weak() && !tells(narrow, p)) of.core = std::min(of.core, most_by(wide, p, share_of(problem, unknown, least_order, wide.ratio)));
    of.rim = std::max(of.rim, beyond(wide.found[p].rim, wide.by_noise[p].rim) / growth);
    if (wide.found[p].core * narrow.by_noise[p].core > narrow.found[p].core * wide.by_noise[p].core) shows = &wide;
  }
  of.apart = std::sqrt(shows->found[p].core);
  of.chance = std::sqrt(shows->by_noise[p].core);
  of.draws = shows->draws;
  return of;
}

/// The term that stands out more, of a fit by other radii or of that whose term is known: what one takes for itself another leaves. As many
/// draws of it as there were of the first.
void add_missing(problem::Problem const& problem, OtherRadii& other, Uncertainty& uncertainty) {
  for (int number = other.draws; number < uncertainty.draws; ++number)
    if (noise_of(problem, *other.estimate, number, other.terms.get()).empty()) return;
  auto const weight = [](std::vector<MissingTerm> const& missing) { return missing.empty() ? 0.0 : missing[0].deviations / missing[0].bound; };
  auto const found = other.terms->result();
  if (weight(found) > weight(uncertainty.missing)) uncertainty.missing = found;
}

}  // namespace

void add_smoothing_bias(problem::Problem const& problem, estimate::Estimate const& estimate,
                        estimate::Estimator& estimator, Uncertainty& uncertainty) {
  if (!uncertainty.computed || !estimate.penalty.empty()) return;
  if (ratio_of(problem, estimate, narrower) == 1.0) return;
  int const draws = problem.weak() ? weak_draws : strong_draws;
  Refit const refit(problem, estimate, estimator, draws);
  Others others;
  auto const broke = refit.fit(narrower, others.narrow);
  if (broke != Refit::Broke::nothing) {  // no bias can be told: no standard error, then, either
    uncertainty.computed = false;
    uncertainty.why_not = broke == Refit::Broke::fit ? "the fit with narrower mollifiers, which shows their bias, broke down"
                                                     : "what noise in the terms of the parameters pulls them by could not be solved for";
    return;
  }
  if (!problem.weak()) {
    refit.fit(wider, others.wide);
    if (order_is_open(others.narrow, others.wide)) refit.fit(wider * wider, others.widest);
  }
  auto const& space = problem.space();
  auto const here = space.scatter(estimate.parameters);
  for (std::size_t p = 0; p < here.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    if (!std::isfinite(uncertainty.constants.deviation_of(p))) {  // nothing determines it
      uncertainty.bias.push_back({});
      continue;
    }
    auto of = bias_of(problem, p, estimate.smoother.degree, others);
    of.noise = scores::mean_of(space, unknown, uncertainty.deviation[p], true);
    of.size = size_of(problem, unknown, here[p]);
    auto const pulled = squares(problem, unknown, refit.pull()[p], Field("zero", refit.pull()[p].extent(0)));
    of.core = std::hypot(of.core, std::sqrt(pulled.core));
    of.rim = std::hypot(of.rim, std::sqrt(pulled.rim));
    add_bias(problem, p, of, here[p], uncertainty);
    uncertainty.bias.push_back(of);
  }
  if (problem.weak()) add_missing(problem, others.narrow, uncertainty);
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

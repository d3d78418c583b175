#include "predict/errors.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace mollis::predict {
namespace {

using Json = nlohmann::ordered_json;

/// Points, d^2, (u - d)^2, that over sigma^2, and both for no change.
using Sums = std::array<double, 6>;

Compared compared(Sums const& sums, bool noise) {
  auto const distance = [&](double square, double weighted) {
    return Distance{std::sqrt(square / sums[1]), noise ? weighted / sums[0] : NAN};
  };
  if (sums[0] == 0.0) return {0, {NAN, NAN}, {NAN, NAN}};
  return {static_cast<Index>(sums[0]), distance(sums[2], sums[3]), distance(sums[4], sums[5])};
}

/// Of each frame, on all ranks.
std::vector<Sums> sums_of(Case const& c, Prediction const& prediction, std::size_t s) {
  auto const& times = c.times;
  auto const& observed = c.observed[s];
  auto const fitted = on_host(c.fitted[s]), predicted = on_host(prediction.states[s]), free = on_host(prediction.free[s]);
  auto const data = on_host(observed.values), sigma = on_host(observed.sigma);
  std::size_t const frame = free.extent(0);
  std::vector<Sums> all(times.run.size(), Sums{});
  for (std::size_t f = 0; f < all.size(); ++f) {
    bool const later = f >= times.fitted;
    std::size_t const same = later ? times.first + times.fitted - 1 : times.first;   // frame of the fit that stays
    for (std::size_t i = 0; i < frame; ++i) {
      if (!observed.there && later) continue;
      double const d = observed.there ? data(f * frame + i) : fitted((times.first + f) * frame + i);
      double const u = predicted(f * frame + i), stayed = fitted(same * frame + i), noise = observed.there ? sigma(f * frame + i) : 1.0;
      if (free(i) == 0.0 || !std::isfinite(d) || !std::isfinite(u) || !std::isfinite(stayed)) continue;
      double const e = u - d, n = stayed - d, whole = d + c.about[s];
      Sums const more{1.0, whole * whole, e * e, e * e / (noise * noise), n * n, n * n / (noise * noise)};
      for (std::size_t k = 0; k < more.size(); ++k) all[f][k] += more[k];
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, all.front().data(), static_cast<int>(6 * all.size()), MPI_DOUBLE, MPI_SUM, c.run.comm());
  return all;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json json_of(Compared const& compared) {
  return {{"points", compared.points},
          {"relative_l2", number(compared.predicted.relative_l2)},
          {"chi2", number(compared.predicted.chi2)},
          {"unchanged_relative_l2", number(compared.unchanged.relative_l2)},
          {"unchanged_chi2", number(compared.unchanged.chi2)}};
}

std::string shown(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-"; }

std::string line_of(std::string const& state, std::string const& what, Compared const& compared) {
  return fmt::format("{:<12} {:<18} {:>10} {:>12} {:>12} {:>12} {:>12}\n", state, what, compared.points, shown(compared.predicted.relative_l2),
                     shown(compared.predicted.chi2), shown(compared.unchanged.relative_l2), shown(compared.unchanged.chi2));
}

}  // namespace

std::vector<Errors> compare(Case const& c, Prediction const& prediction) {
  std::vector<Errors> all;
  for (std::size_t s = 0; s < c.names.size(); ++s) {
    Errors errors{c.names[s], c.observed[s].there, {}, {}, {}};
    Sums fitted{}, later{};
    auto const frames = sums_of(c, prediction, s);
    for (std::size_t f = 0; f < frames.size(); ++f) {
      errors.frames.push_back(compared(frames[f], errors.observed));
      if (f == 0 && !c.layout.steady()) continue;   // it is where the run begins
      auto& sums = f < c.times.fitted ? fitted : later;
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += frames[f][k];
    }
    errors.fitted = compared(fitted, errors.observed);
    errors.later = compared(later, errors.observed);
    all.push_back(std::move(errors));
  }
  return all;
}

run::Table table_of(Case const& c, Errors const& errors) {
  std::vector<std::vector<double>> columns(7);
  for (std::size_t f = 0; f < errors.frames.size(); ++f) {
    auto const& frame = errors.frames[f];
    double const row[] = {c.times.run[f], static_cast<double>(frame.points), frame.predicted.relative_l2, frame.predicted.chi2,
                          frame.unchanged.relative_l2, frame.unchanged.chi2, f < c.times.fitted ? 0.0 : 1.0};
    for (std::size_t k = 0; k < columns.size(); ++k) columns[k].push_back(row[k]);
  }
  return {{"t", columns[0]}, {"points", columns[1]}, {"relative_l2", columns[2]}, {"chi2", columns[3]},
          {"unchanged_relative_l2", columns[4]}, {"unchanged_chi2", columns[5]}, {"later", columns[6]}};
}

Json json_of(Errors const& errors) {
  return {{"against", errors.observed ? "observations" : "fitted state"}, {"fitted_frames", json_of(errors.fitted)},
          {"later_frames", json_of(errors.later)}};
}

std::string describe(Case const& c, std::vector<Errors> const& errors) {
  std::string text = fmt::format("{:<12} {:<18} {:>10} {:>12} {:>12} {:>12} {:>12}\n", "state", "frames", "points", "rel. L2", "chi2",
                                 "unchanged", "its chi2");
  for (auto const& e : errors) {
    text += line_of(e.state, e.observed ? "fitted" : "fitted (no data)", e.fitted);
    if (c.times.later() > 0) text += line_of(e.state, "later", e.later);
  }
  return text;
}

}  // namespace mollis::predict

#include "observations/camera_noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "observations/growing_noise.hpp"
#include "observations/noise_by_level.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

/// A line through the variances of the parts.
struct Line {
  Counts law;
  double likelihood = -HUGE_VAL;
};

/// Log likelihood of variances w_k, none of them scaled.
double likelihood_as_is(std::vector<Part> const& parts, std::vector<double> const& w) {
  double value = 0.0;
  for (std::size_t k = 0; k < parts.size(); ++k) value -= 0.5 * parts[k].freedom * (std::log(w[k]) + parts[k].variance / w[k]);
  return value;
}

/// The line through zero at `offset`, its slope the most likely one where no gain is given; where a part lies below the offset, none.
Line line_at(std::vector<Part> const& parts, double offset, std::optional<double> gain) {
  std::vector<double> w;
  for (auto const& part : parts) w.push_back(part.level - offset);
  if (*std::min_element(w.begin(), w.end()) <= 0.0) return {};
  Line line;
  if (!gain) {
    line.likelihood = likelihood(parts, w, line.law.gain);
  } else {
    line.law.gain = *gain;
    for (double& value : w) value *= *gain;
    line.likelihood = likelihood_as_is(parts, w);
  }
  line.law.offset = offset;
  return line;
}

/// The most likely offset, below the least level by e^-8 to e^8 of what the levels span.
Line most_likely(std::vector<Part> const& parts, UnknownCounts const& given) {
  if (given.offset) return line_at(parts, *given.offset, given.gain);
  double const least = parts.front().level, span = parts.back().level - least;
  Line best;
  constexpr int steps = 640;
  for (int k = 0; k <= steps; ++k) {
    auto const line = line_at(parts, least - span * std::exp(0.025 * (k - steps / 2)), given.gain);
    if (line.likelihood > best.likelihood) best = line;
  }
  return best;
}

/// Of what was observed, smoothed: no count lies below the offset. Collective.
double least_level(grid::Grid const& grid, Field const& data) {
  auto const levels = on_host(levels_of(grid, data));
  double least = HUGE_VAL;
  for (std::size_t i = 0; i < levels.extent(0); ++i)
    if (std::isfinite(levels(i))) least = std::min(least, levels(i));
  MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_DOUBLE, MPI_MIN, grid.comm());
  return least;
}

}  // namespace

Counts counts_told(grid::Grid const& grid, Settings const& observation, UnknownCounts const& given, Field const& data) {
  auto const refuse = [&](std::string const& what) {
    throw run::Error(run::Exit::bad_data, run::line(observation.places.of("noise"), fmt::format("{}: {}; write gain and offset as numbers, or noise = \"auto\"",
                                                                                                observation.file, what)));
  };
  auto const found = noise_by_level(grid, data);
  if (!found) refuse("too few differences of neighbours to tell the noise of counts from");
  auto line = most_likely(found->parts, given);
  if (!(line.likelihood > -HUGE_VAL)) refuse(fmt::format("counts of {:.4g} lie below the offset of {:.4g}", found->parts.front().level, *given.offset));
  double scale = 0.0;
  std::vector<double> const one(found->parts.size(), 1.0);
  double const alike = likelihood(found->parts, one, scale), gained = line.likelihood - alike, any = likelihood_of_any(found->parts) - alike;
  bool const bent = any - gained >= Growth::least_evidence && gained < Growth::least_explained * any;
  if (bent || (!given.offset && gained < Growth::least_evidence))
    refuse("the variance of its noise does not rise with the values along a straight line, as that of counts does");
  if (along_smoothest_axis(grid, data, [&](double level) { return std::sqrt(line.law.gain * std::max(level - line.law.offset, line.law.gain)); }) > Growth::most_other)
    refuse("what varies from point to point is rough where it is large, so that noise cannot be told from it");
  if (given.offset) return line.law;
  // The variance where levels are least is no better known than that of the part there, by its standard error.
  auto const& part = found->parts.front();
  double const highest = least_level(grid, data) - part.variance * std::sqrt(2.0 / part.freedom) / line.law.gain;
  return line.law.offset <= highest ? line.law : line_at(found->parts, highest, given.gain).law;
}

}  // namespace mollis::observations

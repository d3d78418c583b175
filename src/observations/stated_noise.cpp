#include "observations/stated_noise.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "io/read.hpp"
#include "mollifier/jets.hpp"
#include "observations/camera_noise.hpp"
#include "observations/counts.hpp"
#include "observations/growing_noise.hpp"
#include "observations/known_fields.hpp"
#include "observations/noise_by_level.hpp"
#include "observations/outliers.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

/// sigma_i of every datum of a noise that varies; empty where it does not.
Field deviations_of(grid::Grid const& grid, Settings const& observation, Noise const& noise, Field const& data) {
  auto const* proportional = std::get_if<Proportional>(&noise);
  auto const* counts = std::get_if<Counts>(&noise);
  if (auto const* given = std::get_if<Dataset>(&noise))
    return run::placed(observation.places.of("noise"), [&] { return io::read_dataset(grid, given->file, given->dataset); });
  if (proportional == nullptr && counts == nullptr) return {};
  Field const levels = levels_of(grid, data);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), levels);
  for (std::size_t i = 0; i < host.extent(0); ++i)
    host(i) = proportional != nullptr ? std::hypot(proportional->share * host(i), proportional->floor)
                                      : std::sqrt(counts->gain * std::max(host(i) - counts->offset, counts->gain));
  Kokkos::deep_copy(levels, host);
  return levels;
}

/// What noise follows that was found to grow with the values; empty: it is alike everywhere. Where the loss sets outliers aside, what stands
/// alone is none of it: each is in many differences, and dead pixels err by as much as the values. Collective.
std::optional<Proportional> growth_found(grid::Grid const& grid, Loss loss, Field const& data) {
  auto const growth = growth_of_noise(grid, loss == Loss::gaussian ? data : without_spikes(grid, loss, data));
  return growth && growth->found() ? std::optional(growth->law) : std::nullopt;
}

/// Throws bad_data where Poisson's noise is said of what is no count. Collective.
void refuse_no_counts(grid::Grid const& grid, Settings const& observation, Field const& data) {
  if (!is_poisson(observation.noise)) return;
  auto const host = on_host(data);
  double wrong = 0.0;
  Index first = -1;
  for (std::size_t i = 0; i < host.extent(0); ++i) {
    if (!std::isfinite(host(i)) || is_count(host(i))) continue;
    if (wrong++ == 0.0) first = static_cast<Index>(i);
  }
  MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  run::collectively(grid.comm(), [&] {
    if (first < 0) return;
    throw run::Error(run::Exit::bad_data,
                     run::line(observation.places.of("noise"),
                               fmt::format("{}: {}: {:.0f} values are no counts, as {} at {}; {}", observation.file,
                                           observation.dataset, wrong, host(static_cast<std::size_t>(first)),
                                           point_text(grid, first), no_counts)));
  });
}

/// Sums of 1 and of 1 / sigma_i^2 over what was observed (a rank's). run::Error bad_data where sigma_i is not positive at a datum. Collective.
std::array<double, 2> sums_of(grid::Grid const& grid, Settings const& observation, Field const& deviations, Field const& observed) {
  auto const sigma = on_host(deviations), data = on_host(observed);
  std::array<double, 2> sums{};
  auto const* given = std::get_if<Dataset>(&observation.noise);
  std::string const file = given == nullptr ? "" : given->file + ": " + given->dataset + ": ";
  run::collectively(grid.comm(), [&] {
    for (std::size_t i = 0; i < data.extent(0); ++i) {
      if (!std::isfinite(data(i))) continue;
      if (!(sigma(i) > 0.0 && std::isfinite(sigma(i))))
        throw run::Error(run::Exit::bad_data,
                         run::line(observation.places.of("noise"),
                                   fmt::format("{}the standard deviation is {} at {}; it must be positive where something was observed "
                                               "(a floor, for data that vanish)", file, sigma(i), point_text(grid, static_cast<Index>(i)))));
      sums[0] += 1.0;
      sums[1] += 1.0 / (sigma(i) * sigma(i));
    }
  });
  return sums;
}

/// sigma and shape of a noise that varies. Errors of sums_of. Collective.
void set_varying(grid::Grid const& grid, Settings const& observation, Field const& deviations, State& state) {
  auto sums = sums_of(grid, observation, deviations, state.data);
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  state.sigma = std::sqrt(sums[0] / sums[1]);
  state.shape = make_field("shape", grid.local_size());
  auto const sigma = on_host(deviations), data = on_host(state.data);
  auto const shape = Kokkos::create_mirror_view(state.shape);
  for (std::size_t i = 0; i < data.extent(0); ++i) shape(i) = std::isfinite(data(i)) ? sigma(i) / state.sigma : 1.0;
  Kokkos::deep_copy(state.shape, shape);
}

/// The deviation of a noise that is alike everywhere; never below the rounding of the largest value. Collective.
double sigma_of(Noise const& noise, grid::Grid const& grid, Field const& data, Moments const& m) {
  double const rounding = 2.220446049250313e-16 * m.largest;
  if (auto const* given = std::get_if<double>(&noise)) return std::max(*given, rounding);
  if (auto const* relative = std::get_if<run::Relative>(&noise)) return std::max(relative->fraction * m.deviation, rounding);
  return estimate_noise(grid, data);
}

}  // namespace

void require_positive(grid::Grid const& grid, Settings const& observation, Field const& data) {
  if (std::holds_alternative<Dataset>(observation.noise)) sums_of(grid, observation, deviations_of(grid, observation, observation.noise, data), data);
}

void set_noise(grid::Grid const& grid, Settings const& observation, Moments const& m, State& state) {
  refuse_no_counts(grid, observation, state.data);
  state.automatic = is_told_by_data(observation.noise);
  auto const* const counts = std::get_if<UnknownCounts>(&observation.noise);
  if (counts != nullptr)
    state.counted = counts_told(grid, observation, *counts, state.data);
  else if (state.automatic)
    state.grows = growth_found(grid, observation.loss, state.data);
  Noise const law = state.counted ? Noise{*state.counted} : state.grows ? Noise{*state.grows} : observation.noise;
  Field const deviations = deviations_of(grid, observation, law, state.data);
  if (!deviations.label().empty())
    set_varying(grid, observation, deviations, state);
  else
    state.sigma = sigma_of(observation.noise, grid, state.data, m);
  refuse_extreme_noise(observation, state.sigma);
}

void refuse_extreme_noise(Settings const& observation, double sigma) {
  constexpr double most = 1e150;
  if (sigma == 0.0 || (sigma >= 1.0 / most && sigma <= most)) return;
  throw run::Error(run::Exit::bad_data,
                   run::line(observation.places.of("noise"),
                             fmt::format("{}: {}: values or noise, {:.3g}, are too {} for their squares to be summed; choose another unit",
                                         observation.file, observation.dataset, sigma, sigma < 1.0 ? "small" : "large")));
}

}  // namespace mollis::observations

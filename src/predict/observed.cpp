#include "predict/observed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/read.hpp"
#include "kernels/pointwise.hpp"
#include "observations/states.hpp"
#include "problem/make_grid.hpp"
#include "run/error.hpp"

namespace mollis::predict {
namespace {

Field sigma_of(observations::State const& state) {
  Field const sigma = filled(state.data.extent(0), state.shape.extent(0) > 0 ? 0.0 : state.sigma);
  if (state.shape.extent(0) > 0) kernels::add_scaled(state.sigma, state.shape, sigma);
  return sigma;
}

Field walls_of(observations::State const& state) { return state.known.label().empty() ? filled(state.data.extent(0), 0.0) : state.known; }

/// The same mask for later frames: that of the last one.
Field later_mask(Field const& mask, std::size_t frames_fitted, std::size_t later) {
  if (mask.label().empty()) return {};
  Field const last = frames(mask, frames_fitted, frames_fitted - 1, 1);
  Field all = last;
  for (std::size_t k = 1; k < later; ++k) all = joined(all, last);
  return all;
}

observations::State read(grid::Grid const& grid, std::string const& name, deck::Observation const& observation, Field const& mask,
                         observations::Factors const& factors) {
  return observations::read_states(grid, {{name, observation}}, mask, factors).front();
}

/// The same within a frame.
observations::Factors of_frame(observations::Factors factors) {
  if (!factors.empty()) factors.front() = 1;
  return factors;
}

/// The later frames of a state, appended to those of the fit.
void add_later(deck::Observation observation, std::string const& name, grid::Grid const& fit, Times const& times, Field const& mask,
               observations::Factors const& factors, double sigma, Observed& out) {
  auto const of_data = observations::data_grid(fit, factors);
  auto const reach = io::reach_of(of_data, observation.source(), 0);
  Index const fitted = of_data.axis(0).size();
  out.later = static_cast<std::size_t>(std::clamp<Index>(reach.points - fitted, 0, static_cast<Index>(times.later())));
  std::size_t const frame = out.values.extent(0) / times.fitted, missing = (times.later() - out.later) * frame;
  if (out.later > 0) {
    Index const begin = reach.first + fitted * reach.bin;
    observation.part.crop["t"] = {begin, begin + static_cast<Index>(out.later) * reach.bin};
    if (!std::holds_alternative<observations::Proportional>(observation.noise) && !std::holds_alternative<observations::Counts>(observation.noise))
      observation.noise = sigma;
    std::vector<double> const later(times.run.begin() + static_cast<std::ptrdiff_t>(times.fitted),
                                    times.run.begin() + static_cast<std::ptrdiff_t>(times.fitted + out.later));
    auto const state = read(with_times(fit, later), name, observation, later_mask(mask, times.fit.size(), out.later), of_frame(factors));
    out.values = joined(out.values, state.data);
    out.sigma = joined(out.sigma, sigma_of(state));
    out.walls = joined(out.walls, walls_of(state));
  }
  out.values = joined(out.values, filled(missing, NAN));
  out.sigma = joined(out.sigma, filled(missing, 1.0));
  out.walls = joined(out.walls, filled(missing, 0.0));
}

}  // namespace

std::vector<Observed> read_observed(deck::Deck const& deck, grid::Grid const& fit, Times const& times, Field const& mask,
                                    run::Progress const& progress) {
  auto const factors = problem::factors_of(deck.grid);
  std::vector<Observed> all;
  for (auto const& [name, observation] : deck.observations) {
    all.emplace_back();
    if (observation.kind == observations::Kind::points) {
      progress.say(fmt::format("{}: scattered points are not compared with; the fitted state is", name));
      continue;
    }
    if (observation.kind == observations::Kind::none) {
      progress.say(fmt::format("{}: was not observed; the fitted state is compared with", name));
      continue;
    }
    if (observation.means) {
      progress.say(fmt::format("{}: means over cells are not compared with; the fitted state is", name));
      continue;
    }
    try {
      auto const state = read(fit, name, observation, mask, factors);
      auto const mine = [&](Field const& field) { return frames(field, times.fit.size(), times.first, times.fitted); };
      all.back() = {true, mine(state.data), mine(sigma_of(state)), mine(walls_of(state)), 0};
      if (times.later() > 0) add_later(observation, name, fit, times, mask, factors, state.sigma, all.back());
    } catch (run::Error const& error) {
      if (error.code() != run::Exit::missing_input) throw;
      progress.complain(fmt::format("warning: {}; the prediction is compared with the fitted state alone", error.what()));
      all.back() = {};
    }
  }
  return all;
}

}  // namespace mollis::predict

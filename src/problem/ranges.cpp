#include "problem/ranges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "deck/curves.hpp"
#include "deck/experiments.hpp"
#include "observations/states.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "run/error.hpp"

namespace mollis::problem {
namespace {

std::array<double, 2> range_of(grid::Grid const& grid, std::vector<observations::State> const& states, deck::Curve const& curve) {
  double lower = HUGE_VAL, upper = -HUGE_VAL, noise = 0.0;
  for (auto const& state : states) {
    auto const data = on_host(state.data);
    for (std::size_t i = 0; i < data.extent(0); ++i) {
      if (!std::isfinite(data(i))) continue;
      lower = std::min(lower, data(i) + state.about);
      upper = std::max(upper, data(i) + state.about);
    }
    noise = std::max(noise, state.sigma);
  }
  double ends[] = {-lower, upper};
  MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_DOUBLE, MPI_MAX, grid.comm());
  lower = -ends[0];
  upper = ends[1];
  if (!(lower < upper))
    throw run::Error(run::Exit::bad_data, run::line(curve.written.places.section, fmt::format("all data of {} are alike, so that nothing tells a curve over it; "
                                                                                              "use over = []", curve.state)));
  bool const clear = upper - lower > 8.0 * noise;
  return {lower + (clear ? 2.0 * noise : 0.0), upper - (clear ? 2.0 * noise : 0.0)};
}

}  // namespace

deck::Deck with_ranges(grid::Grid const& grid, deck::Deck deck, run::Stages& stages) {
  auto const open = [](deck::Curve const& curve) { return !curve.range; };
  if (std::none_of(deck.curves.begin(), deck.curves.end(), open)) return deck;
  run::Stages::Scope const stage(stages, "read");
  auto const mask = make_mask(grid, deck.grid);
  for (auto& curve : deck.curves) {
    if (curve.range) continue;
    deck::Named<deck::Observation> of_state;
    for (auto const& named : deck.observations)
      if (named.second.kind != observations::Kind::none && deck::name_in_residuals(deck.experiments, named.first) == curve.state)
        of_state.push_back(named);
    curve.range = range_of(grid, observations::read_states(grid, of_state, mask, factors_of(deck.grid)), curve);
  }
  deck::name_curves(deck);
  return deck;
}

}  // namespace mollis::problem

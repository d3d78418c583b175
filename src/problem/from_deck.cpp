#include "problem/from_deck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/read.hpp"
#include "observations/growing_noise.hpp"
#include "observations/hold_out.hpp"
#include "observations/known_axes.hpp"
#include "problem/compile.hpp"
#include "problem/lengths.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "problem/sizes.hpp"

namespace mollis::problem {
namespace {

/// The equation, once; on which axes each known field depends is told by the deck and by the heads of files. Collective.
equation::System compiled(grid::Grid const& grid, deck::Deck const& deck) {
  Dependence depends;
  for (auto const& [name, values] : deck.fields) {
    depends.emplace_back(static_cast<std::size_t>(grid.dimension()), false);
    for (int const axis : observations::axes_of(grid, values)) depends.back()[static_cast<std::size_t>(axis)] = true;
  }
  return compile(deck, depends);
}

Problem assembled(grid::Grid const& grid, deck::Deck const& deck, equation::System system, std::vector<observations::State> states,
                  run::Progress& progress) {
  std::vector<observations::KnownField> fields;
  for (auto const& [name, values] : deck.fields)
    if (fields.emplace_back(grid, values).has_gaps())
      progress.say(fmt::format("field {}: not known at all points; those without it carry no residual", name));
  return Problem(grid, settings_of(deck), std::move(system), deck.parameters, std::move(fields), std::move(states), progress);
}

/// Whether a known field, or the mask, is a dataset over the times of the lattice: known at those alone.
bool knows_times(Problem const& problem, deck::Deck const& deck) {
  auto const begins = [](std::vector<int> const& axes) { return !axes.empty() && axes.front() == 0; };
  for (std::size_t n = 0; n < deck.fields.size(); ++n)
    if (!deck.fields[n].second.file.empty() && begins(problem.fields()[n].axes())) return true;
  auto const& mask = deck.grid.mask;
  return mask && !mask->file.empty() && begins(io::axes_of(problem.grid, mask->source()));
}

}  // namespace

Settings settings_of(deck::Deck const& deck) { return {deck.mollifier, deck.inversion, deck.joint, deck.uncertainty}; }

Problem from_deck(grid::Grid const& grid, deck::Deck const& deck, run::Progress& progress) {
  auto system = compiled(grid, deck);
  check_lengths(deck, grid, system);
  require_room(deck, obstacle(deck, grid, system, run::machine_of(grid.comm())));
  auto const mask = make_mask(grid, deck.grid);
  auto const factors = factors_of(deck.grid);
  auto states = observations::read_states(grid, deck.observations, mask, factors);
  observations::hold_out(grid, deck.validation, states, factors);
  observations::bridge_gaps(grid, mask, states);
  auto problem = assembled(grid, deck, std::move(system), std::move(states), progress);
  problem.factors = factors;
  problem.mask = mask;
  problem.inside = inside_of(problem.space(), mask);
  return problem;
}

Problem from_deck(grid::Grid const& grid, deck::Deck const& deck, std::vector<observations::State> states, run::Progress& progress) {
  return assembled(grid, deck, compiled(grid, deck), std::move(states), progress);
}

Finer finer_in_time(Problem const& problem, deck::Deck const& deck, run::Progress& progress) {
  auto const& grid = problem.grid;
  auto const over_time = [](auto const& parameter) {
    auto const& over = parameter.second.over;
    return std::find(over.begin(), over.end(), "t") != over.end();
  };
  bool const moves = grid.find_axis("t") == 0 && !grid.axis(0).periodic && grid.axis(0).size() > 1;
  bool const fixed = std::any_of(deck.parameters.begin(), deck.parameters.end(), over_time) || knows_times(problem, deck);
  if (!moves || fixed) return {};
  auto const make = [grid = problem.grid, states = problem.states, deck, &progress](Index steps, Chosen const& chosen) {
    auto as = deck;
    auto const given = as.grid.refine.find("t");
    as.grid.refine["t"] = steps * (given == as.grid.refine.end() ? 1 : given->second);
    for (std::size_t p = 0; p < chosen.smoothness.size(); ++p)
      if (std::isfinite(chosen.smoothness[p])) as.parameters[p].second.smoothness_weight = chosen.smoothness[p];
    for (std::size_t s = 0; s < chosen.noise.size(); ++s)
      if (auto& of = as.observations[s].second; of.kind != observations::Kind::localisations && observations::is_constant(of.noise))
        of.noise = observations::as_given(states[s], chosen.noise[s]);
    if (chosen.penalty.size() == 1) as.joint.penalty = chosen.penalty.front() * static_cast<double>(chosen.steps) / static_cast<double>(steps);
    auto axes = grid.axes();
    axes.front() = grid::refined(axes.front(), steps);
    return from_deck(grid::Grid(grid.comm(), std::move(axes), grid.decomposition()), as, progress);
  };
  return {make, deck.grid.refine.count("t") == 0};
}

}  // namespace mollis::problem

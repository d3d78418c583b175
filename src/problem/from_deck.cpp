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

}  // namespace mollis::problem

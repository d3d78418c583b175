#include "problem/from_deck.hpp"

#include <fmt/format.h>

#include "observations/hold_out.hpp"
#include "problem/compile.hpp"
#include "problem/lengths.hpp"
#include "problem/sizes.hpp"

namespace mollis::problem {
namespace {

/// On which axes of the grid each field depends.
Dependence dependence_of(grid::Grid const& grid, std::vector<observations::KnownField> const& fields) {
  Dependence depends;
  for (auto const& field : fields) {
    depends.emplace_back(static_cast<std::size_t>(grid.dimension()), false);
    for (int const axis : field.axes()) depends.back()[static_cast<std::size_t>(axis)] = true;
  }
  return depends;
}

}  // namespace

Settings settings_of(deck::Deck const& deck) { return {deck.mollifier, deck.inversion, deck.joint, deck.uncertainty}; }

Problem from_deck(grid::Grid const& grid, deck::Deck const& deck, run::Progress& progress) {
  auto const system = compile(deck, everywhere(deck));
  check_lengths(deck, grid, system);
  require_room(deck, obstacle(deck, grid, system, run::machine_of(grid.comm())));
  auto states = observations::read_states(grid, deck.observations);
  observations::hold_out(grid, deck.validation, states);
  return from_deck(grid, deck, std::move(states), progress);
}

Problem from_deck(grid::Grid const& grid, deck::Deck const& deck, std::vector<observations::State> states, run::Progress& progress) {
  std::vector<observations::KnownField> fields;
  for (auto const& [name, values] : deck.fields)
    if (fields.emplace_back(grid, values).has_gaps())
      progress.say(fmt::format("field {}: not known at all points; those without it carry no residual", name));
  auto system = compile(deck, dependence_of(grid, fields));
  return Problem(grid, settings_of(deck), std::move(system), deck.parameters, std::move(fields), std::move(states), progress);
}

}  // namespace mollis::problem

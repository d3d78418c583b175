#pragma once
/// Smoothed states and derivatives with standard errors, for `mollis mollify`.
#include <string>
#include <vector>

#include "deck/deck.hpp"
#include "grid/grid.hpp"
#include "mollifier/jets.hpp"
#include "observations/states.hpp"

namespace mollis::inverse {

/// The derivatives that [mollify] lists, as multi-indices along the grid's axes; the state itself comes first.
std::vector<mollifier::MultiIndex> derivatives_of(deck::Deck const& deck);

/// Radii by Lepski for these derivatives of these states. Collective.
deck::Mollifier automatic_radii(grid::Grid const& grid, deck::Mollifier const& mollifier,
                                std::vector<observations::State> const& states, std::vector<mollifier::MultiIndex> const& set);

struct Smooth {
  std::string suffix;   ///< axis letters of the derivative, empty for the state itself
  Field values, error;  ///< local box; error: standard deviation of the noise in the value; NaN where undefined
};

/// Rows around gaps as make_refit has them. Collective.
std::vector<Smooth> smooth(grid::Grid const& grid, deck::Mollifier const& mollifier, observations::State const& state,
                           std::vector<mollifier::MultiIndex> const& set);

}  // namespace mollis::inverse

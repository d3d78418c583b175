#pragma once
/// From the deck's [mollifier] to line filters with every order that the residuals read.
#include <vector>

#include "deck/deck.hpp"
#include "grid/grid.hpp"
#include "mollifier/jets.hpp"

namespace mollis::inverse {

/// Radius along an axis for a derivative order: the one named for it, else for the next lower order named, else the
/// smallest named, else the one for all orders.
Index radius_for(deck::AxisRadius const& radii, int order);

using AxisRadii = std::vector<Index>;  ///< radius in cells along each axis of a grid, for all derivative orders

/// A [mollifier] with these radii in place of its own.
deck::Mollifier with_radii(grid::Grid const& grid, deck::Mollifier mollifier, AxisRadii const& radii);

mollifier::Kernel make_kernel(deck::Mollifier const& deck);

/// One filter an axis with the orders that `set` has along it. Weak form: analytic. run::Error bad_deck where a radius
/// is too small for the degree or too wide for the axis.
std::vector<mollifier::LineFilter> make_filters(grid::Grid const& grid, deck::Mollifier const& deck, bool weak,
                                                std::vector<mollifier::MultiIndex> const& set);

}  // namespace mollis::inverse

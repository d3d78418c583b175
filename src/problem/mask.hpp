#pragma once
/// The domain where it is no box: [grid] mask.
#include <vector>

#include "deck/deck.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "parameters/parameter_space.hpp"

namespace mollis::problem {

/// 1 inside, 0 outside (local box); empty where the deck has no mask. run::Error: bad_data or bad_deck where no point is inside; of
/// the values themselves. Collective.
Field make_mask(grid::Grid const& grid, deck::Grid const& deck);

/// Whether each point of the whole grid is inside, row-major, on every rank, by a mask that is an expression; empty where it is a dataset, which
/// is not read, and without one. Errors of make_mask. Collective.
std::vector<char> points_inside(grid::Grid const& grid, deck::Grid const& deck);

/// 1 where a parameter has any point of the domain in its sums over the axes that it lacks, 0 elsewhere; pieces. Collective.
std::vector<Field> inside_of(parameters::ParameterSpace const& space, Field const& mask);

}  // namespace mollis::problem

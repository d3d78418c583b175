#pragma once
/// Data that stand alone off their neighbours.
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::observations {

constexpr double spike_gain = 0.717137165600636;  ///< 6 / sqrt(70)

/// How far each point stands off its neighbours as a single one would, in the unit of the data: along an axis the least
/// of |D| at the point and 3/2 of those beside it, D = [1 -4 6 -4 1] / sqrt(70) of the data, where they alternate in
/// sign, else 0 (what is smooth, or bends along a line, does not alternate along all axes); the least over the axes
/// along which seven data stand in a row. 0 where there is none. At a point that is off by A: spike_gain A. Collective.
Field spikes(grid::Grid const& grid, Field const& data);

}  // namespace mollis::observations

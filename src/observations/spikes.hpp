#pragma once
/// Data that stand alone off their neighbours.
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::observations {

constexpr double spike_gain = 0.717137165600636;  ///< 6 / sqrt(70)

/// How far each point stands off its neighbours as a single one would, in the unit of the data: along an axis the least
/// of |D| at the point and 3/2 of those beside it, D = [1 -4 6 -4 1] / sqrt(70) of the data, where they alternate in
/// sign, else 0 (what is smooth, or bends along a line, does not alternate along all axes); the least over the axes
/// along which seven data stand in a row. At a point that is off by A: spike_gain A. Where open axes end too near for that along all of
/// several axes, in corners: how far the point is off the cubic of the seven data at the end, less six times what else these leave of it (a
/// smooth signal, or another point that is off), in the noise of that; the largest over the axes, since along one of them another may be near: at a point that is off by A, 0.27 A in the corner itself and
/// 0.74 A beside it, less some six deviations of the noise. 0 elsewhere. Collective.
Field spikes(grid::Grid const& grid, Field const& data);

}  // namespace mollis::observations

#pragma once
/// Difference stencils in space, over the grid of one frame: D^k u ~ sum_j w_j u_j, in the unit of u over that of the axis^k. Not collective.
#include <vector>

#include "grid/grid.hpp"
#include "mollifier/jets.hpp"

namespace mollis::predict {

/// The least error of a stencil falls with this power of the spacing where points are even.
constexpr int accuracy = 4;

/// One filter an axis with every order that `set` has along it: the polynomial through the nearest points, as many as accuracy
/// asks for (fewer on axes that are short); one-sided at open ends, folded at those that reflect (exactly even or odd), wrapped on
/// periodic axes. Points themselves along axes without derivatives. run::Error bad_deck without a place where an axis is too short.
std::vector<mollifier::LineFilter> make_stencils(grid::Grid const& slice, std::vector<mollifier::MultiIndex> const& set);

}  // namespace mollis::predict

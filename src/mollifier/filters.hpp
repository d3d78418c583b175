#pragma once
/// From [mollifier] to line filters with every order that the residuals read.
#include <optional>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "mollifier/line_refit.hpp"
#include "mollifier/masked_jets.hpp"
#include "mollifier/settings.hpp"

namespace mollis::mollifier {

/// Radius along an axis for a derivative order: the one named for it, else for the next lower order named, else the
/// smallest named, else the one for all orders.
Index radius_for(AxisRadius const& radii, int order);

using AxisRadii = std::vector<Index>;  ///< radius in cells along each axis of a grid, for all derivative orders

/// A [mollifier] with these radii in place of its own.
Settings with_radii(grid::Grid const& grid, Settings mollifier, AxisRadii const& radii);

Kernel make_kernel(Settings const& settings);

/// One filter an axis with the orders that `set` has along it. Weak form: analytic. run::Error bad_deck where a radius
/// is too small for the degree or too wide for the axis.
std::vector<LineFilter> make_filters(grid::Grid const& grid, Settings const& settings, bool weak,
                                     std::vector<MultiIndex> const& set);

/// The error of make_filters, without making them. Where radii are automatic: what no radius mends.
void check_filters(grid::Grid const& grid, Settings const& settings, bool weak, std::vector<MultiIndex> const& set);

/// Rows refitted around the gaps of `data`, for jets of make_filters in strong form that are filtered along one axis only;
/// none where several axes are filtered (make_masked) or the filters are analytic: there a footprint that meets a gap gives NaN.
/// Collective.
std::optional<LineRefit> make_refit(Jets const& jets, Settings const& settings, Field const& data);

/// Jets that heed the gaps of `data`, for jets of make_filters in strong form that are filtered along several axes; none where data have
/// no gap, one axis alone is filtered (make_refit), or filters are analytic. Collective.
std::optional<MaskedJets> make_masked(Jets const& jets, Settings const& settings, Field const& data);

}  // namespace mollis::mollifier

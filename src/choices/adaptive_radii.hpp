#pragma once
/// Radii that vary over the domain, by Goldenshluger and Lepski at each point: with the rungs r a geometric ladder through the radii
/// that serve best as the only ones,
///   B_r(x) = max over q < r of [ mean_r { |L_r d - L_q d|^2 - kappa_rq Var(L_r d - L_q d) } ]_+ ,
/// the rung at x minimises B_r + Var L_r d. mean_r is over the reach of r, kappa_rq = 1 + 2 sqrt(2 / nu) leaves room for how such a mean
/// of noise scatters, nu the number of footprints of q in it. Then averaged over the narrowest reach, and limited in slope
/// (mollifier::limit_slope). A rung serves no point at which its footprint meets a gap, unless rows are refitted there.
#include "choices/lepski.hpp"

namespace mollis::choices {

/// `best`: the rung that Lepski::choose gives. Collective.
mollifier::Settings adaptive_radii(grid::Grid const& grid, mollifier::Settings const& mollifier, Lepski& lepski, Ladder const& ladder,
                                   Ladder::Rung const& best);

}  // namespace mollis::choices

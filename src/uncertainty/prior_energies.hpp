#pragma once
/// What the prior of a field expects of the energies of its draws.
#include <vector>

#include "grid/grid.hpp"
#include "spectral/spectral_box.hpp"

namespace mollis::uncertainty {

/// E r_k^2 = beta c_k^T L c_k of each of this rank's waves c_k, in the order of `box`; r a draw of the smoothness prior beta L of this order over all axes of
/// `grid`, beta = `weight`. `box`: cosines along open axes of the grid, Fourier waves along periodic ones. L is a sum of products of forms of one axis each, and so are these.
/// Not collective.
std::vector<double> prior_energies(grid::Grid const& grid, int order, double weight, spectral::SpectralBox const& box);

}  // namespace mollis::uncertainty

#pragma once
/// The states of a fit as low polynomials of the coordinates, with their derivatives.
#include <string>
#include <vector>

#include "estimate/estimate.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

struct SmoothState {
  std::string name;
  HostField value;                                              ///< over the local box
  std::vector<std::pair<std::string, HostField>> derivatives;   ///< "dx(u)", "d(u, \"xx\")" along one axis after the other
};

/// Chebyshev polynomials of the coordinates, at most `most_functions` products of them, by least squares over the points at which the equation
/// has residuals; what could be noise of the data is left out. Collective.
std::vector<SmoothState> smooth_states(problem::Problem const& problem, estimate::Estimate const& estimate);

}  // namespace mollis::uncertainty

#pragma once
/// What a second fit, by narrower mollifiers or on a finer lattice, moves parameters by.
#include "uncertainty/uncertainty.hpp"

namespace mollis::uncertainty {

/// Squares of what a and b differ by, their mean over the core and over the rest.
struct MeanSquares {
  double core = 0.0, rim = 0.0;
};

/// a, b: pieces of the parameter as fitted, over its own axes; in its unit squared (1 of logarithms). Collective.
MeanSquares squares(problem::Problem const& problem, parameters::Unknown const& unknown, Field const& a, Field const& b);

/// Root mean square of a piece over the core; 1 of a logarithm. Collective.
double size_of(problem::Problem const& problem, parameters::Unknown const& unknown, Field const& piece);

/// Adds a bias to the deviation of parameter p and, of a constant, to its variance, in quadrature. `piece`: the parameter as fitted.
/// Not collective.
void add_bias(problem::Problem const& problem, std::size_t p, Bias const& bias, Field const& piece, Uncertainty& uncertainty);

}  // namespace mollis::uncertainty

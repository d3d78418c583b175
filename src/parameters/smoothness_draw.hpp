#pragma once
/// Draws from N(0, L), L = R^T R a smoothness form: R^T z with white z. With beta L as the precision of a prior, sqrt(beta) R^T z is
/// what a draw of the prior adds to the normal equations (perturb and optimise: Papandreou and Yuille, NIPS 2010).
#include "kernels/field.hpp"
#include "parameters/smoothness.hpp"
#include "random/philox.hpp"

namespace mollis::parameters {

/// out += scale (R_1 x R_2 x ...)^T z at the local points of the grid, R_a along axis a, z a standard normal for each row by its
/// global index: the same on any number of ranks. Not collective.
void add_root_draw(grid::Grid const& grid, std::vector<LineRoot> const& roots, double scale, random::Stream const& stream, HostField const& out);

class SmoothnessDraw {
 public:
  /// For a parameter over all axes of `grid`; a constant has L = 0.
  SmoothnessDraw(grid::Grid grid, int order);

  /// R^T z of this rank's piece. `unknown` tells draws of several parameters apart. Not collective.
  HostField draw(int number, std::uint32_t unknown) const;

 private:
  struct Term {
    double factor;
    std::vector<LineRoot> roots;
  };
  grid::Grid grid_;
  std::vector<Term> terms_;
};

}  // namespace mollis::parameters

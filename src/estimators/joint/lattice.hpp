#pragma once
/// The lattice of the coefficients g of u = sum_j g_j B_j: the grid, extended past each open end by the radius of the
/// B-spline mollifier, so that u and its derivatives are defined alike at every point of the grid.
#include "equation/system.hpp"
#include "grid/grid.hpp"
#include "kernels/pack.hpp"
#include "mollifier/jets.hpp"
#include "observations/operator.hpp"

namespace mollis::joint {

class Lattice {
 public:
  /// Axes along which no residual takes a derivative are left as they are: there u = g. Reflecting and periodic axes are
  /// not extended, g reflects or wraps as u does. run::Error bad_deck where the degree is too low for the residuals
  /// (order + 3 along some axis) or an axis has too few points. Collective.
  Lattice(grid::Grid const& grid, equation::System const& system, int degree);

  grid::Grid const& grid() const { return grid_; }        ///< of the observations and residuals
  grid::Grid const& extended() const { return extended_; }
  int degree() const { return degree_; }
  int highest_order(int axis) const { return orders_[static_cast<std::size_t>(axis)]; }  ///< of a state's derivatives
  Index margin(int axis) const { return margins_[static_cast<std::size_t>(axis)]; }
  bool is_smooth(int axis) const { return smooth_[static_cast<std::size_t>(axis)]; }  ///< whether splines run along it

  /// Sums of derivatives of u at this rank's points of the grid, from coefficients on the extended lattice. Collective.
  mollifier::Jets jets(std::vector<mollifier::Sum> const& sums) const;
  /// The same as observations see it.
  observations::SplineLattice splines() const;
  /// This rank's points of the grid among its points of the extended lattice.
  kernels::Window const& window() const { return window_; }

 private:
  grid::Grid grid_;
  int degree_;
  std::vector<int> orders_;
  std::vector<bool> smooth_;
  std::vector<Index> margins_;
  grid::Grid extended_;
  kernels::Window window_{};
};

}  // namespace mollis::joint

#pragma once
/// 1D filters along one axis: rows of weights that turn values on a line into a smoothed derivative of given order.
///   (D^k u)(x_i) ~ sum_j weight(i, k, j) g(start(i) + j),  j = 0 .. width-1   [unit of u / unit of the axis^k]
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "grid/axis.hpp"
#include "mollifier/kernel.hpp"

namespace mollis::mollifier {

/// A row of one axis: its weights from its first tap on.
struct Row {
  Index start, width;
  double const* weights;
};
/// <a, b>: the exact covariance of what two rows of one axis give for unit white noise.
double inner_product(Row const& a, Row const& b);

/// Rows of one axis for several derivative orders, all of one width (narrower orders are padded with zeros).
/// Rows in [interior.lower, interior.upper) are all alike; the others (near edges, or all of them on a stretched axis)
/// are stored one by one.
class LineFilter {
 public:
  Index points = 0;                 ///< of the axis
  std::vector<int> orders;          ///< distinct derivative orders, increasing
  Index width = 1;                  ///< taps a row
  bool periodic = false;
  grid::Range interior;             ///< rows that share `interior_row`, with start(i) = i - (width - 1) / 2
  grid::Range valid;                ///< rows that exist (analytic filters: footprint inside); others give 0
  std::vector<double> interior_row; ///< [order][tap]
  std::vector<double> edge_rows;    ///< [row outside interior, increasing][order][tap]

  Index start(Index row) const;                              ///< first tap; inside [0, points - width] on open axes
  double const* row(Index row_index, int order_slot) const;  ///< `width` weights
  Row taps(Index row_index, int order_slot) const { return {start(row_index), width, row(row_index, order_slot)}; }
  int slot(int order) const;                                 ///< position of an order in `orders`; throws if absent
  grid::Range needed(grid::Range outputs) const;             ///< union of the footprints of these rows
  /// <row_a, row_b> at a row: the exact covariance of two derivatives for unit white noise.
  double gram(Index row, int slot_a, int slot_b) const;
};

/// Why a filter cannot be: the key of [mollifier] that is to blame ("radius", "degree", "filter"), and what() to do.
struct Unfit : std::invalid_argument {
  Unfit(std::string key_, std::string const& what) : std::invalid_argument(what), key(std::move(key_)) {}
  std::string key;
};

/// Radius in cells for each derivative order of an axis, 0 = no filter (only for order 0).
using Radii = std::vector<std::pair<int, Index>>;  // (order, radius)

/// Moment-corrected filters: local polynomial of `degree` fitted with weights eta(s), s = j / (radius + 1). Near open
/// edges the same fit over the 2 radius + 1 nearest points; true coordinates on stretched axes; folded with its sign
/// where the axis reflects (about its end points; the end point of an odd axis has weight 0). Exact on polynomials up to
/// `degree` (in the unreflected case). On stretched axes s is the distance over (1 + 1/m) times the greatest one in the
/// window, m the greatest in points: the same where points are equally spaced.
/// Throws Unfit naming the smallest workable radius when 2 radius + 1 < degree + 1 or > points.
LineFilter moment_filter(grid::Axis const& axis, Kernel const& kernel, Radii const& radii, int degree);

/// Analytic filters: eta and its analytic derivatives sampled on the lattice (uniform axes only), unit discrete mass.
/// On open axes only rows whose footprint lies inside are valid. Orders k > 0 are not rescaled to an exact moment k!:
/// that mends first derivatives alone and spoils higher ones, where the sampled row's lower moments err first. The error
/// of sampling depends on the radius: for second derivatives at radius 8, 5e-6 (polynomial, exponent 9), 1e-5 (cosine,
/// exponent 6), but 0.3 (bump, steep near its rim) and 0.15 (gaussian, cut at 1 % of its height). Throws Unfit.
LineFilter analytic_filter(grid::Axis const& axis, Kernel const& kernel, Radii const& radii);

/// Throw Unfit where the filters above would, without making them.
void check_moment(grid::Axis const& axis, Radii const& radii, int degree);
void check_analytic(grid::Axis const& axis, Radii const& radii);

/// Spline filters: values and derivatives at the points of u = sum_j g_j B_j, B_j the B-spline of odd degree with the points
/// x_(j - radius - 1) .. x_(j + radius + 1) as knots, radius = (degree - 1) / 2: a mollifier of unit mass (sum_j B_j = 1),
/// stretched axes included; derivatives are exact derivatives of u. On open axes only rows whose footprint lies inside are
/// valid; elsewhere g wraps or reflects. Throws std::invalid_argument unless every order is below the degree.
LineFilter spline_filter(grid::Axis const& axis, int degree, std::vector<int> const& orders);

/// Difference stencils of least width (degree = width - 1, radius ceil(order / 2)), one-sided at open edges: a reflection
/// is a property of the states and is not used here.
LineFilter difference_filter(grid::Axis const& axis, std::vector<int> const& orders);

/// The filter whose rows are the elementwise products of two rows of `filter`: carries noise variances.
LineFilter product_filter(LineFilter const& filter, int order_a, int order_b);

/// The filter that sums |taps| != 0 indicators over the footprint: meets a gap where the result on a 0/1 mask is > 0.
LineFilter footprint_filter(LineFilter const& filter);

}  // namespace mollis::mollifier

#include "parameters/smoothness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mollis::parameters {
namespace {

double factorial(int n) { return n <= 1 ? 1.0 : n * factorial(n - 1); }

/// Weights of the divided difference k! [x_0 .. x_k], a k-th derivative.
std::vector<double> divided_difference(std::vector<double> const& x) {
  std::vector<double> weights;
  double const scale = factorial(static_cast<int>(x.size()) - 1);
  for (std::size_t j = 0; j < x.size(); ++j) {
    double product = scale;
    for (std::size_t m = 0; m < x.size(); ++m)
      if (m != j) product /= x[j] - x[m];
    weights.push_back(product);
  }
  return weights;
}

/// Knots of splines, past the ends with the last spacing.
double knot(grid::Axis const& axis, Index i) {
  Index const last = axis.size() - 1, inside = std::min(std::max<Index>(i, 0), last);
  if (axis.size() < 2) return axis.coordinate(0) + static_cast<double>(i);
  double const step = i < 0 ? axis.coordinate(1) - axis.coordinate(0) : axis.coordinate(last) - axis.coordinate(last - 1);
  return axis.coordinate(inside) + static_cast<double>(i - inside) * step;
}

/// What order + 1 neighbouring coefficients give of the derivative's, the first of which has its first knot at `first`:
///   g^(k)_j = (degree - k + 1) (g^(k-1)_j - g^(k-1)_(j-1)) / (t_(j + degree + 1 - k) - t_j).
std::vector<double> spline_difference(grid::Axis const& axis, int degree, int order, Index first) {
  std::vector<std::vector<double>> rows;  // of every coefficient that is left, in those of u
  for (int j = 0; j <= order; ++j) {
    rows.emplace_back(static_cast<std::size_t>(order + 1), 0.0);
    rows.back()[static_cast<std::size_t>(j)] = 1.0;
  }
  for (int k = 1; k <= order; ++k) {
    for (std::size_t j = rows.size(); j-- > static_cast<std::size_t>(k);) {
      Index const begin = first + static_cast<Index>(j);
      double const span = (knot(axis, begin + degree + 1 - k) - knot(axis, begin)) / (degree - k + 1);
      for (std::size_t m = 0; m < rows[j].size(); ++m) rows[j][m] = (rows[j][m] - rows[j - 1][m]) / span;
    }
  }
  return rows.back();
}

/// Length of the axis that a point stands for: half of what lies between its neighbours, the whole gap at open ends.
double cell(grid::Axis const& axis, Index i) {
  Index const n = axis.size();
  if (n == 1) return 1.0;
  if (!axis.periodic && (i == 0 || i == n - 1)) return i == 0 ? axis.at(1) - axis.at(0) : axis.at(i) - axis.at(i - 1);
  return 0.5 * (axis.at(i + 1) - axis.at(i - 1));
}

/// All multi-indices over `axes` axes with sum `total`.
void enumerate(int axes, int total, std::vector<int>& head, std::vector<std::vector<int>>& all) {
  if (axes == 1) {
    head.push_back(total);
    all.push_back(head);
    head.pop_back();
    return;
  }
  for (int k = 0; k <= total; ++k) {
    head.push_back(k);
    enumerate(axes - 1, total - k, head, all);
    head.pop_back();
  }
}

}  // namespace

template <class Row>
LineRoot::LineRoot(grid::Axis const& axis, int order, Row const& row) : order_(order), rows_(axis.periodic ? axis.size() : axis.size() - order) {
  std::vector<double> lengths;
  for (Index i = 0; i < rows_; ++i) lengths.push_back(order == 0 ? cell(axis, i) : axis.at(i + order) - axis.at(i));
  double const total = std::accumulate(lengths.begin(), lengths.end(), 0.0);
  double const scale = std::pow(axis.extent(), order);
  for (Index i = 0; i < rows_; ++i) {
    double const weight = scale * std::sqrt(lengths[static_cast<std::size_t>(i)] / total);
    for (double const entry : row(i)) entries_.push_back(weight * entry);
  }
}

LineRoot::LineRoot(grid::Axis const& axis, int order)
    : LineRoot(axis, order, [&](Index i) {
        std::vector<double> x;
        for (int j = 0; j <= order; ++j) x.push_back(axis.at(i + j));
        return divided_difference(x);
      }) {}

LineRoot LineRoot::of_splines(grid::Axis const& axis, int degree, int order) {
  Index const radius = (degree - 1) / 2;
  return LineRoot(axis, order, [&](Index i) { return spline_difference(axis, degree, order, i - radius - 1); });
}

LineRoot LineRoot::identity(grid::Axis const& axis) {
  LineRoot root;
  root.rows_ = axis.size();
  root.entries_.assign(static_cast<std::size_t>(axis.size()), 1.0);
  return root;
}

LineForm::LineForm(grid::Axis const& axis, int order) : LineForm(LineRoot(axis, order), axis.size()) {}

LineForm::LineForm(LineRoot const& root, Index n) : order_(root.order()) {
  int const order = order_;
  entries_.assign(static_cast<std::size_t>(n * (2 * order + 1)), 0.0);
  for (Index i = 0; i < root.rows(); ++i)
    for (int j = 0; j <= order; ++j)
      for (int k = 0; k <= order; ++k)
        entries_[static_cast<std::size_t>((i + j) % n * (2 * order + 1) + (k - j) + order)] += root.at(i, j) * root.at(i, k);
}

std::vector<SmoothnessTerm> smoothness_terms(grid::Grid const& grid, int order) {
  std::vector<SmoothnessTerm> terms;
  if (grid.dimension() == 0) return terms;
  std::vector<std::vector<int>> all;
  std::vector<int> head;
  enumerate(grid.dimension(), order, head, all);
  for (auto const& a : all) {
    double factor = static_cast<double>(grid.points()) * factorial(order);
    bool fits = true;
    for (std::size_t axis = 0; axis < a.size(); ++axis) {
      factor /= factorial(a[axis]);
      fits = fits && a[axis] < grid.axes()[axis].size();
    }
    if (fits) terms.push_back({factor, a});
  }
  return terms;
}

SmoothnessForm::SmoothnessForm(grid::Grid grid, int order) : grid_(std::move(grid)), products_(smoothness_terms(grid_, order)) {
  for (auto const& axis : grid_.axes()) {
    lines_.emplace_back();
    for (int k = 0; k <= order && k < axis.size(); ++k) lines_.back().emplace_back(axis, k);
  }
}

void SmoothnessForm::row(Extents const& point, std::vector<Extents>& neighbours, std::vector<double>& values) const {
  neighbours.clear();
  values.clear();
  for (auto const& product : products_) {
    std::size_t const axes = product.orders.size();
    std::array<int, max_axes> offset{};
    for (std::size_t a = 0; a < axes; ++a) offset[a] = -product.orders[a];
    for (bool more = true; more;) {
      double value = product.factor;
      for (std::size_t a = 0; a < axes; ++a)
        value *= lines_[a][static_cast<std::size_t>(product.orders[a])].at(point[a], offset[a]);
      if (value != 0.0) {
        auto neighbour = point;
        for (std::size_t a = 0; a < axes; ++a) neighbour[a] += offset[a];
        neighbours.push_back(neighbour);
        values.push_back(value);
      }
      more = false;  // the next offset, like an odometer
      for (std::size_t a = axes; a-- > 0 && !more;) {
        more = offset[a] < product.orders[a];
        offset[a] = more ? offset[a] + 1 : -product.orders[a];
      }
    }
  }
}

}  // namespace mollis::parameters

// The noise of scattered values, from their differences.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "observations/points.hpp"

namespace mollis::observations {
namespace {

constexpr std::size_t in_a_difference = 5;
constexpr std::size_t most_targets = 2000, least_targets = 100, most_distances = 40000000;
constexpr double most_extrapolation = 4.0;  ///< sum of squares of the neighbours' weights

/// |sum c_j v_j| with c the fourth divided difference at times t, scaled to sum c^2 = 1.
double divided_difference(double const* times, double const* values) {
  double sum = 0.0, square = 0.0;
  for (std::size_t j = 0; j < in_a_difference; ++j) {
    double c = 1.0;
    for (std::size_t k = 0; k < in_a_difference; ++k)
      if (k != j) c /= times[j] - times[k];
    sum += c * values[j];
    square += c * c;
  }
  return std::abs(sum) / std::sqrt(square);
}

/// Of places that were visited often enough.
std::vector<double> series_differences(grid::Grid const& grid, PointTable const& table) {
  int const time = grid.find_axis("t");
  std::vector<double> sizes;
  if (time < 0) return sizes;
  std::map<std::vector<double>, std::vector<std::pair<double, double>>> series;
  for (std::size_t row = 0; row < table.value.size(); ++row) {
    std::vector<double> place;
    for (std::size_t a = 0; a < table.coordinates.size(); ++a)
      if (static_cast<int>(a) != time) place.push_back(table.coordinates[a][row]);
    series[place].emplace_back(table.coordinates[static_cast<std::size_t>(time)][row], table.value[row]);
  }
  for (auto& [place, of_place] : series) {
    std::sort(of_place.begin(), of_place.end());
    std::vector<double> times, values;
    for (auto const& [t, v] : of_place) {
      times.push_back(t);
      values.push_back(v);
    }
    for (std::size_t i = 0; i + in_a_difference <= times.size(); ++i) sizes.push_back(divided_difference(&times[i], &values[i]));
  }
  return sizes;
}

/// Weights w of places x_j with sum_j w_j = 1 and sum_j w_j x_j = x, as many as unknowns; empty where they lie in a plane.
std::vector<double> plane_weights(std::vector<std::vector<double>> const& places, std::vector<double> const& x) {
  std::size_t const n = places.size();
  std::vector<std::vector<double>> m(n, std::vector<double>(n + 1));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) m[i][j] = i == 0 ? 1.0 : places[j][i - 1];
    m[i][n] = i == 0 ? 1.0 : x[i - 1];
  }
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i + 1; r < n; ++r)
      if (std::abs(m[r][i]) > std::abs(m[pivot][i])) pivot = r;
    if (std::abs(m[pivot][i]) < 1e-9) return {};
    std::swap(m[i], m[pivot]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == i) continue;
      double const factor = m[r][i] / m[i][i];
      for (std::size_t c = i; c <= n; ++c) m[r][c] -= factor * m[i][c];
    }
  }
  std::vector<double> weights;
  for (std::size_t i = 0; i < n; ++i) weights.push_back(m[i][n] / m[i][i]);
  return weights;
}

/// What planes through the nearest neighbours leave (Gasser, Sroka and Jennen-Steinmetz 1986), distances in cells of the grid.
std::vector<double> neighbour_differences(grid::Grid const& grid, PointTable const& table) {
  std::size_t const n = table.value.size(), axes = table.coordinates.size(), corners = axes + 1;
  std::vector<double> sizes;
  if (n < 2 * corners + 1) return sizes;
  std::vector<double> cells;  // [axis]
  for (auto const& axis : grid.axes()) cells.push_back(axis.spacing() > 0.0 ? axis.spacing() : 1.0);
  auto const place = [&](std::size_t row) {
    std::vector<double> x;
    for (std::size_t a = 0; a < axes; ++a) x.push_back(table.coordinates[a][row] / cells[a]);
    return x;
  };
  std::size_t const targets = std::clamp(most_distances / n, least_targets, most_targets), step = (n + targets - 1) / targets;
  for (std::size_t target = 0; target < n; target += step) {
    auto const x = place(target);
    std::vector<std::pair<double, std::size_t>> nearest;
    for (std::size_t row = 0; row < n; ++row) {
      if (row == target) continue;
      double square = 0.0;
      for (std::size_t a = 0; a < axes; ++a) square += std::pow(x[a] - table.coordinates[a][row] / cells[a], 2);
      nearest.emplace_back(square, row);
    }
    std::partial_sort(nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(corners), nearest.end());
    std::vector<std::vector<double>> places;
    for (std::size_t j = 0; j < corners; ++j) places.push_back(place(nearest[j].second));
    auto const weights = plane_weights(places, x);
    double square = 0.0, left = table.value[target];
    for (std::size_t j = 0; j < weights.size(); ++j) {
      square += weights[j] * weights[j];
      left -= weights[j] * table.value[nearest[j].second];
    }
    if (!weights.empty() && square < most_extrapolation) sizes.push_back(std::abs(left) / std::sqrt(1.0 + square));
  }
  return sizes;
}

}  // namespace

double estimate_noise(grid::Grid const& grid, PointTable const& table) {
  auto sizes = series_differences(grid, table);
  if (sizes.size() < in_a_difference) sizes = neighbour_differences(grid, table);
  return sizes.size() < in_a_difference ? 0.0 : robust_deviation(MPI_COMM_SELF, sizes);
}

}  // namespace mollis::observations

#include "uncertainty/spline_error.hpp"

#include <algorithm>
#include <cmath>

#include "scores/score.hpp"
#include "uncertainty/moved.hpp"

namespace mollis::uncertainty {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr int images = 32;

/// Sum of squared central differences of an even order along an axis, over the points of this rank that have one in the core.
double sum_of_squares(grid::Grid const& grid, HostField const& u, std::size_t axis, int order) {
  std::vector<double> row{1.0};
  for (int i = 0; i < order; ++i) {
    row.push_back(0.0);
    for (std::size_t j = row.size() - 1; j > 0; --j) row[j] -= row[j - 1];
  }
  Index outer = 1, inner = 1;
  for (int a = 0; a < grid.dimension(); ++a) (a < static_cast<int>(axis) ? outer : inner) *= a == static_cast<int>(axis) ? 1 : grid.owned()[a].size();
  auto const range = grid.owned()[static_cast<int>(axis)];
  Index const skip = grid.axis(static_cast<int>(axis)).periodic ? 0 : scores::core_rim(grid)[axis], reach = order / 2;
  double sum = 0.0;
  for (Index o = 0; o < outer; ++o)
    for (Index i = reach; i + reach < range.size(); ++i) {
      Index const at = range.lower + i;
      if (at < skip || at >= grid.axis(static_cast<int>(axis)).size() - skip) continue;
      for (Index k = 0; k < inner; ++k) {
        double difference = 0.0;
        for (int j = 0; j <= order; ++j)
          difference += row[static_cast<std::size_t>(j)] * u(static_cast<std::size_t>((o * range.size() + i + j - reach) * inner + k));
        if (std::isfinite(difference)) sum += difference * difference;
      }
    }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return sum;
}

/// Radians a point of what the derivative of this order of a state is made of.
double angle_of(problem::Problem const& problem, HostField const& state, std::size_t axis, int order) {
  int const even = order + order % 2;
  double const lower = sum_of_squares(problem.grid, state, axis, even), higher = sum_of_squares(problem.grid, state, axis, even + 2);
  if (!(lower > 0.0)) return 0.0;
  return 2.0 * std::asin(std::min(1.0, 0.5 * std::pow(higher / lower, 0.25)));
}

double largest_error(problem::Problem const& problem, estimate::Estimate const& estimate) {
  double largest = 0.0;
  for (std::size_t s = 0; s < estimate.states.size(); ++s) {
    auto const state = on_host(estimate.states[s]);
    for (std::size_t axis = 0; axis < problem.grid.axes().size(); ++axis) {
      int highest = 0;
      for (auto const& feature : problem.system().features)
        if (feature.kind == equation::Feature::Kind::state && feature.index == static_cast<int>(s)) highest = std::max(highest, feature.order[axis]);
      if (highest == 0 || !problem.grid.axes()[axis].uniform) continue;
      largest = std::max(largest, std::abs(spline_error(problem.settings.joint.spline_degree, highest, angle_of(problem, state, axis, highest))));
    }
  }
  return largest;
}

}  // namespace

double spline_error(int degree, int order, double angle) {
  if (!(angle > 0.0)) return 0.0;
  double derivative = 0.0, value = 0.0;
  for (int k = -images; k <= images; ++k) {
    double const of = angle / (angle + 2.0 * pi * k);
    derivative += std::pow(of, degree + 1 - order);
    value += std::pow(of, degree + 1);
  }
  return derivative / value - 1.0;
}

void add_spline_error(problem::Problem const& problem, estimate::Estimate const& estimate, Uncertainty& uncertainty) {
  if (!uncertainty.computed || estimate.penalty.empty()) return;
  double const error = largest_error(problem, estimate);
  auto const pieces = problem.space().scatter(estimate.parameters);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    double const size = size_of(problem, unknown, pieces[p]);
    Bias const of{error * size, error * size, scores::mean_of(problem.space(), unknown, uncertainty.deviation[p], true), size};
    uncertainty.lattice.push_back(of);
    if (std::isfinite(uncertainty.constants.deviation_of(p))) add_bias(problem, p, of, pieces[p], uncertainty);
  }
}

}  // namespace mollis::uncertainty

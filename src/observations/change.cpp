#include "observations/change.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::observations {
namespace {

constexpr double stands_out = 4.0;     ///< standard deviations of a mean of squares
constexpr double pi = 3.141592653589793;

/// The second divided difference about a time, times the wider gap squared.
struct Bend {
  double before, after, squares;   ///< its coefficients; that of the time itself makes their sum 0

  Bend(grid::Axis const& time, Index i) {
    double const left = time.coordinate(i) - time.coordinate(i - 1), right = time.coordinate(i + 1) - time.coordinate(i);
    double const wide = std::max(left, right) * std::max(left, right) * 2.0 / (left + right);
    before = wide / left;
    after = wide / right;
    squares = before * before + after * after + (before + after) * (before + after);
  }
  double of(double u_before, double u, double u_after) const { return before * (u_before - u) + after * (u_after - u); }
};

/// Of a time: points with data in it and at the times beside it, their squared bends and deviations, summed over ranks.
struct Sums {
  std::vector<double> count, bends, deviations;
};

Sums sums_of(grid::Grid const& grid, HostField const& u, double mean) {
  auto const& time = grid.axis(0);
  auto const times = static_cast<std::size_t>(time.size());
  Index const frame = grid.local_size() / time.size();
  Sums out{std::vector<double>(times, 0.0), std::vector<double>(times, 0.0), std::vector<double>(times, 0.0)};
  for (Index i = 1; i + 1 < time.size(); ++i) {
    Bend const bend(time, i);
    auto const at = static_cast<std::size_t>(i);
    for (Index k = 0; k < frame; ++k) {
      auto const value = [&](Index on) { return u(static_cast<std::size_t>((i + on) * frame + k)) - mean; };
      double const bent = bend.of(value(-1), value(0), value(1));
      if (!std::isfinite(bent)) continue;
      out.count[at] += 1.0;
      out.bends[at] += bent * bent;
      out.deviations[at] += (value(-1) * value(-1) + value(0) * value(0) + value(1) * value(1)) / 3.0;
    }
  }
  for (auto* sum : {&out.count, &out.bends, &out.deviations})
    MPI_Allreduce(MPI_IN_PLACE, sum->data(), static_cast<int>(times), MPI_DOUBLE, MPI_SUM, grid.comm());
  return out;
}

}  // namespace

double change_between_times(grid::Grid const& grid, Field const& state, double sigma) {
  if (grid.find_axis("t") != 0 || grid.axis(0).size() < 3) return 0.0;
  auto const sums = sums_of(grid, on_host(state), moments(grid, state).mean);
  double largest = 0.0, noise = sigma * sigma;
  for (std::size_t i = 0; i < sums.count.size(); ++i) {
    double const count = sums.count[i];
    if (count == 0.0) continue;
    double const least = noise * (1.0 + stands_out * std::sqrt(2.0 / count));
    double const bends = sums.bends[i] / count - least * Bend(grid.axis(0), static_cast<Index>(i)).squares, deviations = sums.deviations[i] / count;
    if (bends > 0.0 && deviations > least) largest = std::max(largest, bends / (deviations - noise));
  }
  return std::pow(largest, 0.25);
}

double allowed_change(grid::Grid const& grid, State const& state) {
  auto const m = moments(grid, state.data);
  if (m.count == 0 || !(m.deviation > 0.0)) return 0.5;
  double const error = state.sigma / (m.deviation * std::sqrt(static_cast<double>(m.count)));
  return std::clamp(pi * std::pow(error, 0.25), 0.15, 0.5);
}

}  // namespace mollis::observations

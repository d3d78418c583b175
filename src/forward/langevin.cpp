#include "forward/langevin.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "run/ticker.hpp"

namespace mollis::forward {
namespace {

constexpr std::size_t nodes = 3;  ///< of Gauss quadrature on [0, 1]
std::array<double, nodes> const node = {0.5 - std::sqrt(0.15), 0.5, 0.5 + std::sqrt(0.15)};
std::array<double, nodes> const weight = {5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0};

/// Coordinates of this rank's points along x; none where there is a single path.
Lattice paths_of(grid::Grid const& grid) {
  Lattice lattice;
  for (int a = 1; a < grid.dimension(); ++a) lattice.push_back(grid.axis(a).coordinates(grid.owned()[a]));
  return lattice;
}

std::vector<double> sample(Function const& function, std::vector<double> const& times, Lattice const& paths) {
  Lattice lattice{times};
  lattice.insert(lattice.end(), paths.begin(), paths.end());
  return function(lattice);
}

/// Moves all paths from `begin` to `end` by one step.
void step(double begin, double end, Function const& forcing, Lattice const& paths, std::vector<double>& u) {
  double const h = end - begin;
  std::vector<double> times;
  for (double const c : node) times.push_back(begin + c * h);
  auto const a = sample(forcing, times, paths);
  for (std::size_t n = 0; n < u.size(); ++n) {
    double integral = 0.0;
    for (std::size_t q = 0; q < nodes; ++q) integral += weight[q] * std::exp((1.0 - node[q]) * h) * a[q * u.size() + n];
    u[n] = std::exp(h) * u[n] + h * integral;
  }
}

void advance(double begin, double end, int steps, Langevin const& langevin, Lattice const& paths,
             std::vector<double>& u, run::Ticker& tick, double total) {
  auto const at = [&](int n) { return begin + (end - begin) * n / steps; };
  for (int n = 0; n < steps; ++n) {
    step(at(n), at(n + 1), langevin.forcing, paths, u);
    tick.next(total);
  }
}

}  // namespace

Field solve(grid::Grid const& grid, Langevin const& langevin) {
  auto const& time = grid.axis(0);
  auto const paths = paths_of(grid);
  auto const film = make_field("paths", grid.local_size());
  if (grid.local_size() == 0) return film;
  double const start = time.at(0) - langevin.spin_up;
  auto u = sample(langevin.initial, {start}, paths);
  double const frame = time.size() > 1 ? time.at(1) - time.at(0) : langevin.spin_up;
  int const before = langevin.spin_up > 0.0 ? static_cast<int>(std::ceil(langevin.spin_up / frame)) * langevin.steps : 0;
  double const total = before + static_cast<double>(time.size() - 1) * langevin.steps;
  run::Ticker tick(grid.comm(), "time steps");
  if (before > 0) advance(start, time.at(0), before, langevin, paths, u, tick, total);
  auto const host = Kokkos::create_mirror_view(film);
  for (Index n = 0; n < time.size(); ++n) {
    if (n > 0) advance(time.at(n - 1), time.at(n), langevin.steps, langevin, paths, u, tick, total);
    std::copy(u.begin(), u.end(), host.data() + static_cast<std::size_t>(n) * u.size());
  }
  Kokkos::deep_copy(film, host);
  return film;
}

}  // namespace mollis::forward

#include "forward/langevin.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "forward/frames.hpp"
#include "run/error.hpp"
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

std::vector<double> values_of(Field const& field) {
  auto const host = on_host(field);
  return {host.data(), host.data() + host.extent(0)};
}

void put(std::vector<double> const& values, Field const& field) {
  auto const host = Kokkos::create_mirror_view(field);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(field, host);
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

Field solve(grid::Grid const& grid, Langevin const& langevin, checkpoint::Keeper keeper) {
  auto const& time = grid.axis(0);
  auto const paths = paths_of(grid);
  Frames const frames(grid, keeper);
  bool const here = grid.local_size() > 0;
  double const start = time.at(0) - langevin.spin_up;
  double const frame = time.size() > 1 ? time.at(1) - time.at(0) : langevin.spin_up;
  int const before = langevin.spin_up > 0.0 ? static_cast<int>(std::ceil(langevin.spin_up / frame)) * langevin.steps : 0;
  double const total = before + static_cast<double>(time.size() - 1) * langevin.steps;
  run::Ticker tick(grid.comm(), "time steps");
  Index n = 0;
  if (auto const* kept = keeper.kept("now")) n = static_cast<Index>(kept->numbers("at").at(0));
  frames.go_on(n);
  std::vector<double> u;
  run::collectively(grid.comm(), [&] {
    if (here) u = n > 0 ? values_of(frames.at(n - 1)) : sample(langevin.initial, {start}, paths);
  });
  for (; n < time.size(); ++n) {
    checkpoint::Quantities now;
    now.put("at", {static_cast<double>(n)});
    keeper.keep("now", now);
    keeper.pause();
    double const begin = n > 0 ? time.at(n - 1) : start;
    int const steps = n > 0 ? langevin.steps : before;
    run::collectively(grid.comm(), [&] {
      if (here && steps > 0) advance(begin, time.at(n), steps, langevin, paths, u, tick, total);
    });
    if (here) put(u, frames.at(n));
    frames.keep(n);
  }
  return frames.states();
}

}  // namespace mollis::forward

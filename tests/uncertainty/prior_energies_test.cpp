// What the prior expects of the energies of its waves, against its own form.
#include "uncertainty/prior_energies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "parameters/smoothness.hpp"

namespace mollis::test {
namespace {

constexpr double weight = 3.0;

/// c^T L c, by the rows of L; axes wrap.
double form(parameters::SmoothnessForm const& smoothness, grid::Grid const& grid, HostField const& c) {
  auto const place = [&](Extents const& at) {
    Index position = 0;
    for (int a = 0; a < grid.dimension(); ++a) {
      Index const n = grid.axis(a).size();
      position = position * n + (at[static_cast<std::size_t>(a)] + n) % n;
    }
    return static_cast<std::size_t>(position);
  };
  double sum = 0.0;
  std::vector<Extents> neighbours;
  std::vector<double> values;
  for (Index y = 0; y < grid.axis(0).size(); ++y)
    for (Index x = 0; x < grid.axis(1).size(); ++x) {
      Extents const here{y, x, 0, 0};
      smoothness.row(here, neighbours, values);
      for (std::size_t i = 0; i < values.size(); ++i) sum += c(place(here)) * values[i] * c(place(neighbours[i]));
    }
  return sum;
}

void expect_energies(grid::Axis const& y, grid::Axis const& x, int order) {
  std::vector<grid::Axis> const axes{y, x};
  grid::Grid const grid(MPI_COMM_SELF, axes, grid::decompose(axes, 1));
  std::vector<spectral::Basis> bases;
  for (auto const& axis : grid.axes()) bases.push_back(axis.periodic ? spectral::Basis::fourier : spectral::Basis::cosine);
  spectral::SpectralBox const box(grid, bases, -1);
  parameters::SmoothnessForm const smoothness(grid, order);
  auto const expected = uncertainty::prior_energies(grid, order, weight, box);
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(grid.points()));
  double const most = *std::max_element(expected.begin(), expected.end());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    auto wave = make_host_field("wave", grid.points());
    Kokkos::deep_copy(wave, 0.0);
    wave(k) = 1.0;
    box.backward(wave);
    EXPECT_NEAR(expected[k], weight * form(smoothness, grid, wave), 1e-9 * expected[k] + 1e-12 * most) << k << " of order " << order;
  }
}

grid::Axis stretched(std::string const& name, double period) {
  std::vector<double> at;
  for (int i = 0; i < 10; ++i) at.push_back(0.1 * i + 0.03 * std::sin(0.7 * i));
  return grid::axis_from_coordinates(name, at, period);
}

TEST(PriorEnergies, AreThoseOfTheForm) {
  for (int const order : {1, 2, 3}) {
    expect_energies(grid::uniform_axis("y", 9, 0.0, 1.0, false), grid::uniform_axis("x", 12, 0.0, 2.0, false), order);
    expect_energies(grid::uniform_axis("y", 9, 0.0, 1.0, true), grid::uniform_axis("x", 8, 0.0, 2.0, true), order);
    expect_energies(stretched("y", 0.0), stretched("x", 1.1), order);
  }
}

}  // namespace
}  // namespace mollis::test

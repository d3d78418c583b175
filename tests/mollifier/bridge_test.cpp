// Gaps that are bridged: polynomials exactly, noise no more than a datum's, wide holes left alone; the same on any ranks.
#include "mollifier/bridge.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <utility>

namespace {

using namespace mollis;

grid::Grid grid_of(std::vector<grid::Axis> const& axes) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return grid::Grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks));
}

/// A value at each local point from its indices and coordinates.
template <class Value>
Field field_of(grid::Grid const& grid, Value&& value) {
  Field const field = make_field("values", grid.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  for (Index n = 0; n < grid.local_size(); ++n) {
    std::vector<Index> at(grid.axes().size());
    std::vector<double> x(at.size());
    Index rest = n;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const axis = static_cast<std::size_t>(a);
      at[axis] = grid.owned()[a].lower + rest % grid.owned()[a].size();
      rest /= grid.owned()[a].size();
      x[axis] = grid.axis(a).coordinate(at[axis]);
    }
    host(static_cast<std::size_t>(n)) = value(at, x);
  }
  Kokkos::deep_copy(field, host);
  return field;
}

/// Every sixth point or so, by index alone.
bool is_gap(std::vector<Index> const& at) {
  Index number = 17;
  for (Index const i : at) number = (number * 31 + i * 7 + 3) % 101;
  return number % 13 == 0;
}

std::vector<grid::Axis> axes(int dimension, bool stretched) {
  std::vector<grid::Axis> list;
  std::string const names = "tzyx";
  for (int a = 0; a < dimension; ++a) {
    Index const points = dimension > 2 ? 9 : 17;
    auto const name = names.substr(static_cast<std::size_t>(4 - dimension + a), 1);
    std::vector<double> coordinates;
    for (Index i = 0; i < points; ++i) coordinates.push_back(0.1 * static_cast<double>(i) + 0.02 * std::sin(static_cast<double>(i)));
    list.push_back(stretched ? grid::axis_from_coordinates(name, coordinates, 0.0) : grid::uniform_axis(name, points, 0.0, 1.0, false));
  }
  return list;
}

TEST(Bridge, IsExactOnPolynomials) {
  for (int dimension = 2; dimension <= 3; ++dimension)
    for (bool const stretched : {false, true}) {
      auto const grid = grid_of(axes(dimension, stretched));
      int const degree = mollifier::bridge_degree(dimension);
      auto const polynomial = [&](std::vector<Index> const&, std::vector<double> const& x) {
        double sum = 0.3;
        for (std::size_t a = 0; a < x.size(); ++a) sum += (1.0 + static_cast<double>(a)) * x[a] - 0.7;
        return std::pow(sum, degree);
      };
      auto const exact = on_host(field_of(grid, polynomial));
      auto const bridged = on_host(mollifier::bridged(
          grid, field_of(grid, [&](auto const& at, auto const& x) { return is_gap(at) ? NAN : polynomial(at, x); })));
      double count[2] = {0.0, 0.0};  // gaps, bridged ones
      auto const gaps = on_host(field_of(grid, [](auto const& at, auto const&) { return is_gap(at) ? 1.0 : 0.0; }));
      for (std::size_t i = 0; i < exact.extent(0); ++i) {
        count[0] += gaps(i);
        if (!std::isfinite(bridged(i))) continue;
        count[1] += gaps(i);
        EXPECT_NEAR(bridged(i), exact(i), 1e-8 * std::max(1.0, std::abs(exact(i)))) << dimension;
      }
      MPI_Allreduce(MPI_IN_PLACE, count, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
      EXPECT_GT(count[0], 0.0);
      EXPECT_GT(count[1], 0.6 * count[0]) << dimension;
    }
}

TEST(Bridge, LeavesHolesAndWhatIsNotAllowed) {
  auto const grid = grid_of(axes(2, false));
  auto const hole = [](std::vector<Index> const& at) { return at[0] > 4 && at[0] < 14 && at[1] > 4 && at[1] < 14; };
  auto const lone = [](std::vector<Index> const& at) { return at[0] == 2 && at[1] == 8; };
  auto const data = field_of(grid, [&](auto const& at, auto const& x) { return hole(at) || lone(at) || at[1] == 0 ? NAN : x[0]; });
  auto const allowed = field_of(grid, [](auto const& at, auto const&) { return at[1] == 0 ? 0.0 : 1.0; });
  auto const bridged = on_host(mollifier::bridged(grid, data, allowed));
  auto const inside = on_host(field_of(grid, [&](auto const& at, auto const&) {
    return at[1] == 0 || (at[0] > 6 && at[0] < 12 && at[1] > 6 && at[1] < 12) ? 1.0 : lone(at) ? 2.0 : 0.0;
  }));
  for (std::size_t i = 0; i < bridged.extent(0); ++i) {
    if (inside(i) != 0.0) {
      EXPECT_EQ(std::isnan(bridged(i)), inside(i) == 1.0);
    }
  }
}

/// Periodic axes hold no edge: the gaps at the seam count as any other.
/// Half of four axes is land, as of an ocean: nothing is searched there (searching every box takes minutes), a lone gap in the sea is bridged.
TEST(Bridge, LeavesLand) {
  std::vector<grid::Axis> list;
  for (auto const& [name, points] : std::vector<std::pair<std::string, Index>>{{"t", 12}, {"z", 9}, {"y", 40}, {"x", 60}})
    list.push_back(grid::uniform_axis(name, points, 0.0, 1.0, false));
  auto const grid = grid_of(list);
  double const nothing = std::nan("");
  auto const is_land = [](std::vector<Index> const& at) { return at[3] < 30; };
  auto const is_lone = [](std::vector<Index> const& at) { return at[0] == 5 && at[1] == 4 && at[2] == 20 && at[3] == 45; };
  auto const data = field_of(grid, [&](auto const& at, auto const& x) { return is_land(at) || is_lone(at) ? nothing : x[0] * x[1] - x[3]; });
  auto const land = field_of(grid, [&](auto const& at, auto const&) { return is_land(at) ? 1.0 : 0.0; });
  auto const begin = std::chrono::steady_clock::now();
  auto const found = on_host(mollifier::bridged(grid, data));
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  auto const dry = on_host(land);
  for (std::size_t n = 0; n < found.extent(0); ++n) EXPECT_EQ(std::isfinite(found(n)), dry(n) == 0.0);
  EXPECT_LT(seconds, 20.0);
}

TEST(Bridge, DoesNotDependOnRanks) {
  std::vector<grid::Axis> const list{grid::uniform_axis("y", 15, 0.0, 1.0, false), grid::uniform_axis("x", 16, 0.0, 1.0, true)};
  auto const value = [](std::vector<Index> const& at, std::vector<double> const& x) {
    return is_gap(at) || at[1] == 0 ? NAN : std::sin(6.283185307179586 * x[1]) + x[0] * x[0];
  };
  auto const grid = grid_of(list);
  grid::Grid const alone(MPI_COMM_SELF, list, grid::decompose(list, 1));
  auto const here = on_host(mollifier::bridged(grid, field_of(grid, value))), whole = on_host(mollifier::bridged(alone, field_of(alone, value)));
  auto const numbers = on_host(field_of(grid, [](auto const& at, auto const&) { return static_cast<double>(at[0] * 16 + at[1]); }));
  for (std::size_t i = 0; i < here.extent(0); ++i) {
    double const other = whole(static_cast<std::size_t>(numbers(i)));
    EXPECT_EQ(std::isnan(here(i)), std::isnan(other));
    if (std::isfinite(other)) {
      EXPECT_NEAR(here(i), other, 1e-13);
    }
    if (static_cast<Index>(numbers(i)) % 16 == 0) {
      EXPECT_TRUE(std::isfinite(here(i)));
    }
  }
}

}  // namespace

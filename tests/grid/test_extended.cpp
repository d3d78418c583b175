// Grids with margins: coordinates, blocks, restrictions, on any number of ranks.
#include <gtest/gtest.h>

#include "grid/grid.hpp"

using namespace mollis;

namespace {

int world() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

grid::Axis axis(char const* name, Index points, bool periodic = false) {
  return grid::uniform_axis(name, points, 0.0, 1.0, periodic);
}

grid::Grid make(std::vector<grid::Axis> axes) {
  grid::Decomposition const cut = grid::decompose(axes, world());
  return grid::Grid(MPI_COMM_WORLD, std::move(axes), cut);
}

struct Sample {
  grid::Grid grid;
  std::vector<Index> margins;
};

std::vector<Sample> samples() {
  return {{make({axis("x", 9)}), {3}},
          {make({axis("y", 6), axis("x", 5, true)}), {2, 0}},
          {make({axis("t", 3), axis("y", 4), axis("x", 7)}), {1, 0, 4}},
          {make({axis("x", 2)}), {3}},  // on 4 ranks two have no block
          {grid::Grid(MPI_COMM_WORLD, {axis("y", 4), axis("x", 5)}, {{world(), 1}}), {3, 3}},
          {grid::Grid(MPI_COMM_WORLD, {axis("x", 5)}, {{world()}}), {1}}};
}

/// Over each line of points of an axis: the sum of owned boxes is the whole, and boxes do not overlap.
void expect_a_partition(grid::Grid const& g) {
  Index total = g.local_size();
  MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, g.comm());
  EXPECT_EQ(total, g.points());
  for (int a = 0; a < g.dimension(); ++a) {
    Index reached = 0;
    for (int b = 0; b < g.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      auto const range = g.block_range(a, b);
      EXPECT_GE(range.size(), 0);
      if (range.size() == 0) continue;
      EXPECT_EQ(range.lower, reached);
      reached = range.upper;
    }
    EXPECT_EQ(reached, g.axis(a).size());
  }
}

}  // namespace

TEST(ExtendedGrid, EveryPointHasOneOwner) {
  for (auto const& [g, margins] : samples()) {
    auto const e = g.extended(margins);
    EXPECT_EQ(e.ranks(), g.ranks());
    EXPECT_EQ(e.rank(), g.rank());
    EXPECT_EQ(e.blocks(), g.blocks());
    expect_a_partition(e);
  }
}

TEST(ExtendedGrid, BlocksKeepTheirPointsAndThoseAtTheEndsTakeTheMargins) {
  for (auto const& [g, margins] : samples()) {
    auto const e = g.extended(margins);
    EXPECT_EQ(e.local_size() > 0, g.local_size() > 0);
    for (int a = 0; a < g.dimension() && g.local_size() > 0; ++a) {
      Index const n = g.axis(a).size(), m = margins[static_cast<std::size_t>(a)];
      auto const before = g.owned()[a], after = e.owned()[a];
      EXPECT_EQ(after.lower, before.lower == 0 ? 0 : before.lower + m);
      EXPECT_EQ(after.upper, before.upper == n ? n + 2 * m : before.upper + m);
    }
  }
}

TEST(ExtendedGrid, CoordinatesGoOnWithTheLastSpacing) {
  auto const stretched = grid::axis_from_coordinates("y", {0.0, 0.1, 0.3, 0.6, 1.0, 1.5}, 0.0);
  auto const e = make({stretched, axis("x", 5)}).extended({2, 1});
  std::vector<double> const y{-0.2, -0.1, 0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 2.5}, x{-0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25};
  ASSERT_EQ(e.axis(0).coordinates().size(), y.size());
  ASSERT_EQ(e.axis(1).coordinates().size(), x.size());
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(e.axis(0).coordinate(static_cast<Index>(i)), y[i], 1e-15);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(e.axis(1).coordinate(static_cast<Index>(i)), x[i], 1e-15);
  EXPECT_FALSE(e.axis(0).uniform);
  EXPECT_TRUE(e.axis(1).uniform);
  EXPECT_EQ(e.find_axis("y"), 0);
}

TEST(ExtendedGrid, WithoutMarginsNothingChanges) {
  auto const g = make({axis("y", 6), axis("x", 5, true)});
  auto const e = g.extended({0, 0});
  for (int a = 0; a < 2; ++a) {
    EXPECT_EQ(e.axis(a).coordinates(), g.axis(a).coordinates());
    EXPECT_EQ(e.axis(a).periodic, g.axis(a).periodic);
    EXPECT_EQ(e.owned()[a], g.owned()[a]);
  }
}

TEST(ExtendedGrid, RestrictionsKeepTheMargins) {
  for (auto const& g : {make({axis("t", 3), axis("y", 6), axis("x", 5)}), make({axis("t", 3), axis("y", 2), axis("x", 1)})}) {
    std::vector<Index> const margins{1, 3, 0};
    auto const e = g.extended(margins);
    for (std::vector<int> const& kept : {std::vector<int>{0}, {1}, {1, 2}, {0, 1}, {0, 1, 2}}) {
      auto const r = e.restricted_to(kept);
      for (std::size_t k = 0; k < kept.size(); ++k) {
        auto const position = static_cast<int>(k);
        EXPECT_EQ(r.axis(position).coordinates(), e.axis(kept[k]).coordinates());
        if (e.local_size() > 0) {
          EXPECT_EQ(r.owned()[position], e.owned()[kept[k]]);
        }
      }
      Index total = r.local_size();
      MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, r.comm());
      EXPECT_EQ(total, e.local_size() > 0 ? r.points() : 0);
    }
  }
}

TEST(ExtendedGrid, EmptyBlocksStayEmpty) {
  grid::Grid const g(MPI_COMM_WORLD, {axis("y", 2), axis("x", 4)}, {{world(), 1}});
  auto const e = g.extended({2, 1});
  EXPECT_EQ(e.local_size() > 0, g.rank() < 2);
  expect_a_partition(e);
}

TEST(ExtendedGrid, UnfitMarginsAreRefused) {
  auto const g = make({axis("y", 6), axis("x", 5, true)});
  EXPECT_THROW(g.extended({1, 1}), std::invalid_argument);
  EXPECT_THROW(g.extended({-1, 0}), std::invalid_argument);
  EXPECT_THROW(g.extended({1}), std::invalid_argument);
}

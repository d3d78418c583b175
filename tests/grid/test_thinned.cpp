// Grids of every n-th point: coordinates, owners, restrictions, on any number of ranks.
#include <gtest/gtest.h>

#include "grid/grid.hpp"

using namespace mollis;

namespace {

int world() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

grid::Axis axis(char const* name, Index points, bool periodic = false) { return grid::uniform_axis(name, points, 0.0, 2.0, periodic); }

struct Sample {
  std::vector<grid::Axis> axes;
  std::vector<Index> factors;
  grid::Grid fine() const {
    std::vector<grid::Axis> finer;
    for (std::size_t a = 0; a < axes.size(); ++a) finer.push_back(grid::refined(axes[a], factors[a]));
    return {MPI_COMM_WORLD, finer, grid::decompose(finer, world())};
  }
};

std::vector<Sample> samples() {
  return {{{axis("x", 9)}, {3}},
          {{axis("y", 6), axis("x", 5, true)}, {2, 4}},
          {{axis("t", 3), axis("y", 4), axis("x", 7)}, {5, 1, 2}},
          {{axis("x", 2)}, {7}},  // blocks without a point of the coarse grid
          {{grid::axis_from_coordinates("y", {0.0, 0.3, 1.1, 1.2}, 0.0), grid::axis_from_coordinates("x", {0.0, 0.5, 1.5}, 2.0)}, {3, 2}}};
}

}  // namespace

TEST(RefinedAxis, CutsEveryGapEvenly) {
  auto const open = grid::refined(grid::axis_from_coordinates("t", {0.0, 0.3, 1.5}, 0.0), 3);
  std::vector<double> const expected{0.0, 0.1, 0.2, 0.3, 0.7, 1.1, 1.5};
  ASSERT_EQ(open.size(), 7);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(open.coordinate(static_cast<Index>(i)), expected[i], 1e-15);
  auto const closed = grid::refined(grid::axis_from_coordinates("x", {0.0, 0.5}, 2.0), 2);
  EXPECT_EQ(closed.coordinates(), (std::vector<double>{0.0, 0.25, 0.5, 1.25}));
  EXPECT_EQ(grid::refined(axis("x", 3), 2).coordinates(), (std::vector<double>{0.0, 0.5, 1.0, 1.5, 2.0}));
  EXPECT_EQ(grid::refined(axis("x", 2, true), 2).coordinates(), (std::vector<double>{0.0, 0.5, 1.0, 1.5}));
  EXPECT_TRUE(grid::refined(axis("x", 3), 5).uniform);
  EXPECT_THROW(grid::refined(axis("x", 3), 0), std::invalid_argument);
}

TEST(ThinnedGrid, UndoesRefinement) {
  for (auto const& sample : samples()) {
    auto const coarse = sample.fine().thinned(sample.factors);
    for (std::size_t a = 0; a < sample.axes.size(); ++a) {
      auto const& thin = coarse.axis(static_cast<int>(a));
      EXPECT_EQ(thin.coordinates(), sample.axes[a].coordinates());
      EXPECT_EQ(thin.periodic, sample.axes[a].periodic);
      EXPECT_EQ(thin.extent(), sample.axes[a].extent());
    }
  }
}

TEST(ThinnedGrid, EveryPointIsWhereTheFineGridHasIt) {
  for (auto const& sample : samples()) {
    auto const fine = sample.fine(), coarse = fine.thinned(sample.factors);
    Index total = coarse.local_size();
    MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, coarse.comm());
    EXPECT_EQ(total, coarse.points());
    for (int a = 0; a < fine.dimension() && coarse.local_size() > 0; ++a) {
      auto const factor = sample.factors[static_cast<std::size_t>(a)];
      for (Index i = 0; i < coarse.axis(a).size(); ++i) EXPECT_EQ(coarse.owned()[a].contains(i), fine.owned()[a].contains(i * factor));
    }
  }
}

TEST(ThinnedGrid, RestrictionsHoldOneWholeCopy) {
  for (auto const& sample : samples()) {
    auto const coarse = sample.fine().thinned(sample.factors);
    auto const r = coarse.restricted_to({0});
    Index total = r.local_size();
    MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, r.comm());
    EXPECT_TRUE(total == r.points() || (total == 0 && coarse.local_size() == 0)) << total;  // ranks without points may hold one together
  }
}

TEST(ThinnedGrid, UnfitFactorsAreRefused) {
  grid::Grid const g(MPI_COMM_WORLD, {axis("x", 9)}, {{1}});
  EXPECT_THROW(g.thinned({3}), std::invalid_argument);
  EXPECT_THROW(g.thinned({2, 2}), std::invalid_argument);
  EXPECT_THROW(g.extended({2}).thinned({2}), std::invalid_argument);
}

#include <gtest/gtest.h>

#include <numeric>

#include "grid/grid.hpp"

using namespace mollis;

namespace {

int world() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

grid::Axis axis(char const* name, Index points) { return grid::uniform_axis(name, points, 0.0, 1.0, false); }

grid::Grid make(std::vector<grid::Axis> axes) {
  grid::Decomposition const cut = grid::decompose(axes, world());
  return grid::Grid(MPI_COMM_WORLD, std::move(axes), cut);
}

/// How many ranks of the grid's communicator own each global point (by owned boxes).
std::vector<int> coverage(grid::Grid const& g) {
  std::vector<int> count(static_cast<std::size_t>(g.points()), 0);
  Extents n{1, 1, 1, 1}, lower{0, 0, 0, 0};
  for (int a = 0; a < g.dimension(); ++a) {
    n[static_cast<std::size_t>(4 - g.dimension() + a)] = g.axis(a).size();
    lower[static_cast<std::size_t>(4 - g.dimension() + a)] = g.owned()[a].lower;
  }
  Extents const e = g.owned().extents();
  if (g.local_size() > 0) {
    for (Index i = 0; i < e[0]; ++i)
      for (Index j = 0; j < e[1]; ++j)
        for (Index k = 0; k < e[2]; ++k)
          for (Index l = 0; l < e[3]; ++l)
            ++count[static_cast<std::size_t>((((i + lower[0]) * n[1] + j + lower[1]) * n[2] + k + lower[2]) * n[3] + l +
                                             lower[3])];
  }
  MPI_Allreduce(MPI_IN_PLACE, count.data(), static_cast<int>(count.size()), MPI_INT, MPI_SUM, g.comm());
  return count;
}

}  // namespace

TEST(Grid, EveryPointHasOneOwner) {
  for (auto const& g : {make({axis("x", 7)}), make({axis("t", 3)}), make({axis("y", 5), axis("x", 9)}),
                        make({axis("t", 3), axis("y", 2), axis("x", 3)}), make({axis("x", 2)}),
                        make({axis("t", 2), axis("z", 4), axis("y", 3), axis("x", 5)})}) {
    for (int count : coverage(g)) EXPECT_EQ(count, 1);
    EXPECT_EQ(g.local_size(), g.owned().size());
    Index total = g.local_size();
    MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, g.comm());
    EXPECT_EQ(total, g.points());
  }
}

TEST(Grid, BlocksAreBalanced) {
  grid::Grid const g(MPI_COMM_WORLD, {axis("x", 11)}, {{world()}});
  Index const base = 11 / world();
  for (int b = 0; b < world(); ++b) {
    Index const size = g.block_range(0, b).size();
    EXPECT_TRUE(size == base || size == base + 1);
    if (b > 0) {
      EXPECT_EQ(g.block_range(0, b).lower, g.block_range(0, b - 1).upper);
    }
  }
  EXPECT_EQ(g.block_range(0, world() - 1).upper, 11);
}

TEST(Grid, MoreBlocksThanPointsLeaveTheLastEmpty) {
  grid::Grid const g(MPI_COMM_WORLD, {axis("x", 1)}, {{world()}});
  EXPECT_EQ(g.local_size(), g.rank() == 0 ? 1 : 0);
  EXPECT_EQ(g.blocks(), world());
}

TEST(Grid, RanksAreRowMajor) {
  if (world() != 4) GTEST_SKIP() << "four ranks only";
  grid::Grid const g(MPI_COMM_WORLD, {axis("y", 4), axis("x", 6)}, {{2, 2}});
  EXPECT_EQ(g.block_of(1), (std::vector<int>{0, 1}));
  EXPECT_EQ(g.block_of(2), (std::vector<int>{1, 0}));
  EXPECT_EQ(g.find_axis("x"), 1);
  EXPECT_EQ(g.find_axis("z"), -1);
}

TEST(Grid, TimeOnlyGridLivesOnRankZero) {
  grid::Grid const g = make({axis("t", 5)});
  EXPECT_EQ(g.local_size(), g.rank() == 0 ? 5 : 0);
  EXPECT_TRUE(g.rank() == 0 || g.block_of(g.rank()).empty());
}

TEST(Grid, UnfitDecompositionsAreRefused) {
  EXPECT_THROW(grid::Grid(MPI_COMM_WORLD, {axis("x", 9)}, {{world() + 1}}), std::invalid_argument);
  EXPECT_THROW(grid::Grid(MPI_COMM_WORLD, {axis("x", 9)}, {{1, 1}}), std::invalid_argument);
  EXPECT_THROW(grid::Grid(MPI_COMM_WORLD, {axis("x", 9)}, {{0}}), std::invalid_argument);
  if (world() > 1) {
    EXPECT_THROW(grid::Grid(MPI_COMM_WORLD, {axis("t", 9)}, {{world()}}), std::invalid_argument);
  }
}

TEST(Grid, EachGroupOfARestrictionHoldsOneWholeCopy) {
  grid::Grid const g = make({axis("t", 3), axis("y", 6), axis("x", 5)});
  for (std::vector<int> const& kept : {std::vector<int>{0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}}) {
    grid::Grid const r = g.restricted_to(kept);
    ASSERT_EQ(r.dimension(), static_cast<int>(kept.size()));
    for (std::size_t k = 0; k < kept.size(); ++k) {
      EXPECT_EQ(r.axis(static_cast<int>(k)).name, g.axis(kept[k]).name);
      if (g.local_size() > 0) {
        EXPECT_EQ(r.owned()[static_cast<int>(k)], g.owned()[kept[k]]);
      }
    }
    int const expected = r.blocks() > 0 ? 1 : 0;  // the ranks without a block hold nothing
    EXPECT_EQ(expected, g.local_size() > 0 ? 1 : 0);
    for (int count : coverage(r)) EXPECT_EQ(count, expected);
  }
}

TEST(Grid, SharersSumOverTheOtherAxes) {
  grid::Grid const g = make({axis("y", 6), axis("x", 5)});
  for (std::vector<int> const& kept : {std::vector<int>{}, {0}, {1}, {0, 1}}) {
    grid::Grid const r = g.restricted_to(kept);
    MPI_Comm sharers = g.sharers_of(kept);
    // The points of all sharers, over the points of the piece, are the points of the other axes.
    Index mine = g.local_size(), owner = r.rank();
    int rank = 0;
    MPI_Comm_rank(sharers, &rank);
    MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_INT64_T, MPI_SUM, sharers);
    MPI_Bcast(&owner, 1, MPI_INT64_T, 0, sharers);
    if (g.local_size() > 0) {
      EXPECT_EQ(mine, r.local_size() * (g.points() / r.points()));
      EXPECT_EQ(owner, r.rank());  // the owner stands at the same place of its group
    }
    // The owners (rank 0 of their sharers) with points are exactly one copy: one group of the restriction.
    Index pieces = rank == 0 && g.local_size() > 0 ? r.local_size() : 0;
    MPI_Allreduce(MPI_IN_PLACE, &pieces, 1, MPI_INT64_T, MPI_SUM, g.comm());
    EXPECT_EQ(pieces, r.points());
    int const is_owner = rank == 0 && g.local_size() > 0 ? 1 : 0;
    int all = is_owner;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_SUM, r.comm());
    if (is_owner) {
      EXPECT_EQ(all, r.ranks());
    }
    MPI_Comm_free(&sharers);
  }
}

TEST(Grid, AConstantIsOnePointOnEveryRankWithPoints) {
  for (auto const& g : {make({axis("y", 6), axis("x", 5)}), make({axis("t", 4)}), make({axis("x", 2)}),
                        grid::Grid(MPI_COMM_WORLD, {axis("x", 1)}, {{world()}})}) {
    grid::Grid const constant = g.restricted_to({});
    EXPECT_EQ(constant.dimension(), 0);
    EXPECT_EQ(constant.points(), 1);
    EXPECT_EQ(constant.local_size(), g.local_size() > 0 ? 1 : 0);
    if (g.local_size() > 0) {
      EXPECT_EQ(constant.ranks(), 1);
    }
    int sum = 1;
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_INT, MPI_SUM, constant.comm());  // a valid communicator everywhere
    EXPECT_EQ(sum, constant.ranks());
  }
}

TEST(Grid, EmptyBlocksStayEmptyInRestrictions) {
  grid::Grid const g(MPI_COMM_WORLD, {axis("y", 1), axis("x", 4)}, {{world(), 1}});
  grid::Grid const r = g.restricted_to({1});
  EXPECT_EQ(r.local_size(), g.rank() == 0 ? 4 : 0);
  EXPECT_THROW(g.restricted_to({1, 0}), std::invalid_argument);
  EXPECT_THROW(g.restricted_to({2}), std::invalid_argument);
}

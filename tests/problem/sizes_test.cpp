// Grids far beyond any machine are judged by their sizes alone: no test here may allocate more than a few kilobytes.
#include "problem/sizes.hpp"

#include <gtest/gtest.h>
#include <petscsys.h>

#include "deck/read.hpp"
#include "problem/compile.hpp"
#include "problem/make_grid.hpp"
#include "problem/memory.hpp"
#include "problem/memory_parts.hpp"
#include "run/error.hpp"

using namespace mollis;

namespace {

deck::Deck cube(std::string const& points, std::vector<std::string> overrides = {}) {
  std::string const text = R"([grid]
axes = ["z", "y", "x"]
points = )" + points + R"(
lower = [0, 0, 0]
upper = [1, 1, 1]
[observations.u]
file = "u.h5"
dataset = "u"
[parameters.a]
over = ["z", "y", "x"]
[equation]
residual = "a*lap(u) + 1"
)";
  return deck::parse({"case.toml", "/decks", text}, overrides, deck::Command::check);
}

/// One rank that counts with 32 bits and has memory without end, unless said.
run::Machine machine() {
  run::Machine one;
  one.memory = 1e300;
  one.indices = one.counts = 2147483647.0;
  return one;
}

std::optional<problem::Obstacle> judge(deck::Deck const& deck, run::Machine const& machine) {
  auto const grid = problem::make_grid(MPI_COMM_WORLD, deck);
  return problem::obstacle(deck, grid, problem::compile(deck, problem::everywhere(deck)), machine);
}

/// Whether no number of ranks would mend it.
bool beyond_indices(std::optional<problem::Obstacle> const& found) {
  return found && found->of == problem::Obstacle::Of::indices;
}

TEST(Sizes, AxesOfAnyLengthCostNothing) {
  auto const deck = cube("[1000000, 1000000, 1000000]");
  auto const grid = problem::make_grid(MPI_COMM_WORLD, deck);
  EXPECT_EQ(grid.points(), Index{1000000} * 1000000 * 1000000);
  EXPECT_TRUE(grid.axis(0).given.empty());
  EXPECT_EQ(grid.axis(2).at(999999), 1.0);
  EXPECT_EQ(grid.extended({3, 3, 3}).axis(0).size(), 1000006);
}

TEST(Sizes, UnknownsBeyondIndicesAreNamedWithTheLargestGrid) {
  auto const found = judge(cube("[4096, 4096, 4096]"), machine());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->of, problem::Obstacle::Of::indices);
  EXPECT_NE(found->what.find("[1290, 1290, 1290]"), std::string::npos) << found->what;  // 1290^3 < 2^31 < 1291^3
  EXPECT_NE(found->what.find("--with-64-bit-indices"), std::string::npos) << found->what;
  try {
    problem::require_room(cube("[4096, 4096, 4096]"), found);
    FAIL() << "accepted";
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::bad_deck);
    EXPECT_EQ(std::string(error.what()).rfind("case.toml:3:10: [grid] points: ", 0), 0u) << error.what();
  }
}

TEST(Sizes, TheLargestGridItselfPasses) {
  EXPECT_FALSE(beyond_indices(judge(cube("[1290, 1290, 1290]"), machine())));
  EXPECT_TRUE(beyond_indices(judge(cube("[1291, 1291, 1291]"), machine())));
  auto large = machine();
  large.indices = 9e18;
  large.index_bits = 64;
  large.counts = 1e300;
  EXPECT_FALSE(judge(cube("[4096, 4096, 4096]"), large));
}

TEST(Sizes, RowsOfAnAssembledJacobianCount) {
  auto limited = machine();
  limited.indices = 1e9;
  auto const with = [](std::vector<std::string> const& overrides) { return cube("[1000, 1000, 1001]", overrides); };
  std::vector<std::string> const lines{"parameters.a.over=[\"y\"]", "parameters.b.over=[\"x\"]", "equation.residual=a*lap(u) + b"};
  EXPECT_FALSE(beyond_indices(judge(with({"parameters.a.over=[\"y\"]"}), limited)));  // a thousand unknowns, pointwise
  auto const found = judge(with(lines), limited);
  ASSERT_TRUE(beyond_indices(found));  // two thousand unknowns, but a row a point
  EXPECT_NE(found->what.find("rows of the Jacobian"), std::string::npos) << found->what;
  EXPECT_TRUE(beyond_indices(judge(with({"parameters.a.over=[\"y\"]", "equation.residual=dy(a*dy(u)) + 1"}), limited)));
  limited.indices = 1.1e9;
  EXPECT_FALSE(beyond_indices(judge(with(lines), limited)));
}

TEST(Sizes, TheJointMethodCountsStatesOnItsLattice) {
  auto limited = machine();
  auto const deck = cube("[100, 100, 100]", {"inversion.method=joint"});
  limited.indices = 106.0 * 106.0 * 106.0 + 1e6;  // splines of degree 7 reach 3 points past each end
  EXPECT_FALSE(beyond_indices(judge(deck, limited)));
  limited.indices -= 1.0;
  auto const found = judge(deck, limited);
  ASSERT_TRUE(beyond_indices(found));
  EXPECT_NE(found->what.find("states on the lattice"), std::string::npos) << found->what;
  auto const closed = cube("[100, 100, 100]", {"inversion.method=joint", "grid.periodic=[\"z\", \"y\", \"x\"]"});
  limited.indices = 2e6;
  EXPECT_FALSE(beyond_indices(judge(closed, limited)));
}

/// Of the Hessian of a joint fit: from the start in a mask, only where averages fail on a full grid, never where it is too large or
/// another method is named.
TEST(Sizes, MemoryKnowsFactors) {
  auto const of = [](char const* points, std::vector<std::string> overrides, std::vector<char> const& inside = {}) {
    overrides.emplace_back("grid.axes=[\"y\", \"x\"]");
    overrides.emplace_back("grid.lower=[0, 0]");
    overrides.emplace_back("grid.upper=[1, 1]");
    overrides.emplace_back("parameters.a.over=[\"y\", \"x\"]");
    auto const deck = cube(points, overrides);
    auto const grid = problem::make_grid(MPI_COMM_WORLD, deck);
    auto const system = problem::compile(deck, problem::everywhere(deck));
    return std::pair{problem::factors_of(deck, grid, system, inside),
                     problem::memory_of(deck, grid, system, inside).of(static_cast<double>(grid.points()))};
  };
  std::string const joint = "inversion.method=joint", mask = "grid.mask.value=0.2 - (x - 0.5)^2 - (y - 0.5)^2";
  std::vector<char> lower(10000, 0);
  std::fill(lower.begin(), lower.begin() + 5000, 1);
  auto const full = of("[100, 100]", {joint}), masked = of("[100, 100]", {joint, mask}), half = of("[100, 100]", {joint, mask}, lower);
  ASSERT_TRUE(full.first && masked.first && half.first);
  EXPECT_FALSE(full.first->from_start);
  EXPECT_TRUE(masked.first->from_start);
  EXPECT_FALSE(masked.first->on_each);  // 106 x 106 coefficients and as many entries of the field
  EXPECT_NEAR(masked.second - full.second, masked.first->bytes, 1.0);
  EXPECT_LT(half.first->bytes, 0.7 * of("[100, 100]", {joint, mask}, std::vector<char>(10000, 1)).first->bytes);
  EXPECT_TRUE(of("[60, 60]", {joint}).first->on_each);
  EXPECT_FALSE(of("[600, 600]", {joint, mask}).first);
  EXPECT_FALSE(of("[100, 100]", {"inversion.method=equation-error", mask}).first);
}

/// What lived at the peak, by heaptrack 1.4, less what a run on 16 x 16 points has: of the decks in inputs/ on one rank, with their errors drawn, twice.
/// The dense low modes of equation-error (2.6 MB in all) are counted whole.
TEST(Sizes, MemoryIsWhatLivesAtThePeak) {
  struct Case {
    char const* what;
    std::vector<std::string> deck;
    double megabytes;
  };
  std::vector<std::string> const plane{"grid.axes=[\"y\", \"x\"]", "grid.lower=[0, 0]", "grid.upper=[1, 1]", "parameters.a.over=[\"y\", \"x\"]",
                                       "parameters.a.smoothness.order=2"};
  auto const in_plane = [&](std::vector<std::string> more) {
    more.insert(more.end(), plane.begin(), plane.end());
    return more;
  };
  std::vector<std::string> const phases{"grid.periodic=[\"y\", \"x\"]", "equation.residual=20*lap(u^3 - u - lap(u)) + a*(1 - u) - (1 + u)"};
  auto const phase = [&](std::string const& method) {
    auto deck = in_plane({"inversion.method=" + method, "grid.points=[256, 256]"});
    deck.insert(deck.end(), phases.begin(), phases.end());
    return deck;
  };
  std::vector<Case> const cases{
      {"heat2d 256^2, equation-error", in_plane({"grid.points=[256, 256]", "inversion.method=equation-error"}), 35.08 - 6.8},
      {"heat2d 256^2, joint", in_plane({"grid.points=[256, 256]", "inversion.method=joint"}), 36.27 - 6.48},
      {"heat3d 64^3, equation-error", {"inversion.method=equation-error"}, 101.52 - 6.8},
      {"phase_field 256^2, joint", phase("joint"), 42.93 - 5.9},
      {"phase_field3d 8 x 24^3, joint", {"grid.axes=[\"t\", \"z\", \"y\", \"x\"]", "grid.points=[8, 24, 24, 24]", "grid.lower=[0, 0, 0, 0]", "grid.upper=[0.35, 12, 12, 12]",
                                        "grid.periodic=[\"z\", \"y\", \"x\"]", "parameters.a.over=[\"z\", \"y\", \"x\"]", "parameters.a.smoothness.order=2",
                                        "equation.residual=dt(u) - 20*lap(u^3 - u - lap(u)) - a*(1 - u) + (1 + u)", "inversion.method=joint"}, 81.63 - 5.9},
      {"one constant, 321 x 401, weak", {"grid.axes=[\"t\", \"x\"]", "grid.points=[321, 401]", "grid.lower=[0, 0]", "grid.upper=[2, 1]", "parameters.a.over=[]",
                                        "equation.residual=dt(u) - a*dx(dx(u)) + 0.5*u", "equation.form=weak", "inversion.method=equation-error"}, 46.40 - 5.8},
  };
  for (auto one : cases) {
    one.deck.emplace_back("uncertainty.samples=2");
    auto const deck = cube("[64, 64, 64]", one.deck);
    auto const grid = problem::make_grid(MPI_COMM_SELF, deck);
    auto const memory = problem::memory_of(deck, grid, problem::compile(deck, problem::everywhere(deck)));
    bool const fields = !deck.parameters.front().second.over.empty();
    double const said = (memory.of(static_cast<double>(grid.points())) - problem::libraries) / (fields && deck.inversion.method != "joint" ? problem::holes : 1.0);
    EXPECT_NEAR(said / 1e6, one.megabytes, (deck.inversion.method == "joint" ? 0.04 : 0.08) * one.megabytes) << one.what;
  }
}

TEST(Sizes, MemoryIsJudgedByAGrossMargin) {
  auto small = machine();
  auto const deck = cube("[100, 100, 100]");
  auto const grid = problem::make_grid(MPI_COMM_WORLD, deck);
  Index most = grid.local_size();
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
  auto const bytes = 100.0 * static_cast<double>(most);
  small.memory = bytes;
  EXPECT_FALSE(problem::obstacle(grid, 100.0, small));
  small.memory = 0.6 * bytes;
  auto const tight = problem::obstacle(grid, 100.0, small);
  ASSERT_TRUE(tight);
  EXPECT_EQ(tight->of, problem::Obstacle::Of::memory);
  EXPECT_NO_THROW(problem::require_room(deck, tight));
  small.memory = 0.4 * bytes;
  EXPECT_THROW(problem::require_room(deck, problem::obstacle(grid, 100.0, small)), run::Error);
  small.memory = 0.0;  // unknown
  EXPECT_FALSE(problem::obstacle(grid, 100.0, small));
}

TEST(Sizes, PointsOnARankAreWhatMessagesCount) {
  auto const deck = cube("[2000, 2000, 1500]");
  auto const grid = problem::make_grid(MPI_COMM_WORLD, deck);
  auto const found = problem::obstacle(grid, 1e-3, machine());
  EXPECT_EQ(found.has_value(), grid.ranks() < 3);
  if (found) {
    EXPECT_EQ(found->of, problem::Obstacle::Of::counts);
  }
}

TEST(Sizes, BlocksThatNoRanksAreForAreADeckError) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  auto const deck = cube("[65536, 65536, 8]", {"grid.decomposition=[40000, 50000, 1]"});
  try {
    problem::make_grid(MPI_COMM_WORLD, deck);
    FAIL() << "accepted";
  } catch (run::Error const& error) {
    EXPECT_NE(std::string(error.what()).find("2000000000 blocks"), std::string::npos) << error.what();
  }
}

TEST(Sizes, TheMachineIsKnown) {
  auto const here = run::machine_of(MPI_COMM_WORLD);
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  EXPECT_EQ(here.ranks, ranks);
  EXPECT_GE(here.neighbours, 1);
  EXPECT_GT(here.memory, 1e6);
  EXPECT_EQ(here.indices, static_cast<double>(PETSC_MAX_INT));
}

}  // namespace

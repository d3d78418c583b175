// Variances from few draws, pooled over neighbours: closer than without, as close as they say, and left alone where neighbours differ.
#include "uncertainty/pooled_squares.hpp"

#include <cmath>

#include "problem/case.hpp"
#include "random/white_noise.hpp"
#include "uncertainty/pooling.hpp"

namespace mollis::test {
namespace {

std::string const deck = R"toml(
[grid]
axes = ["y", "x"]
points = [48, 56]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + 1"
)toml";

struct Drawn {
  explicit Drawn(Formula const& deviation_, int draws_ = 4, MPI_Comm comm = MPI_COMM_WORLD, Formula const& inside = {})
      : c(deck, {{"u", [](Coordinates const&) { return 1.0; }}}, options(comm)), problem(c.problem()), squares(problem, 0), deviation(deviation_), draws(draws_) {
    auto const& grid = problem.grid;
    if (inside) problem.inside = {sample(grid, inside)};
    auto const scale = on_host(sample(grid, deviation));
    for (int k = 0; k < draws; ++k) {
      auto const noise = random::white_noise(grid, 1.0, {7, static_cast<std::uint32_t>(k), random::Stream::Purpose::noise});
      auto const values = on_host(noise);
      for (std::size_t i = 0; i < values.extent(0); ++i) values(i) *= scale(i);
      Kokkos::deep_copy(noise, values);
      squares.add(k, noise);
    }
  }
  static Options options(MPI_Comm comm) {
    Options options;
    options.comm = comm;
    return options;
  }
  /// Mean square of what a variance differs by from the true one, of the latter, inside.
  double error_of(Field const& variance) const {
    auto const v = on_host(variance), scale = on_host(sample(problem.grid, deviation));
    auto const inside = problem.inside.empty() ? HostField() : HostField(on_host(problem.inside[0]));
    double sums[2] = {0.0, 0.0};
    for (std::size_t i = 0; i < v.extent(0); ++i) {
      if (inside.extent(0) > 0 && inside(i) == 0.0) continue;
      sums[0] += std::pow(v(i) / (scale(i) * scale(i)) - 1.0, 2);
      sums[1] += 1.0;
    }
    return sum_over(problem.grid.comm(), sums[0]) / sum_over(problem.grid.comm(), sums[1]);
  }
  Case c;
  problem::Problem problem;
  uncertainty::PooledSquares squares;
  Formula deviation;
  int draws;
};

double smooth(Coordinates const& x) { return 1.0 + 0.5 * std::cos(pi * x[0]) * std::cos(pi * x[1]); }
/// Ten times as large at each end: no Gaussian over the points follows that, a function along each axis does.
double rims(Coordinates const& x) {
  double const y = std::min(x[0], 1.0 - x[0]), z = std::min(x[1], 1.0 - x[1]);
  return (1.0 + 9.0 * std::exp(-40.0 * y)) * (1.0 + 9.0 * std::exp(-40.0 * z));
}

/// 2 / 4 without pooling; `draws` says what is left.
TEST(PooledSquares, FollowSmoothVariances) {
  for (auto const& deviation : {Formula(smooth), Formula(rims)}) {
    Drawn const f(deviation);
    auto const pooled = f.squares.result(f.draws);
    double const error = f.error_of(pooled.field);
    EXPECT_GT(pooled.width, 0.0);
    EXPECT_LT(error, 0.1);
    EXPECT_GT(pooled.draws, 2.0 / error / 3.0);
    EXPECT_LT(pooled.draws, 2.0 / error * 3.0);
  }
}

TEST(PooledSquares, LeaveNeighboursThatDiffer) {
  auto const chess = [](Coordinates const& x) { return std::lround(47.0 * x[0]) % 2 == std::lround(55.0 * x[1]) % 2 ? 1.0 : 10.0; };
  Drawn const f(chess);
  auto const pooled = f.squares.result(f.draws);
  EXPECT_EQ(pooled.width, 0.0);
  EXPECT_EQ(pooled.draws, 4.0);
  EXPECT_NEAR(f.error_of(pooled.field), 0.5, 0.1);
}

/// What stands outside the mask has no part.
TEST(PooledSquares, StayInsideAMask) {
  auto const disc = [](Coordinates const& x) { return std::pow(x[0] - 0.5, 2) + std::pow(x[1] - 0.5, 2) < 0.16 ? 1.0 : 0.0; };
  auto const beyond = [disc](Coordinates const& x) { return disc(x) > 0.0 ? smooth(x) : 1e6; };
  Drawn const f(beyond, 4, MPI_COMM_WORLD, disc), alike(smooth, 4, MPI_COMM_WORLD, disc);
  auto const pooled = f.squares.result(f.draws), same = alike.squares.result(alike.draws);
  EXPECT_EQ(pooled.width, same.width);
  EXPECT_GT(pooled.width, 0.0);
  EXPECT_LT(f.error_of(pooled.field), 0.2);
  EXPECT_NEAR(f.error_of(pooled.field), alike.error_of(same.field), 1e-9);
}

TEST(PooledSquares, AreTheSameOnAnyRanks) {
  Drawn const here(rims), alone(rims, 4, MPI_COMM_SELF);
  auto const shared = here.squares.result(here.draws), whole = alone.squares.result(alone.draws);
  EXPECT_EQ(shared.width, whole.width);
  EXPECT_NEAR(shared.draws, whole.draws, 1e-9 * whole.draws);
  EXPECT_NEAR(here.error_of(shared.field), alone.error_of(whole.field), 1e-9);
}

/// Six draws are groups of two and of one; one draw tells nothing of scatter; nothing is made of nothing.
TEST(PooledSquares, TakeAnyNumberOfDraws) {
  Drawn const six(smooth, 6), one(smooth, 1), none([](Coordinates const&) { return 0.0; });
  EXPECT_LT(six.error_of(six.squares.result(6).field), 0.07);
  EXPECT_EQ(one.squares.result(1).draws, 1.0);
  EXPECT_EQ(one.squares.result(1).width, 0.0);
  auto const zero = none.squares.result(4);
  EXPECT_EQ(zero.draws, 4.0);
  EXPECT_TRUE(std::isfinite(sum_over(none.problem.grid.comm(), on_host(zero.field).extent(0) > 0 ? on_host(zero.field)(0) : 0.0)));
}

}  // namespace
}  // namespace mollis::test

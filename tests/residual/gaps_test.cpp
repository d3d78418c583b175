// Gaps in the data of a fit: rows refitted on their line, exact noise, the mask elsewhere, lines without any data.
#include <limits>

#include "choices/ladder.hpp"
#include "mollifier/smooth.hpp"
#include "problem/case.hpp"
#include "run/error.hpp"

namespace {

using namespace mollis;
using namespace mollis::test;

double const nan = std::numeric_limits<double>::quiet_NaN();

/// h(x) u_y = Q with u a polynomial of degree 2 along y: refitted rows of at least 3 points are exact.
constexpr char const* lines = R"deck(
[grid]
axes = ["y", "x"]
points = [25, 9]
lower = [0.0, 0.0]
upper = [3.0, 2.0]
[parameters.h]
over = ["x"]
initial = 2.0
smoothness = { order = 1, weight = 1e-12 }
[fields.Q]
value = "(1 + 0.5*x)*(1 + x*y)"
[equation]
residual = "h*dy(u) - Q"
[mollifier]
radius = { y = 3, x = 0 }
degree = 4
[inversion]
bias_correction = "off"
)deck";

double state(Coordinates const& p) { return p[0] + 0.5 * p[1] * p[0] * p[0]; }

/// One point in four between the ends and the whole line x = 1.5.
bool is_gap(Extents const& point) {
  Index const i = point[0], j = point[1];
  return j == 6 || (i > 0 && i < 24 && (7 * i * i + 3 * i + 5 * j * j + i * j) % 11 < 3);
}

/// Takes the data out of a case where they are missing.
void put_gaps(Case& c, std::function<bool(Extents const&)> const& missing) {
  auto values = to_vector(c.states[0].data);
  auto const points = local_points(c.grid);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (missing(points[i])) values[i] = nan;
  c.states[0].data = to_field(values);
}

Index sum_over_ranks(Index value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  return value;
}

TEST(Gaps, RefittedRowsKeepTheirResidual) {
  Case c(lines, {{"u", state}});
  put_gaps(c, is_gap);
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-12);
  EXPECT_GT(sum_over_ranks(candidate.features().gaps().refitted), 150);
  EXPECT_EQ(sum_over_ranks(candidate.features().gaps().lost), 25);  // the line without data
  auto const mask = to_vector(candidate.model().mask());
  auto const points = local_points(c.grid);
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(mask[i], points[i][1] == 6 ? 0.0 : 1.0);
}

TEST(Gaps, ParametersAreRecovered) {
  Case c(lines, {{"u", state}}, {1e-9, 1, {}, {}, MPI_COMM_WORLD});
  put_gaps(c, is_gap);
  auto const result = fit(c, {1e-12});
  EXPECT_TRUE(result.converged);
  EXPECT_LT(error_of(c, result.x, 0, [](Coordinates const& x) { return 1.0 + 0.5 * x[0]; }), 1e-5);
}

TEST(Gaps, ALineWithoutDataIsLeftToTheSmoothness) {
  Case c(lines, {{"u", state}}, {1e-6, 1, {}, {}, MPI_COMM_WORLD});
  put_gaps(c, [](Extents const& p) { return p[1] == 6 || p[1] == 7; });
  Quiet const quiet;
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-12);
  equation_error::Fit result;
  result.x = parameters::first_guess(c.space);
  result.beta = {1e-12};
  candidate.equation().fit(result, 3);
  Mat const matrix = candidate.equation().normal_matrix(result.x, result.weights, {0.0});
  auto const diagonal = c.space.make_vector();
  petsc::check(MatGetDiagonal(matrix, diagonal));
  auto const weight = to_vector(c.space.scatter(diagonal)[0]), h = to_vector(c.space.scatter(result.x)[0]);
  auto const points = local_points(c.space.unknowns()[0].grid);
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool const blind = points[i][0] == 6 || points[i][0] == 7;
    EXPECT_EQ(weight[i] == 0.0, blind);
    double const x = 0.25 * static_cast<double>(points[i][0]);
    EXPECT_NEAR(h[i], 1.0 + 0.5 * x, 1e-4);  // linear across the gap: what order 1 prefers
  }
}

TEST(Gaps, VariancesAreThoseOfDrawnNoise) {
  Case c(lines, {{"u", state}}, {0.01, 1, {}, {}, MPI_COMM_WORLD});
  put_gaps(c, is_gap);
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-12);
  constexpr int draws = 1500;
  auto const expected = to_vector(candidate.model().variances()[0]), mask = to_vector(candidate.model().mask());
  std::vector<double> sums(expected.size(), 0.0);
  for (int d = 0; d < draws; ++d) {
    auto const response = to_vector(candidate.response(equation_error::draw_noise(c.problem(), d))[0]);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += response[i] * response[i] / draws;
  }
  double mean = 0.0, count = 0.0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (mask[i] == 0.0) continue;
    EXPECT_NEAR(sums[i] / expected[i], 1.0, 5.0 * std::sqrt(2.0 / draws));
    mean += sums[i] / expected[i];
    count += 1.0;
  }
  EXPECT_NEAR(sum_over(MPI_COMM_WORLD, mean) / sum_over(MPI_COMM_WORLD, count), 1.0, 0.02);
}

TEST(Gaps, TheResponseIsWhatAChangeOfTheDataDoes) {
  Case c(lines, {{"u", state}}),
      moved(lines, {{"u", [](Coordinates const&p) { return state(p) + std::sin(5.0 * p[0] + p[1]); }}});
  put_gaps(c, is_gap);
  put_gaps(moved, is_gap);
  equation_error::Candidate before(c.problem(), c.deck.mollifier, 1e-12), after(moved.problem(), c.deck.mollifier, 1e-12);
  auto const change = sample(c.grid, [](Coordinates const& p) { return std::sin(5.0 * p[0] + p[1]); });
  auto const response = to_vector(before.response({change})[0]);
  auto const from = to_vector(before.model().residuals()[0]), to = to_vector(after.model().residuals()[0]);
  for (std::size_t i = 0; i < response.size(); ++i) EXPECT_NEAR(response[i], to[i] - from[i], 1e-9);
}

TEST(Gaps, StandardErrorsOfSmoothedStates) {
  Case c(lines, {{"u", state}}, {0.01, 1, {}, {}, MPI_COMM_WORLD});
  std::vector<mollifier::MultiIndex> const set{{1, 0}};
  double square = 0.0, count = 0.0;
  for (int d = 0; d < 200; ++d) {
    c.states[0].data = equation_error::draw_noise(c.problem(), d)[0];
    put_gaps(c, is_gap);
    auto const smooth = mollifier::smooth(c.grid, c.deck.mollifier, c.states[0].data, c.states[0].sigma, set)[0];
    auto const values = to_vector(smooth.values), error = to_vector(smooth.error);
    auto const points = local_points(c.grid);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(std::isnan(values[i]), points[i][1] == 6);
      if (std::isnan(values[i])) continue;
      square += std::pow(values[i] / error[i], 2);
      count += 1.0;
    }
  }
  EXPECT_NEAR(sum_over(MPI_COMM_WORLD, square) / sum_over(MPI_COMM_WORLD, count), 1.0, 0.03);
}

/// Filters along both axes: a gap costs its own residual; every other point whose box of taps meets it keeps one, by rows refitted.
TEST(Gaps, SeveralFilteredAxesKeepAllButTheGap) {
  Case c(lines, {{"u", state}},
         {0.0, 1, {"mollifier.radius={ y = 3, x = 2 }", "mollifier.degree=3"}, {}, MPI_COMM_WORLD});
  auto const missing = [](Extents const& p) { return p[0] == 12 && p[1] == 1; };
  put_gaps(c, missing);
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-12);
  auto const mask = to_vector(candidate.model().mask());
  auto const points = local_points(c.grid);
  Index refitted = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    Index const y = std::clamp<Index>(points[i][0] - 3, 0, 18), x = std::clamp<Index>(points[i][1] - 2, 0, 4);
    EXPECT_EQ(mask[i], missing(points[i]) ? 0.0 : 1.0);
    refitted += y <= 12 && 12 < y + 7 && x <= 1 && 1 < x + 5 && !missing(points[i]) ? 1 : 0;
  }
  EXPECT_EQ(sum_over_ranks(candidate.features().gaps().lost), 1);
  EXPECT_EQ(candidate.features().gaps().refitted, refitted);
}

/// A known field with a gap costs the residual of that point alone.
TEST(Gaps, KnownFieldsMaskTheirPoints) {
  Case c(lines, {{"u", state}}, {0.0, 1, {"fields.Q.value=\"sqrt(x - 0.6)\""}, {}, MPI_COMM_WORLD});
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-12);
  auto const mask = to_vector(candidate.model().mask());
  auto const points = local_points(c.grid);
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(mask[i], points[i][1] < 3 ? 0.0 : 1.0);
  EXPECT_EQ(sum_over_ranks(candidate.features().gaps().lost), 75);
}

TEST(Gaps, NoResidualAtAllIsBadData) {
  Case c(lines, {{"u", state}}, {0.0, 1, {"mollifier.radius={ y = 3, x = 2 }", "mollifier.degree=3"}, {}, MPI_COMM_WORLD});
  put_gaps(c, [](Extents const& p) { return p[0] % 3 != 0; });  // three points in a window: too few for degree 3
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-12);
  try {
    equation_error::count_points(c.problem(), candidate);
    FAIL() << "no error";
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::bad_data);
  }
}

/// Points of an n x n grid whose box of 2 r + 1 points an axis, shifted inside at the ends, misses (12, 12).
Index free_of_the_middle(Index n, Index r) {
  Index meeting = 0;
  for (Index i = 0; i < n; ++i) {
    Index const lower = std::clamp<Index>(i - r, 0, n - 2 * r - 1);
    meeting += lower <= 12 && 12 <= lower + 2 * r ? 1 : 0;
  }
  return n * n - meeting * meeting;
}

/// An axis with too few points for the degree is not filtered, and holds up no other.
TEST(Gaps, LadderLeavesShortAxes) {
  Case c(lines, {{"u", state}}, {0.0, 1, {"grid.points=[25, 4]"}, {}, MPI_COMM_WORLD});
  choices::Ladder const two(c.grid, 2), four(c.grid, 4);
  auto const last = [](choices::Ladder const& ladder) { return ladder.radii(ladder.top()); };
  EXPECT_EQ(last(two)[1], 1);
  EXPECT_EQ(last(four)[1], 0);
  EXPECT_EQ(last(four)[0], 25 / 3);
}

/// Automatic radii stop where gaps would cost more than half of the points.
TEST(Gaps, LadderHeedsGaps) {
  Case c(lines, {{"u", state}}, {0.0, 1, {"grid.points=[25, 25]", "grid.upper=[2.0, 2.0]"}, {}, MPI_COMM_WORLD});
  choices::Ladder const whole(c.grid, 4);
  choices::Ladder ladder = whole;
  ladder.heed_gaps(c.grid, c.states, run::Places{});
  EXPECT_EQ(ladder.rungs(0), whole.rungs(0));
  put_gaps(c, [](Extents const& p) { return p[0] == 12 && p[1] == 12; });
  c.states[0].gaps = 1;
  ladder.heed_gaps(c.grid, c.states, run::Places{});
  Index const most = free_of_the_middle(25, whole.radii({0})[0]);
  ASSERT_LT(ladder.rungs(0), whole.rungs(0));
  EXPECT_GE(2 * free_of_the_middle(25, ladder.radii({ladder.rungs(0) - 1})[0]), most);
  EXPECT_LT(2 * free_of_the_middle(25, whole.radii({ladder.rungs(0)})[0]), most);
  put_gaps(c, [](Extents const& p) { return p[0] % 2 == 0; });
  EXPECT_THROW(ladder.heed_gaps(c.grid, c.states, run::Places{}), run::Error);
}

}  // namespace

// Densities of localisations: counts against a search by hand, what is said of their noise against drawn tables, tables that cannot be
// read; the same on any number of ranks.
#include "observations/localisations.hpp"

#include <fstream>
#include <random>

#include "files.hpp"
#include "io/table.hpp"
#include "grid/cells.hpp"
#include "observations/count_noise.hpp"

namespace {

using namespace mollis;
using observations::Settings;
using Place = std::vector<double>;

/// A table of its own name, written once.
std::string write_table(std::string const& name, std::string const& header, std::vector<Place> const& rows) {
  auto const file = test::scratch(name);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) {
    std::ofstream text(file);
    text.precision(17);
    text << header << '\n';
    for (auto const& row : rows) {
      for (std::size_t c = 0; c < row.size(); ++c) text << (c > 0 ? "," : "") << row[c];
      text << '\n';
    }
  }
  MPI_Barrier(MPI_COMM_WORLD);
  return file;
}

Settings settings_of(std::string const& file, grid::Grid const& grid) {
  Settings settings;
  settings.kind = observations::Kind::localisations;
  settings.file = file;
  for (auto const& axis : grid.axes()) settings.columns[axis.name] = axis.name;
  return settings;
}

std::vector<grid::Axis> sample_axes() {
  return {grid::axis_from_coordinates("z", {0.0, 0.1, 0.3, 0.6, 1.0}, 0.0), grid::uniform_axis("y", 7, -1.0, 2.0, false),
          grid::uniform_axis("x", 9, 0.0, 3.0, true)};
}

/// The point of an axis that is nearest, periods taken off.
Index nearest(grid::Axis const& axis, double x) {
  Index best = 0;
  double least = 1e300;
  for (Index i = 0; i < axis.size(); ++i) {
    double distance = std::abs(x - axis.coordinate(i));
    if (axis.periodic) distance = std::abs(std::remainder(x - axis.coordinate(i), axis.period));
    if (distance < least) best = i;
    least = std::min(least, distance);
  }
  return best;
}

TEST(Localisations, AreCountedAtTheNearestPoint) {
  auto const grid = test::make_grid(sample_axes());
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> z(-0.2, 1.2), y(-1.0, 2.0), x(-6.0, 6.0);
  std::vector<Place> rows;
  std::vector<double> counts(static_cast<std::size_t>(grid.points()), 0.0);
  Index outside = 0;
  for (int n = 0; n < 4000; ++n) {
    rows.push_back({x(engine), z(engine), y(engine)});
    double const at[3] = {rows.back()[1], rows.back()[2], rows.back()[0]};
    if (at[0] < 0.0 || at[0] > 1.0) {
      ++outside;
      continue;
    }
    Index cell = 0;
    for (int a = 0; a < 3; ++a) cell = cell * grid.axis(a).size() + nearest(grid.axis(a), at[a]);
    counts[static_cast<std::size_t>(cell)] += 1.0;
  }
  auto const state = observations::read_localisations(grid, "rho", settings_of(write_table("counts.csv", "x,z,y", rows), grid), {});
  ASSERT_TRUE(state.localisations);
  EXPECT_EQ(state.localisations->outside, outside);
  EXPECT_EQ(state.localisations->counted, 4000 - outside);
  grid::Cells const cells(grid);
  auto const density = test::to_vector(state.data);
  double sums[2] = {0.0, 0.0};
  Index n = 0;
  auto const& box = grid.owned();
  for (Index i = box[0].lower; i < box[0].upper; ++i)
    for (Index j = box[1].lower; j < box[1].upper; ++j)
      for (Index k = box[2].lower; k < box[2].upper; ++k, ++n) {
        double const expected = counts[static_cast<std::size_t>((i * 7 + j) * 9 + k)];
        EXPECT_NEAR(density[static_cast<std::size_t>(n)] * cells.volume(n), expected, 1e-9);
        sums[0] += cells.volume(n);
        sums[1] += density[static_cast<std::size_t>(n)] * cells.volume(n);
      }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  EXPECT_NEAR(sums[0], 1.0 * 3.0 * 3.0, 1e-12);  // the cells fill the grid
  EXPECT_NEAR(sums[1], static_cast<double>(4000 - outside), 1e-8);
}

TEST(Localisations, HaveTheStateTheScaleAndTheMaskOfTheDeck) {
  auto const grid = test::make_grid({grid::uniform_axis("x", 5, 0.0, 4.0, false)});
  auto settings = settings_of(write_table("scaled.csv", "\"x [nm]\",frame", {{0.0, 1}, {1100.0, 1}, {1400.0, 2}, {2000.0, 3}, {4000.0, 3}, {4001.0, 3}}), grid);
  settings.columns["x"] = "x [nm]";
  settings.scale["x"] = 1e-3;
  settings.density = {1.0, 0.5};
  auto const mask = test::sample(grid, [](auto const& x) { return x[0] < 3.5 ? 1.0 : 0.0; });
  auto const state = observations::read_localisations(grid, "u", settings, mask);
  EXPECT_EQ(state.localisations->counted, 4);
  EXPECT_EQ(state.localisations->masked, 1);
  EXPECT_EQ(state.localisations->outside, 1);
  EXPECT_EQ(state.gaps, 1);
  double const expected[] = {(1 / 0.5 - 1.0) / 0.5, (2 - 1.0) / 0.5, (1 - 1.0) / 0.5, -1.0 / 0.5};  // half a cell at the end
  auto const own = test::to_vector(state.data);
  for (std::size_t i = 0; i < own.size(); ++i) {
    auto const at = static_cast<std::size_t>(grid.owned()[0].lower) + i;
    if (at == 4)
      EXPECT_TRUE(std::isnan(own[i]));
    else
      EXPECT_DOUBLE_EQ(own[i], expected[at]);
  }
}

/// Counts of `clump` at a time over a density that varies fourfold, `mean` a cell on average.
Field drawn(grid::Grid const& grid, double mean, int clump, std::vector<double>& truth) {
  std::mt19937 engine(11);
  std::vector<double> own;
  Index const rows = grid.axis(0).size(), width = grid.axis(1).size();
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < width; ++j) {
      double const m = mean * (1.0 + 0.6 * std::sin(2 * M_PI * static_cast<double>(i) / 40.0) * std::cos(2 * M_PI * static_cast<double>(j) / 50.0));
      double const n = clump * std::poisson_distribution<int>(m / clump)(engine);
      if (!grid.owned()[0].contains(i) || !grid.owned()[1].contains(j)) continue;
      truth.push_back(m);
      own.push_back(n);
    }
  return test::to_field(own);
}

double mean_over_ranks(grid::Grid const& grid, double sum) {
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return sum / static_cast<double>(grid.points());
}

TEST(CountNoise, WeighsCountsSoThatTheirMisfitIsOne) {
  auto const grid = test::make_grid({grid::uniform_axis("y", 120, 0.0, 1.0, false), grid::uniform_axis("x", 150, 0.0, 1.0, true)});
  auto const ones = test::sample(grid, [](auto const&) { return 1.0; });
  for (double const mean : {1.0, 8.0}) {
    std::vector<double> truth;
    auto const counts = drawn(grid, mean, 1, truth);
    auto const n = test::to_vector(counts), expected = test::to_vector(observations::expected_counts(grid, counts, ones));
    double chi2 = 0.0, weighed = 0.0, weights = 0.0;
    for (std::size_t i = 0; i < n.size(); ++i) {
      chi2 += (n[i] - truth[i]) * (n[i] - truth[i]) / expected[i];
      weighed += (n[i] - truth[i]) / expected[i];
      weights += 1.0 / expected[i];
    }
    EXPECT_NEAR(mean_over_ranks(grid, chi2), 1.0, 0.06) << mean;  // one in a hundred is chance
    // No pull towards few counts: a weight by the datum itself makes some tenths of a count.
    double const bias = mean_over_ranks(grid, weighed) / mean_over_ranks(grid, weights);
    EXPECT_NEAR(bias, 0.0, 4.0 * std::sqrt(mean / 18000.0)) << mean;
  }
}

TEST(CountNoise, FindsHowOftenEachEventIsCounted) {
  auto const grid = test::make_grid({grid::uniform_axis("y", 120, 0.0, 1.0, false), grid::uniform_axis("x", 150, 0.0, 1.0, true)});
  auto const ones = test::sample(grid, [](auto const&) { return 1.0; });
  for (int const clump : {1, 4})
    for (double const mean : {0.5, 10.0}) {
      std::vector<double> truth;
      EXPECT_NEAR(observations::dispersion(grid, drawn(grid, mean, clump, truth), ones), clump, 0.12 * clump) << clump << " " << mean;
    }
}

TEST(Localisations, OfTablesThatCannotBe) {
  auto const grid = test::make_grid({grid::uniform_axis("y", 5, 0.0, 1.0, false), grid::uniform_axis("x", 5, 0.0, 1.0, false)});
  auto const read = [&](std::string const& name, std::string const& header, std::vector<Place> const& rows) {
    auto const settings = settings_of(write_table(name, header, rows), grid);
    return test::exit_of([&] { observations::read_localisations(grid, "u", settings, {}); });
  };
  EXPECT_EQ(read("none.csv", "x,y", {}), run::Exit::bad_data);
  EXPECT_EQ(read("nan.csv", "x,y", {{0.5, 0.5}, {NAN, 0.5}}), run::Exit::bad_data);
  EXPECT_EQ(read("far.csv", "x,y", {{500.0, 0.5}, {700.0, 0.5}}), run::Exit::bad_data);
  EXPECT_EQ(read("column.csv", "x,z", {{0.5, 0.5}}), run::Exit::missing_input);
  EXPECT_EQ(read("short.csv", "x,y", {{0.5, 0.5}, {0.5}}), run::Exit::bad_data);
  EXPECT_EQ(read("good.csv", "x,y", {{0.5, 0.5}}), run::Exit::converged);
}

/// What pieces are made of, put together in the order of ranks, is the table.
TEST(Pieces, MakeTheTable) {
  std::vector<Place> rows;
  for (int n = 0; n < 101; ++n) rows.push_back({n + 0.25, -1.0 * n * n, 3.0});
  auto const file = write_table("pieces.csv", "# a comment\n\na,b,c", rows);
  std::vector<double> own;
  Index calls = 0;
  Index const first = io::read_in_pieces(MPI_COMM_WORLD, file, {"b", "a"}, 7, [&](auto const& columns) {
    EXPECT_LE(columns[0].size(), 7u);
    for (std::size_t i = 0; i < columns[0].size(); ++i) {
      EXPECT_EQ(columns[0][i], -std::pow(columns[1][i] - 0.25, 2));
      own.push_back(columns[1][i]);
    }
    ++calls;
  });
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_EQ(own[i], static_cast<double>(first) + static_cast<double>(i) + 0.25);
  Index sums[3] = {static_cast<Index>(own.size()), calls, -calls};
  MPI_Allreduce(MPI_IN_PLACE, sums, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  MPI_Allreduce(MPI_IN_PLACE, sums + 1, 2, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
  EXPECT_EQ(sums[0], 101);
  EXPECT_EQ(sums[1], -sums[2]);  // equally often on all ranks
}

}  // namespace

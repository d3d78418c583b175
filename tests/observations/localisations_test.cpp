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

double mean_over_ranks(grid::Grid const& grid, double sum) {
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return sum / static_cast<double>(grid.points());
}

/// Sum, mean along each of two axes and variances of a density over the cells of a grid, all ranks.
std::vector<double> moments_of(grid::Grid const& grid, Field const& density) {
  grid::Cells const cells(grid);
  auto const own = test::to_vector(density);
  std::vector<double> sums(5, 0.0);
  auto const& box = grid.owned();
  Index n = 0;
  for (Index i = box[0].lower; i < box[0].upper; ++i)
    for (Index j = box[1].lower; j < box[1].upper; ++j, ++n) {
      double const mass = own[static_cast<std::size_t>(n)] * cells.volume(n), y = grid.axis(0).coordinate(i), x = grid.axis(1).coordinate(j);
      double const terms[5] = {mass, mass * y, mass * x, mass * y * y, mass * x * x};
      for (std::size_t k = 0; k < 5; ++k) sums[k] += terms[k];
    }
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), 5, MPI_DOUBLE, MPI_SUM, grid.comm());
  for (std::size_t k = 1; k < 5; ++k) sums[k] /= sums[0];
  return {sums[0], sums[1], sums[2], sums[3] - sums[1] * sums[1], sums[4] - sums[2] * sums[2]};
}

/// Mass, place and variance of molecules that are counted with their uncertainty: the variance is that of a cell, h^2 / 12, and sigma^2 (5 sigma
/// on, where the density is cut, it is 1.5e-5 less).
TEST(Localisations, AreAsWideAsTheirUncertainty) {
  auto const grid = test::make_grid({grid::uniform_axis("y", 101, 0.0, 10.0, false), grid::uniform_axis("x", 121, 0.0, 6.0, false)});
  double const hy = 0.1, hx = 0.05, sigma = 0.17;
  auto settings = settings_of(write_table("wide.csv", "x,y,s [nm]", {{3.013, 4.567, 1000 * sigma}}), grid);
  settings.columns["sigma"] = "s [nm]";
  settings.scale["sigma"] = 1e-3;
  auto const state = observations::read_localisations(grid, "rho", settings, {});
  auto const seen = moments_of(grid, state.data);
  EXPECT_NEAR(seen[0], 1.0, 1e-12);
  EXPECT_NEAR(seen[1], 4.567, 1e-8);
  EXPECT_NEAR(seen[2], 3.013, 1e-8);
  EXPECT_NEAR(seen[3], hy * hy / 12.0 + sigma * sigma, 4e-5 * sigma * sigma);
  EXPECT_NEAR(seen[4], hx * hx / 12.0 + sigma * sigma, 4e-5 * sigma * sigma);
  EXPECT_EQ(state.localisations->counted, 1);

  // Each by its own, along axes apart; two of them at one place: the mean of their variances.
  auto apart = settings_of(write_table("apart.csv", "x,y,sx,sy", {{3.0, 5.0, 0.2, 0.3}, {3.0, 5.0, 0.4, 0.5}}), grid);
  apart.columns["sigma_x"] = "sx";
  apart.columns["sigma_y"] = "sy";
  auto const both = moments_of(grid, observations::read_localisations(grid, "rho", apart, {}).data);
  EXPECT_NEAR(both[0], 2.0, 1e-12);
  EXPECT_NEAR(both[3], hy * hy / 12.0 + 0.5 * (0.09 + 0.25), 2e-5);
  EXPECT_NEAR(both[4], hx * hx / 12.0 + 0.5 * (0.04 + 0.16), 2e-5);
}

TEST(Localisations, OfNoWidthCountWhereTheyLie) {
  auto const grid = test::make_grid(sample_axes());
  std::mt19937 engine(9);
  std::uniform_real_distribution<double> z(-0.2, 1.2), y(-1.0, 2.0), x(-6.0, 6.0);
  std::vector<Place> rows;
  for (int n = 0; n < 500; ++n) rows.push_back({x(engine), z(engine), y(engine), 0.0});
  auto plain = settings_of(write_table("narrow.csv", "x,z,y,s", rows), grid), wide = plain;
  wide.columns["sigma"] = "s";
  auto const a = observations::read_localisations(grid, "rho", plain, {}), b = observations::read_localisations(grid, "rho", wide, {});
  EXPECT_EQ(test::to_vector(a.data), test::to_vector(b.data));
  EXPECT_EQ(test::to_vector(a.shape), test::to_vector(b.shape));
  EXPECT_EQ(a.sigma, b.sigma);
  EXPECT_EQ(b.alike, 1.0);
  EXPECT_EQ(a.localisations->outside, b.localisations->outside);
}

/// Around a ring nothing is lost; over an open end what lies beyond is, half of a molecule on the end itself, and one beyond it comes in.
TEST(Localisations, WidthsGoAroundRingsAndOverEnds) {
  auto const grid = test::make_grid({grid::uniform_axis("y", 41, 0.0, 4.0, false), grid::uniform_axis("x", 40, 0.0, 3.9, true)});
  auto settings = settings_of(write_table("ring.csv", "x,y,s", {{0.02, 2.0, 0.3}, {-8.1, 2.0, 0.39}}), grid);
  settings.columns["sigma"] = "s";
  EXPECT_NEAR(moments_of(grid, observations::read_localisations(grid, "rho", settings, {}).data)[0], 2.0, 1e-12);
  auto end = settings_of(write_table("end.csv", "x,y,s", {{2.0, 0.0, 0.3}, {2.0, -0.3, 0.3}, {2.0, -2.0, 0.3}}), grid);
  end.columns["sigma"] = "s";
  auto const state = observations::read_localisations(grid, "rho", end, {});
  EXPECT_NEAR(moments_of(grid, state.data)[0], 0.5 + 0.5 * std::erfc(M_SQRT1_2), 1e-6);
  EXPECT_EQ(state.localisations->outside, 1);
}

/// Cells that miss what would come from beyond are left out where the table ends, not where it goes on or nothing lies.
TEST(Localisations, LeaveOutWhatTheEndOfTheTableCuts) {
  auto const grid = test::make_grid({grid::uniform_axis("y", 21, 0.0, 1.0, false), grid::uniform_axis("x", 21, 0.0, 1.0, false)});
  std::mt19937 engine(12);
  std::uniform_real_distribution<double> y(-0.5, 1.0), x(0.0, 0.8);
  double const sigma = 0.04;
  std::vector<Place> rows;
  for (int n = 0; n < 24000; ++n) rows.push_back({x(engine), y(engine), sigma});
  auto settings = settings_of(write_table("cut.csv", "x,y,s", rows), grid);
  settings.columns["sigma"] = "s";
  auto const state = observations::read_localisations(grid, "rho", settings, {});
  auto const own = test::to_vector(state.data);
  auto const& box = grid.owned();
  double worst = 0.0;   // of the density, 2e4, over what is left of it within the table
  for (std::size_t i = 0; i < own.size(); ++i) {
    double const at[2] = {0.05 * static_cast<double>(box[0].lower + static_cast<Index>(i) / box[1].size()), 0.05 * static_cast<double>(box[1].lower + static_cast<Index>(i) % box[1].size())};
    bool const cut = at[0] > 0.9 - 1e-9 || at[1] < 0.1 + 1e-9;   // cells that reach beyond 0.88 or 0.12
    EXPECT_EQ(std::isnan(own[i]), cut) << at[0] << " " << at[1];
    if (!cut && at[1] < 0.6) worst = std::max(worst, std::abs(own[i] - 2e4) / 2e4);
  }
  EXPECT_LT(worst, 0.4);   // 50 molecules a cell, as many again in reach: 6 of their deviations
  EXPECT_EQ(state.localisations->cut, 3 * 21 + 3 * 21 - 9);
}

/// Where molecules lie at random, a datum's variance is as said, and that of sums over many data is that of the molecules in them.
TEST(Localisations, ThatAreWideShareTheirNoise) {
  auto const grid = test::make_grid({grid::uniform_axis("y", 100, 0.0, 1.0, true), grid::uniform_axis("x", 100, 0.0, 1.0, true)});
  double const sigma = 0.015, expected = 5.0;  // 1.5 cells
  std::mt19937 engine(5);
  std::uniform_real_distribution<double> place(0.0, 1.0);
  std::vector<Place> rows;
  auto const total = static_cast<int>(expected * 1e4);
  for (int n = 0; n < total; ++n) rows.push_back({place(engine), place(engine), sigma});
  auto settings = settings_of(write_table("shared.csv", "x,y,sigma", rows), grid);
  settings.columns["sigma"] = "sigma";
  settings.noise = observations::Counts{};
  auto const state = observations::read_localisations(grid, "rho", settings, {});
  // Along an axis the sum of w^2, on average over places, is the autocorrelation of box and normal density at 0: 1 / (2 sqrt(pi (b^2 + 1/12))) in cells.
  EXPECT_NEAR(state.alike, 4.0 * M_PI * (1.5 * 1.5 + 1.0 / 12.0), 0.01 * state.alike);
  auto const own = test::to_vector(state.data), shape = test::to_vector(state.shape);
  double chi2 = 0.0;
  for (std::size_t i = 0; i < own.size(); ++i) chi2 += std::pow((own[i] - expected * 1e4) / (state.sigma * shape[i]), 2);
  EXPECT_NEAR(mean_over_ranks(grid, chi2), 1.0, 0.1);  // 1e4 data, of which 29 are one
  EXPECT_EQ(state.localisations->counted, total);
  settings.noise = run::Automatic{};
  EXPECT_NEAR(observations::read_localisations(grid, "rho", settings, {}).localisations->dispersion, 1.0, 0.05);  // told by points
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
  auto const read_wide = [&](std::string const& name, double sigma) {
    auto settings = settings_of(write_table(name, "x,y,sigma", {{0.2, 0.3, 0.1}, {0.5, 0.5, sigma}}), grid);
    settings.columns["sigma"] = "sigma";
    return test::exit_of([&] { observations::read_localisations(grid, "u", settings, {}); });
  };
  EXPECT_EQ(read_wide("wide_good.csv", 0.0), run::Exit::converged);
  EXPECT_EQ(read_wide("wide_negative.csv", -0.1), run::Exit::bad_data);
  EXPECT_EQ(read_wide("wide_nan.csv", NAN), run::Exit::bad_data);
  EXPECT_EQ(read_wide("wide_unit.csv", 20.0), run::Exit::bad_data);
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

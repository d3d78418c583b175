// From the deck to observations: names in expressions, both kinds of states, noise relative to the state, and errors.
#include "forward/observe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "forward/noise.hpp"
#include "io/read.hpp"
#include "manufactured.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

deck::Values expression(std::string const& text) {
  deck::Values values;
  values.expression = text;
  return values;
}

/// lambda lap(u) + m = 0 with lambda = 1 + x y, u = x^2 + 2 y^2 (exact for the solver), so m = -6 lambda.
deck::Deck make_deck() {
  deck::Deck deck;
  deck.grid.axes = {"y", "x"};
  deck.observations.emplace_back("u", deck::Observation{});
  deck.parameters.emplace_back("lambda", parameters::Settings{});
  deck.parameters[0].second.truth = expression("1 + x*y");
  deck.fields.emplace_back("m", expression("-6*(1 + x*y)"));
  deck.forward.equation = "elliptic";
  deck.forward.coefficient = "lambda";
  deck.forward.source = "m";
  deck.forward.boundary = "x^2 + 2*y^2";
  deck.forward.places.section = {"case.toml", "forward", "", 12, 1};
  return deck;
}

grid::Grid make_grid() { return make_box({12, 9}, {1.0, 0.7}, {false, false}); }

Function quadratic() {
  return on_lattice([](Coordinates const& x) { return x[1] * x[1] + 2.0 * x[0] * x[0]; });
}

/// The line of the error that clean_states throws; empty where it throws none.
std::string complaint(deck::Deck const& deck, grid::Grid const& grid) {
  try {
    forward::clean_states(grid, deck);
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::bad_deck);
    return error.what();
  }
  return "";
}

TEST(Observe, SolvesTheEquationOfTheDeck) {
  auto const grid = make_grid();
  auto const clean = forward::clean_states(grid, make_deck());
  ASSERT_EQ(clean.states.size(), 1u);
  EXPECT_EQ(clean.states[0].first, "u");
  EXPECT_LT(largest_error(grid, clean.states[0].second, quadratic()), 1e-9);
}

TEST(Observe, SolvesTheDivergenceForm) {
  auto const grid = make_grid();
  auto deck = make_deck();
  deck.forward.equation = "divergence";
  deck.forward.source = "m - 2*x*y - 4*x*y";  // div(lambda grad u) = 6 lambda + y 2 x + x 4 y
  auto const clean = forward::clean_states(grid, deck);
  EXPECT_LT(largest_error(grid, clean.states[0].second, quadratic()), 1e-4);  // harmonic means: second order
}

TEST(Observe, ManufacturesStates) {
  auto const grid = make_grid();
  auto deck = make_deck();
  deck.forward.equation.reset();
  deck.observations.emplace_back("v", deck::Observation{});
  deck.forward.states = {{"v", "sin(x) + lambda"}, {"u", "2*m*y"}};
  auto const clean = forward::clean_states(grid, deck);
  ASSERT_EQ(clean.states.size(), 2u);
  EXPECT_EQ(clean.states[1].first, "v");
  EXPECT_LT(largest_error(grid, clean.states[0].second,
                          on_lattice([](Coordinates const& x) { return -12.0 * (1.0 + x[0] * x[1]) * x[0]; })),
            1e-13);
  EXPECT_LT(largest_error(grid, clean.states[1].second,
                          on_lattice([](Coordinates const& x) { return std::sin(x[1]) + 1.0 + x[0] * x[1]; })),
            1e-13);
}

TEST(Observe, NoiseIsRelativeToTheState) {
  auto const grid = make_box({101, 103}, {1.0, 0.7}, {false, false});
  auto deck = make_deck();
  deck.forward.equation.reset();
  deck.forward.states = {{"u", "10 + sin(5*x)"}};
  deck.forward.noise = deck::Relative{0.1};
  deck.forward.dropout = 0.25;
  auto const states = forward::clean_states(grid, deck);
  auto const& clean = states.states[0].second;
  auto const observed = forward::observe(grid, states, deck).at(0);
  EXPECT_DOUBLE_EQ(observed.sigma, 0.1 * forward::moments(grid, clean).deviation);
  auto const before = on_host(clean), after = on_host(observed.values);
  double sums[2] = {0.0, 0.0};  // squares, count
  for (std::size_t i = 0; i < before.extent(0); ++i) {
    if (std::isnan(after(i))) continue;
    sums[0] += std::pow(after(i) - before(i), 2);
    sums[1] += 1.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  EXPECT_NEAR(std::sqrt(sums[0] / sums[1]) / observed.sigma, 1.0, 5.0 / std::sqrt(2.0 * sums[1]));
  EXPECT_NEAR(sums[1] / static_cast<double>(grid.points()), 0.75, 0.025);
  deck.forward.noise = 0.5;
  EXPECT_EQ(forward::observe(grid, states, deck).at(0).sigma, 0.5);
}

/// Two states in one file: read back, they are what was observed; a file that the deck reads is never replaced.
TEST(Observe, WritesAndKeepsInputs) {
  auto const grid = make_grid();
  auto deck = make_deck();
  int ranks = 1;
  MPI_Comm_size(grid.comm(), &ranks);
  auto const directory = std::filesystem::temp_directory_path() / ("mollis_observe_" + std::to_string(ranks));
  deck.observations[0].second.file = (directory / "obs.h5").string();
  deck.observations[0].second.dataset = "u";
  deck.observations.emplace_back("v", deck.observations[0].second);
  deck.observations[1].second.dataset = "v";
  deck.forward.equation.reset();
  deck.forward.states = {{"u", "x + y"}, {"v", "x*y"}};
  deck.forward.noise = 0.1;
  auto const observed = forward::observe(grid, forward::clean_states(grid, deck), deck);
  auto const files = [&] {
    auto to = forward::take_files(grid.comm(), deck, false);
    return forward::write_observations(grid, deck, observed, to);
  }();
  EXPECT_EQ(files, std::vector<std::string>{deck.observations[0].second.file});
  for (std::string const dataset : {"u", "v"}) {
    auto const& state = observed[dataset == "u" ? 0 : 1];
    for (auto const& [name, expected] :
         {std::pair(dataset, state.values), std::pair(dataset + "_clean", state.clean)}) {
      auto const read = on_host(io::read_dataset(grid, files[0], name));
      auto const wanted = on_host(expected);
      for (std::size_t i = 0; i < wanted.extent(0); ++i) EXPECT_EQ(read(i), wanted(i)) << name;
    }
  }
  deck.fields[0].second = deck::Values{"", (directory / ".." / directory.filename() / "obs.h5").string(), "m", {}, {}};
  EXPECT_THROW(forward::take_files(grid.comm(), deck, false), run::Error);
  MPI_Barrier(grid.comm());
  if (grid.rank() == 0) std::filesystem::remove_all(directory);
}

TEST(Observe, ErrorsNameTheKey) {
  auto const grid = make_grid();
  auto deck = make_deck();
  deck.forward.coefficient = "lambda - 1.2";  // changes sign
  deck.forward.equation = "divergence";
  EXPECT_NE(complaint(deck, grid).find("case.toml:12:1: [forward] coefficient: \"lambda - 1.2\" is "),
            std::string::npos)
      << complaint(deck, grid);
  deck = make_deck();
  deck.forward.source = "m/0";
  EXPECT_NE(complaint(deck, grid).find("[forward] source: "), std::string::npos);
  deck = make_deck();
  deck.forward.boundary = "x + lamda";
  EXPECT_NE(complaint(deck, grid).find("[forward] boundary: "), std::string::npos);
  deck = make_deck();
  deck.fields[0].second = deck::Values{"", "truth.h5", "m", {}, {}};
  EXPECT_NE(complaint(deck, grid).find("[forward] source: \"m\" is read from a file"), std::string::npos);
  deck = make_deck();
  deck.forward.equation.reset();
  deck.forward.states = {{"u", "sqrt(x - 0.3)"}};
  EXPECT_NE(complaint(deck, grid).find("[forward] states.u: \"sqrt(x - 0.3)\" is "), std::string::npos);
  EXPECT_NE(complaint(make_deck(), make_box({9, 9}, {1.0, 1.0}, {true, true})).find("all axes are periodic"),
            std::string::npos);
}

/// u_t = div(lambda grad u) - v . grad u + b with u = 1 + t + x, so b = 1 - y + 2 (lambda = 1 + x y, v = (0, 2)).
TEST(Observe, SolvesInTime) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 4, 0.0, 0.3, false),
                                     grid::uniform_axis("y", 5, 0.0, 1.0, false),
                                     grid::uniform_axis("x", 9, 0.0, 1.0, false)};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  grid::Grid const grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks));
  auto deck = make_deck();
  deck.grid.axes = {"t", "y", "x"};
  deck.grid.lower = {0.0, 0.0, 0.0};
  deck.forward.equation = "advection-diffusion";
  deck.forward.velocity = {{"x", "lambda*0 + 2"}};
  deck.forward.source = "1 - y + 2";
  deck.forward.boundary = deck.forward.initial = "1 + t + x";
  deck.forward.conditions = {{"y", "neumann"}, {"x", "dirichlet"}};
  deck.forward.refine = 2;
  auto const clean = forward::clean_states(grid, deck);
  EXPECT_LT(
      largest_error(grid, clean.states[0].second, on_lattice([](Coordinates const& x) { return 1.0 + x[0] + x[2]; })),
      2e-4);  // harmonic means: second order
  deck.forward.velocity = {{"x", "2/(x - 0.5)"}};
  EXPECT_NE(complaint(deck, grid).find("[forward] velocity.x: \"2/(x - 0.5)\" is "), std::string::npos);
  deck.forward.velocity = {};
  deck.forward.initial = "log(x)";
  EXPECT_NE(complaint(deck, grid).find("[forward] initial: \"log(x)\" is "), std::string::npos);
}

TEST(Observe, NeedsAnEvenGrid) {
  std::vector<grid::Axis> const stretched{grid::uniform_axis("y", 5, 0.0, 1.0, false),
                                          grid::axis_from_coordinates("x", {0.0, 0.1, 0.3, 0.7, 1.0}, 0.0)};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  grid::Grid const grid(MPI_COMM_WORLD, stretched, grid::decompose(stretched, ranks));
  EXPECT_NE(complaint(make_deck(), grid).find("x are not evenly spaced"), std::string::npos);
}

}  // namespace
}  // namespace mollis::test

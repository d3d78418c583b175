// Diffusion and flow, steady and in time: second order in space and time on manufactured solutions for all conditions,
// 1D to 3D; the same on any ranks.
#include <gtest/gtest.h>

#include <cstdio>

#include "moving.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

double const pi = std::acos(-1.0);

struct Case {
  char const* name;
  std::vector<Index> points;
  std::vector<double> lengths;
  std::vector<bool> periodic;
  std::vector<std::string> insulated;
  std::vector<double> w;
};

std::vector<Case> cases() {
  return {{"1D walls", {9}, {1.2}, {false}, {}, {3.0}},
          {"2D insulated y", {7, 9}, {0.5, 1.0}, {false, false}, {"y"}, {2.0 * pi, 3.0}},
          {"2D periodic x", {7, 8}, {0.8, 1.0}, {false, true}, {}, {2.0, 2.0 * pi}},
          {"3D insulated z, periodic y", {6, 4, 5}, {1.0, 1.0, 1.0}, {false, true, false}, {"z"}, {pi, 2.0 * pi, 2.0}}};
}

/// The order between the last two of three errors, told.
double told_order(grid::Grid const& grid, char const* name, std::vector<double> const& errors) {
  double const order = std::log2(errors[1] / errors[2]);
  if (grid.rank() == 0)
    std::printf("%-40s errors %.2e %.2e %.2e: order %.2f\n", name, errors[0], errors[1], errors[2], order);
  return order;
}

Function film_of(Moving const& truth) {
  return on_lattice(
      [truth](Coordinates const& x) { return truth.size(x[0]) * truth.shape(Coordinates(x.begin() + 1, x.end())); });
}

void expect_steady_order(Case const& c, Form form, double flow) {
  auto const grid = make_box(c.points, c.lengths, c.periodic);
  Moving const truth{c.w, [](double) { return 1.0; }, [](double) { return 0.0; }, flow};
  std::vector<double> errors;
  for (int const refine : {2, 4, 8}) {
    auto const solution = forward::solve(grid, truth.problem(form, c.insulated, 0.0), refine, 1e-11);
    EXPECT_LE(solution.iterations, 60);
    errors.push_back(
        largest_error(grid, solution.state, on_lattice([truth](Coordinates const& x) { return truth.shape(x); })));
  }
  EXPECT_NEAR(told_order(grid, c.name, errors), 2.0, 0.1) << c.name;
}

TEST(Evolve, SteadyOrderInSpace) {
  for (auto const& c : cases()) expect_steady_order(c, Form::elliptic, 0.0);
  for (auto const& c : cases()) expect_steady_order(c, Form::divergence, 0.0);
}

TEST(Evolve, SteadyFlowOrderInSpace) {
  for (auto const& c : cases()) expect_steady_order(c, Form::divergence, 3.0);
}

/// T is linear in t, which BDF follows exactly.
void expect_order_in_space(Case const& c, Form form, double flow) {
  auto const grid = make_film(MPI_COMM_WORLD, 3, 0.1, c.points, c.lengths, c.periodic);
  Moving const truth{c.w, [](double t) { return 1.0 + 3.0 * t; }, [](double) { return 3.0; }, flow};
  auto evolution = truth.evolution(form, c.insulated);
  evolution.initial = evolution.at(0.0).boundary;
  evolution.steps = 4;
  std::vector<double> errors;
  for (int const refine : {1, 2, 4})
    errors.push_back(largest_error(grid, forward::evolve(grid, evolution, refine).states, film_of(truth)));
  EXPECT_NEAR(told_order(grid, c.name, errors), 2.0, 0.1) << c.name;
}

TEST(Evolve, OrderInSpace) {
  for (auto const& c : cases()) expect_order_in_space(c, Form::elliptic, 0.0);
  for (auto const& c : cases()) expect_order_in_space(c, Form::divergence, 0.0);
}

TEST(Evolve, FlowOrderInSpace) {
  for (auto const& c : cases()) expect_order_in_space(c, Form::divergence, 3.0);
}

/// Against a solution on the same lattice with many steps: the errors of time alone. With time-dependent coefficient,
/// source, boundary and, where it flows, velocity.
void expect_order_in_time(double flow) {
  auto const grid = make_film(MPI_COMM_WORLD, 3, 1.0, {9, 8}, {0.5, 1.0}, {false, true});
  Moving const truth{{2.0, 2.0 * pi},
                     [](double t) { return std::cos(3.0 * t); },
                     [](double t) { return -3.0 * std::sin(3.0 * t); },
                     flow};
  auto evolution = truth.evolution(Form::divergence, {});
  evolution.at = [plain = evolution.at, truth](double t) {
    auto problem = plain(t);
    problem.coefficient =
        on_lattice([truth, t](Coordinates const& x) { return 0.1 * truth.a(x) * (1.0 + 0.5 * std::sin(2.0 * t)); });
    return problem;
  };
  evolution.steady_operator = false;
  evolution.initial = evolution.at(0.0).boundary;
  auto const states = [&](int steps) {
    evolution.steps = steps;
    return forward::evolve(grid, evolution, 1, 1e-12).states;
  };
  auto const reference = on_host(states(640));
  std::vector<double> errors;
  for (int const steps : {10, 20, 40}) {
    auto const values = on_host(states(steps));
    double error = 0.0;
    for (std::size_t n = 0; n < values.extent(0); ++n) error = std::max(error, std::abs(values(n) - reference(n)));
    MPI_Allreduce(MPI_IN_PLACE, &error, 1, MPI_DOUBLE, MPI_MAX, grid.comm());
    errors.push_back(error);
  }
  EXPECT_NEAR(told_order(grid, flow > 0.0 ? "time, with flow" : "time", errors), 2.0, 0.1);
}

TEST(Evolve, OrderInTime) { expect_order_in_time(0.0); }

TEST(Evolve, FlowOrderInTime) { expect_order_in_time(1.0); }

/// Without walls the mean is kept.
TEST(Evolve, KeepsTheMeanWithoutWalls) {
  auto const grid = make_film(MPI_COMM_WORLD, 4, 0.3, {8, 9}, {1.0, 1.0}, {true, true});
  forward::Problem problem;
  problem.form = Form::divergence;
  problem.coefficient = on_lattice([](Coordinates const& x) { return 1.0 + 0.5 * std::sin(2.0 * pi * x[1]); });
  problem.source = problem.boundary = on_lattice([](Coordinates const&) { return 0.0; });
  forward::Evolution evolution;
  evolution.at = [problem](double) { return problem; };
  evolution.initial = on_lattice([](Coordinates const& x) { return 2.0 + std::cos(2.0 * pi * x[0]); });
  evolution.perturbation = 0.1;
  auto const values = on_host(forward::evolve(grid, evolution, 1, 1e-12).states);
  auto const frame = values.extent(0) / 4;
  double sums[2] = {0.0, 0.0};
  for (std::size_t n = 0; n < frame; ++n) {
    sums[0] += values(n);
    sums[1] += values(n + 3 * frame);
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  EXPECT_NEAR(sums[0] / 72.0, 2.0, 0.05);
  EXPECT_NE(sums[0] / 72.0, 2.0);
  EXPECT_NEAR(sums[1], sums[0], 1e-8);
}

/// With noise in the initial state and a spin-up: the same film as on one rank.
TEST(Evolve, TheSameOnAnyRanks) {
  Moving const truth{{2.0, pi}, [](double t) { return 1.0 + t * t; }, [](double t) { return 2.0 * t; }, 2.0};
  auto evolution = truth.evolution(Form::divergence, {"x"});
  evolution.initial = evolution.at(0.0).boundary;
  evolution.perturbation = 0.2;
  evolution.spin_up = 0.02;
  evolution.steps = 3;
  auto const make = [](MPI_Comm comm) { return make_film(comm, 4, 0.1, {11, 9}, {1.0, 1.0}, {false, false}); };
  auto const grid = make(MPI_COMM_WORLD);
  auto const expected = on_host(forward::evolve(make(MPI_COMM_SELF), evolution, 2, 1e-12).states);
  auto const values = on_host(forward::evolve(grid, evolution, 2, 1e-12).states);
  auto const& box = grid.owned();
  std::size_t n = 0;
  for (auto t = box[0].lower; t < box[0].upper; ++t)
    for (auto y = box[1].lower; y < box[1].upper; ++y)
      for (auto x = box[2].lower; x < box[2].upper; ++x)
        EXPECT_NEAR(values(n++), expected(static_cast<std::size_t>((t * 11 + y) * 9 + x)), 1e-9);
}

/// What evolve throws where the problem turns bad at some time.
run::Error failure(std::function<void(forward::Problem&)> const& spoil) {
  auto const grid = make_film(MPI_COMM_WORLD, 3, 0.1, {9}, {1.0}, {false});
  Moving const truth{{2.0}, [](double) { return 1.0; }, [](double) { return 0.0; }};
  auto evolution = truth.evolution(Form::elliptic, {});
  evolution.initial = evolution.at(0.0).boundary;
  evolution.at = [plain = evolution.at, spoil](double t) {
    auto problem = plain(t);
    if (t > 0.04) spoil(problem);
    return problem;
  };
  try {
    forward::evolve(grid, evolution, 2);
  } catch (run::Error const& error) {
    return error;
  }
  return run::Error(run::Exit::converged, "no error");
}

TEST(Evolve, FailuresAreTold) {
  auto const nowhere = on_lattice([](Coordinates const&) { return std::nan(""); });
  auto const step = failure([&](forward::Problem& problem) { problem.source = nowhere; });
  EXPECT_EQ(step.code(), run::Exit::not_converged);
  EXPECT_NE(std::string(step.what()).find("the time step at t = 0.0"), std::string::npos) << step.what();
  auto const wall = failure([&](forward::Problem& problem) { problem.boundary = nowhere; });
  EXPECT_EQ(wall.code(), run::Exit::bad_deck);
  EXPECT_NE(std::string(wall.what()).find("nan on a wall"), std::string::npos) << wall.what();
}

}  // namespace
}  // namespace mollis::test

// Runs in time that a signal to one rank stops again and again: the states of one that was not.
#include <signal.h>

#include <memory>
#include <optional>

#include "../io/files.hpp"
#include "checkpoint/keeper.hpp"
#include "checkpoint/places.hpp"
#include "forward/langevin.hpp"
#include "forward/phase_field.hpp"
#include "moving.hpp"

namespace mollis::test {
namespace {

double const pi = std::acos(-1.0);

/// Counts down; then the second rank, if there is one, gets a signal.
class Alarm {
 public:
  void set(int calls) { left_ = calls; }
  void tick() {
    if (--left_ == 0 && files::rank() == std::min(files::world(), 2) - 1) raise(SIGUSR1);
  }

 private:
  int left_ = -1;
};

using Work = std::function<Field(checkpoint::Keeper keeper)>;

/// A run from what is in the directory, stopped after so many ticks of the alarm (-1: never). None where it was
/// stopped.
std::optional<Field> run_once(std::string const& directory, Work const& work, Alarm& alarm, int calls) {
  run::Progress progress(MPI_COMM_WORLD);
  run::Stages stages;
  checkpoint::Keeper keeper(MPI_COMM_WORLD, {directory, "mollis forward a.toml --restart", 0.0, HUGE_VAL, {}}, "abc",
                            progress, stages);
  if (auto content = checkpoint::find(MPI_COMM_WORLD, directory, progress)) keeper.go_on_from(std::move(*content));
  alarm.set(calls);
  try {
    return work(keeper);
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::stopped_early) << error.what();
    return std::nullopt;
  }
}

/// Stopped after each of these numbers of ticks, then to its end.
void expect_the_same(std::string const& name, Work const& work, Alarm& alarm, std::vector<int> const& stops) {
  auto const directory = files::directory("forward_" + name);
  auto const expected = on_host(work({}));
  for (int const calls : stops) EXPECT_FALSE(run_once(directory, work, alarm, calls)) << name << ", " << calls;
  auto const last = run_once(directory, work, alarm, -1);
  ASSERT_TRUE(last);
  auto const values = on_host(*last);
  double error = 0.0, largest = 0.0;
  for (std::size_t n = 0; n < expected.extent(0); ++n) {
    error = std::max(error, std::abs(values(n) - expected(n)));
    largest = std::max(largest, std::abs(expected(n)));
  }
  MPI_Allreduce(MPI_IN_PLACE, &error, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  if (files::rank() == 0) std::printf("%-20s differs by %.1e of %.1e\n", name.c_str(), error, largest);
  EXPECT_LT(error, 1e-12 * largest) << name;
}

/// Through a spin-up, whose steps have another length, with an operator that moves.
TEST(ForwardRestart, Diffusion) {
  auto const alarm = std::make_shared<Alarm>();
  Moving const truth{{2.0, pi}, [](double t) { return 1.0 + t * t; }, [](double t) { return 2.0 * t; }, 2.0};
  auto evolution = truth.evolution(Form::divergence, {"x"});
  evolution.initial = evolution.at(0.0).boundary;
  evolution.perturbation = 0.2;
  evolution.spin_up = 0.07;
  evolution.steps = 11;
  evolution.steady_operator = false;
  evolution.at = [plain = evolution.at, alarm](double t) {
    alarm->tick();
    return plain(t);
  };
  auto const grid = make_film(MPI_COMM_WORLD, 4, 0.3, {11, 9}, {1.0, 1.0}, {false, true});
  expect_the_same(
      "diffusion",
      [&](checkpoint::Keeper keeper) { return forward::evolve(grid, evolution, 2, 1e-13, std::move(keeper)).states; },
      *alarm, {8, 16, 4, 22, 12, 14});
}

forward::PhaseField patterns(std::shared_ptr<Alarm> const& alarm, bool steady) {
  forward::PhaseField equation;
  equation.steady_rate = false;
  equation.rate = [alarm, steady](double t, Lattice const& lattice) {
    alarm->tick();
    double const swing = steady ? 0.4 : 0.4 * std::cos(3.0 * t);
    return on_lattice(
        [swing](Coordinates const& x) { return 1.0 + swing * std::sin(0.5 * x[0]) * std::cos(0.4 * x[1]); })(lattice);
  };
  equation.initial = on_lattice([](Coordinates const&) { return 0.05; });
  equation.perturbation = 0.1;
  return equation;
}

TEST(ForwardRestart, PhasesInTime) {
  auto const alarm = std::make_shared<Alarm>();
  auto const grid = make_film(MPI_COMM_WORLD, 4, 0.4, {13, 12}, {12.0, 12.0}, {false, true});
  forward::PhaseFieldAccuracy accuracy;
  accuracy.refine = 2;
  accuracy.steps = 2;
  auto const equation = patterns(alarm, false);
  expect_the_same("phases in time",
                  [&](checkpoint::Keeper keeper) {
                    return solve_phase_field(grid, equation, 0.3, accuracy, std::move(keeper)).state;
                  },
                  *alarm, {12, 40, 6, 60, 70});
}

TEST(ForwardRestart, PhasesAtRest) {
  auto const alarm = std::make_shared<Alarm>();
  auto const grid = make_box({13, 12}, {12.0, 12.0}, {false, true});
  auto const equation = patterns(alarm, true);
  expect_the_same(
      "phases at rest",
      [&](checkpoint::Keeper keeper) { return solve_phase_field(grid, equation, 0.0, {}, std::move(keeper)).state; },
      *alarm, {12, 30, 6});
}

/// More ranks than paths, too.
TEST(ForwardRestart, Paths) {
  auto const alarm = std::make_shared<Alarm>();
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 9, 0.0, 2.0, false),
                                     grid::uniform_axis("x", 2, 0.0, 1.0, false)};
  grid::Grid const grid(MPI_COMM_WORLD, axes, grid::decompose(axes, files::world()));
  forward::Langevin langevin{on_lattice([](Coordinates const& x) { return std::sin(6.0 * x[0]) + x[1]; }),
                             on_lattice([](Coordinates const& x) { return 1.0 + x[1]; }), 0.5, 8};
  langevin.forcing = [plain = langevin.forcing, alarm](Lattice const& lattice) {
    alarm->tick();
    return plain(lattice);
  };
  expect_the_same("paths", [&](checkpoint::Keeper keeper) { return forward::solve(grid, langevin, std::move(keeper)); },
                  *alarm, {8, 20, 20});
}

}  // namespace
}  // namespace mollis::test

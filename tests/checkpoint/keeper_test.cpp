// Parts, pauses and replays, with a run that is stopped by a signal to one rank.
#include <signal.h>

#include "checkpoint/keeper.hpp"
#include "checkpoint/places.hpp"
#include "checkpoint/replay.hpp"
#include "../io/files.hpp"

namespace mollis::test {
namespace {

using checkpoint::Keeper;
using checkpoint::Quantities;

struct Job {
  explicit Job(std::string const& directory, bool restart)
      : progress(MPI_COMM_WORLD), keeper(MPI_COMM_WORLD, {directory, "mollis invert a.toml --restart", 0.0, HUGE_VAL, {}}, "abc", progress, stages) {
    if (!restart) return;
    auto content = checkpoint::find(MPI_COMM_WORLD, directory, progress);
    if (content) keeper.go_on_from(std::move(*content));
  }
  run::Progress progress;
  run::Stages stages;
  Keeper keeper;
};

/// Sums squares up to 20; the last rank gets a signal at number `stop`. How many steps were done.
int count_up(Job& run, int stop, double& sum) {
  int i = 0, steps = 0;
  sum = 0.0;
  if (auto const* at = run.keeper.kept("loop")) {
    i = static_cast<int>(at->numbers("at").at(0));
    sum = at->numbers("at").at(1);
  }
  for (; i < 20; ++i, ++steps) {
    Quantities at;
    at.put("at", {static_cast<double>(i), sum});
    run.keeper.keep("loop", at);
    if (i == stop && files::rank() == files::world() - 1) raise(SIGUSR1);
    run.keeper.pause();
    sum += i * i;
  }
  return steps;
}

TEST(Keeper, GoesOnWhereASignalToOneRankStoppedIt) {
  auto const directory = files::directory("keeper");
  double sum = 0.0;
  for (int const stop : {7, 12}) {
    Job run(directory, true);
    try {
      count_up(run, stop, sum);
      ADD_FAILURE() << "not stopped";
    } catch (run::Error const& error) {
      EXPECT_EQ(error.code(), run::Exit::stopped_early);
      EXPECT_NE(std::string(error.what()).find("SIGUSR1"), std::string::npos);
    }
  }
  EXPECT_EQ(files::names(directory), (std::vector<std::string>{checkpoint::newest, checkpoint::older}));
  Job last(directory, true);
  EXPECT_EQ(count_up(last, -1, sum), 8);
  EXPECT_EQ(sum, 2470.0);
  last.keeper.finish();
  MPI_Barrier(MPI_COMM_WORLD);
  EXPECT_TRUE(files::names(directory).empty());
}

/// A part of the run before that nobody has taken up yet must not be lost: what is on disk stays.
TEST(Keeper, KeepsWhatWasNotTakenUpYet) {
  auto const directory = files::directory("keeper_waiting");
  {
    Job run(directory, false);
    Quantities early, late;
    early.put("n", {1.0});
    late.put("n", {2.0});
    run.keeper.keep("early", early);
    run.keeper.keep("late", late);
    run.keeper.write_now();
  }
  {
    Job run(directory, true);
    Quantities early;
    early.put("n", {3.0});
    run.keeper.keep("early", early);
    run.keeper.write_now();
  }
  Job run(directory, true);
  ASSERT_NE(run.keeper.kept("late"), nullptr);
  EXPECT_EQ(run.keeper.kept("early")->numbers("n").front(), 1.0);
}

TEST(Keeper, DropsPartsAndThoseBelow) {
  Job run(files::directory("keeper_drop"), false);
  for (auto const* name : {"fit", "fit/noise", "fitness"}) run.keeper.keep(name, {});
  run.keeper.drop("fit");
  EXPECT_EQ(run.keeper.kept("fit"), nullptr);
  EXPECT_EQ(run.keeper.kept("fit/noise"), nullptr);
  EXPECT_NE(run.keeper.kept("fitness"), nullptr);
}

/// A directory that is gone is told once, and the run goes on.
TEST(Keeper, GoesOnWithoutADirectory) {
  Job run(files::directory("keeper_gone") + "/none", false);
  Quantities part;
  part.put("n", {1.0});
  run.keeper.keep("part", part);
  run.keeper.write_now();
  run.keeper.write_now();
  run.keeper.pause();
}

TEST(Replay, DoesNoStepTwice) {
  auto const directory = files::directory("replay");
  int done = 0;
  auto const search = [&](Job& run, int steps) {
    double state = 1.0;
    checkpoint::Replay replay(run.keeper, "search", {[&](Quantities& kept) { kept.put("state", {state}); }, [&](Quantities const& kept) { state = kept.numbers("state").front(); }});
    std::vector<double> seen;
    for (int i = 0; i < steps; ++i)
      seen.push_back(replay.number([&] {
        ++done;
        state *= 2.0;
        return state + i;
      }));
    replay.go_live();
    seen.push_back(state);
    return seen;
  };
  {
    Job run(directory, false);
    search(run, 3);
    run.keeper.write_now();
  }
  Job again(directory, true);
  EXPECT_EQ(search(again, 5), (std::vector<double>{2.0, 5.0, 10.0, 19.0, 36.0, 32.0}));
  EXPECT_EQ(done, 5);
}

}  // namespace
}  // namespace mollis::test

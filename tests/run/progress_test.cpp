// What a user watches: how far the work is, and a time left that is never negative.
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "run/progress.hpp"
#include "run/ticker.hpp"

namespace mollis::test {
namespace {

void wait(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

std::vector<std::string> lines_of(std::string const& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string last_word(std::string const& line) { return line.substr(line.rfind(' ') + 1); }

TEST(Duration, IsShortAndNeverNegative) {
  EXPECT_EQ(run::duration(0.4), "0s");
  EXPECT_EQ(run::duration(59.4), "59s");
  EXPECT_EQ(run::duration(125.0), "2m05s");
  EXPECT_EQ(run::duration(12000.0), "3h20m");
  EXPECT_EQ(run::duration(-5.0), "0s");
  EXPECT_EQ(run::duration(NAN), "0s");
  EXPECT_EQ(run::duration(INFINITY), "0s");
  EXPECT_EQ(run::duration(1e300), run::duration(1e15));
}

TEST(Ticker, SaysHowFarAndHowLong) {
  testing::internal::CaptureStdout();
  run::Ticker tick(MPI_COMM_SELF, "steps", 0.0);
  wait(30);
  tick.next(1001.0);
  auto const lines = lines_of(testing::internal::GetCapturedStdout());
  ASSERT_EQ(lines.size(), 1u);
  double left = 0.0;
  ASSERT_EQ(std::sscanf(lines[0].c_str(), "steps: 1 of at most 1001, %lfs left at this pace", &left), 1) << lines[0];
  EXPECT_GE(left, 30.0);  // 1000 steps of at least 30 ms
}

TEST(Ticker, IsQuietForAWhile) {
  testing::internal::CaptureStdout();
  run::Ticker tick(MPI_COMM_SELF, "steps", 1e6);
  for (int n = 0; n < 100; ++n) tick.next(200.0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Ticker, CountsFromWhereWorkBeginsAgainAndBeyondTheTotal) {
  testing::internal::CaptureStdout();
  run::Ticker tick(MPI_COMM_SELF, "iterations", 0.0);
  for (double const done : {7.0, 0.0, 1.0, 5.0}) tick.at(done, 3.0);
  auto const lines = lines_of(testing::internal::GetCapturedStdout());
  ASSERT_EQ(lines.size(), 3u);  // 0 is a beginning
  EXPECT_EQ(lines[2], "iterations: 5 of at most 3, 0s left at this pace");
}

/// The last column, "at most", of steps that each take `milliseconds`.
std::vector<std::string> left_of(std::vector<run::Step> const& steps, int milliseconds) {
  testing::internal::CaptureStdout();
  run::Progress progress(MPI_COMM_SELF);
  for (auto const& step : steps) {
    wait(milliseconds);
    progress.step(step);
  }
  std::vector<std::string> left;
  for (auto const& line : lines_of(testing::internal::GetCapturedStdout())) left.push_back(last_word(line));
  left.erase(left.begin());  // the head
  return left;
}

run::Step step(std::string const& phase, int iteration, int of_at_most) {
  run::Step step;
  step.phase = phase;
  step.iteration = iteration;
  step.of_at_most = of_at_most;
  return step;
}

TEST(Progress, TheTimeLeftIsThatOfThePhase) {
  auto const left = left_of({step("a", 1, 1), step("b", 2, 102), step("b", 103, 102), step("c", 1, 0)}, 30);
  EXPECT_EQ(left[0], "0s");
  EXPECT_GE(std::stoi(left[1]), 3);  // its first step took 30 ms, 100 are left
  EXPECT_EQ(left[2], "-");           // more than were foreseen
  EXPECT_EQ(left[3], "-");
}

/// "phase iteration" of the steps that standard output shows, and other lines as they are.
std::vector<std::string> shown(std::string const& text) {
  std::vector<std::string> found;
  for (auto const& line : lines_of(text)) {
    std::istringstream words(line);
    std::string phase, iteration;
    words >> phase >> iteration;
    if (phase != "phase") found.push_back(line.front() == ' ' ? phase + " " + iteration : line);
  }
  return found;
}

void say_steps(run::Progress& progress) {
  for (int i = 1; i <= 6; ++i) progress.step(step("tune", i, 9));
  for (int i = 1; i <= 2; ++i) progress.step(step("fit", i, 9));
  for (int i = 7; i <= 9; ++i) progress.step(step("tune", i, 9));
  progress.say("found");
  for (int i = 3; i <= 5; ++i) progress.step(step("fit", i, 9));
}

TEST(Progress, ShowsTheFirstStepsOfAPhaseAndTheLastBeforeOtherLines) {
  testing::internal::CaptureStdout();
  std::string history;
  {
    run::Progress progress(MPI_COMM_SELF, {}, 1e6);
    say_steps(progress);
    history = progress.history();
  }
  EXPECT_EQ(shown(testing::internal::GetCapturedStdout()),
            (std::vector<std::string>{"tune 1", "tune 2", "tune 3", "fit 1", "fit 2", "tune 9", "found", "fit 3", "fit 5"}));
  EXPECT_EQ(lines_of(history).size(), 1u + 14u);  // all of them, under a head
}

TEST(Progress, ShowsAStepOnceItsPatienceIsOver) {
  testing::internal::CaptureStdout();
  {
    run::Progress progress(MPI_COMM_SELF, {}, 0.0);
    say_steps(progress);
  }
  EXPECT_EQ(shown(testing::internal::GetCapturedStdout()).size(), 14u + 1u);
}

TEST(Progress, GivesAListenerEveryStep) {
  std::vector<std::string> lines;
  {
    run::Progress progress(MPI_COMM_SELF, [&](std::string const& line) { lines.push_back(line); }, 1e6);
    say_steps(progress);
  }
  EXPECT_EQ(lines.size(), 1u + 14u + 1u);  // the head, the steps, what was said
}

}  // namespace
}  // namespace mollis::test

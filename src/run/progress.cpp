#include "run/progress.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "run/ticker.hpp"

namespace mollis::run {
namespace {

std::string number(double value) { return std::isnan(value) ? "" : fmt::format("{:.6g}", value); }

}  // namespace

Progress::Progress(MPI_Comm comm, Listener listener, double patience)
    : listener_(std::move(listener)), patience_(patience), start_(MPI_Wtime()), said_(start_) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  loud_ = rank == 0;
  history_ = "phase,iteration,objective,gradient,misfit,smoothness,change,weight,krylov,seconds\n";
}

Progress::~Progress() { show_last(); }

void Progress::put(std::string const& text) const {
  if (!loud_) return;
  if (listener_) return listener_(text);
  std::puts(text.c_str());
  std::fflush(stdout);
}

/// Below the heads of the columns where these are out of sight.
void Progress::show_last() const {
  if (waiting_.empty()) return;
  constexpr int page = 25;
  std::string const line = std::exchange(waiting_, {});
  if (lines_++ % page == 0)
    put(fmt::format("{:>8} {:>4} {:>13} {:>11} {:>11} {:>11} {:>10} {:>10} {:>6} {:>8} {:>8}", "phase", "it", "objective", "gradient", "misfit",
                    "smoothness", "change", "weight", "krylov", "elapsed", "at most"));
  put(line);
}

void Progress::say(std::string const& text) const {
  show_last();
  put(text);
}

void Progress::complain(std::string const& text) const {
  if (!loud_) return;
  show_last();
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

void Progress::step(Step const& s) {
  double const now = MPI_Wtime();
  if (s.phase != phase_ || s.iteration <= last_) {
    phase_ = s.phase;
    before_ = s.iteration - 1;
    phase_start_ = said_;
  }
  last_ = s.iteration;
  said_ = now;
  history_ += fmt::format("{},{},{},{},{},{},{},{},{},{:.3f}\n", s.phase, s.iteration, number(s.objective), number(s.gradient),
                          number(s.misfit), number(s.smoothness), number(s.change), number(s.weight), s.krylov, now - start_);
  int const left = s.of_at_most - s.iteration;
  std::string const eta = s.of_at_most > 0 && left >= 0 ? duration((now - phase_start_) * left / (s.iteration - before_)) : "-";
  waiting_ = fmt::format("{:>8} {:>4} {:>13} {:>11} {:>11} {:>11} {:>10} {:>10} {:>6} {:>8} {:>8}", s.phase, s.iteration, number(s.objective),
                         number(s.gradient), number(s.misfit), number(s.smoothness), number(s.change), number(s.weight), s.krylov,
                         duration(now - start_), eta);
  constexpr int first_ones = 3;
  if (!listener_ && shown_[s.phase] >= first_ones && now - shown_at_ < patience_) return;
  ++shown_[s.phase];
  shown_at_ = now;
  show_last();
}

Progress::Saved Progress::saved() const { return {history_, MPI_Wtime() - start_, krylov_}; }

void Progress::go_on_from(Saved const& saved) {
  history_ = saved.history;
  krylov_ = saved.krylov;
  start_ -= saved.elapsed;
}

std::string Progress::history() const { return history_; }

}  // namespace mollis::run

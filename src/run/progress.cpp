#include "run/progress.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace mollis::run {
namespace {

std::string number(double value) { return std::isnan(value) ? "" : fmt::format("{:.6g}", value); }

std::string duration(double seconds) {
  int const s = static_cast<int>(std::lround(seconds));
  return s < 60 ? fmt::format("{}s", s) : s < 3600 ? fmt::format("{}m{:02}s", s / 60, s % 60)
                                                   : fmt::format("{}h{:02}m", s / 3600, s / 60 % 60);
}

}  // namespace

Progress::Progress(MPI_Comm comm) : start_(MPI_Wtime()) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  loud_ = rank == 0;
  history_ = "phase,iteration,objective,gradient,misfit,smoothness,change,weight,krylov,seconds\n";
}

void Progress::say(std::string const& text) const {
  if (!loud_) return;
  std::puts(text.c_str());
  std::fflush(stdout);
}

void Progress::complain(std::string const& text) const {
  if (!loud_) return;
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

void Progress::step(Step const& s) {
  double const now = MPI_Wtime();
  if (s.phase != phase_) {
    phase_ = s.phase;
    phase_start_ = now - 1e-9;
  }
  history_ += fmt::format("{},{},{},{},{},{},{},{},{},{:.3f}\n", s.phase, s.iteration, number(s.objective), number(s.gradient),
                          number(s.misfit), number(s.smoothness), number(s.change), number(s.weight), s.krylov, now - start_);
  if (lines_++ % 25 == 0)
    say(fmt::format("{:>8} {:>4} {:>13} {:>11} {:>11} {:>11} {:>10} {:>10} {:>6} {:>8} {:>8}", "phase", "it", "objective",
                    "gradient", "misfit", "smoothness", "change", "weight", "krylov", "elapsed", "at most"));
  int const left = s.of_at_most - s.iteration;
  std::string const eta =
      s.of_at_most > 0 && s.iteration > 0 ? duration((now - phase_start_) / s.iteration * left) : std::string("-");
  say(fmt::format("{:>8} {:>4} {:>13} {:>11} {:>11} {:>11} {:>10} {:>10} {:>6} {:>8} {:>8}", s.phase, s.iteration,
                  number(s.objective), number(s.gradient), number(s.misfit), number(s.smoothness), number(s.change),
                  number(s.weight), s.krylov, duration(now - start_), eta));
}

std::string Progress::history() const { return history_; }

}  // namespace mollis::run

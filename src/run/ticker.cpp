#include "run/ticker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mollis::run {

std::string duration(double seconds) {
  auto const s = std::isfinite(seconds) && seconds > 0.0 ? std::llround(std::min(seconds, 1e15)) : 0;
  if (s < 60) return fmt::format("{}s", s);
  return s < 3600 ? fmt::format("{}m{:02}s", s / 60, s % 60) : fmt::format("{}h{:02}m", s / 3600, s / 60 % 60);
}

Ticker::Ticker(MPI_Comm comm, std::string work, double quiet) : work_(std::move(work)), quiet_(quiet), begin_(MPI_Wtime()), said_(begin_) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  loud_ = rank == 0;
}

void Ticker::at(double done, double total) {
  double const now = MPI_Wtime();
  if (done <= done_) {
    begin_ = said_ = now;
    first_ = done;
  }
  done_ = done;
  if (!loud_ || now - said_ < quiet_ || done <= first_) return;
  said_ = now;
  double const left = (now - begin_) * std::max(total - done, 0.0) / (done - first_);
  fmt::print("{}: {:.6g} of at most {:.6g}, {} left at this pace\n", work_, done, total, duration(left));
  std::fflush(stdout);
}

}  // namespace mollis::run

#include "estimators/joint/waves_along.hpp"

#include <algorithm>

#include "grid/split.hpp"

namespace mollis::joint {
namespace {

/// Of ranks with equal ranges: the lowest of them.
int first_alike(MPI_Comm comm, std::vector<grid::Range> const& ranges) {
  std::vector<std::int64_t> own;
  for (auto const& range : ranges) own.insert(own.end(), {range.lower, range.upper});
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  auto const count = static_cast<int>(own.size());
  std::vector<std::int64_t> all(own.size() * static_cast<std::size_t>(ranks));
  MPI_Allgather(own.data(), count, MPI_INT64_T, all.data(), count, MPI_INT64_T, comm);
  for (int r = 0; r < ranks; ++r)
    if (std::equal(own.begin(), own.end(), all.begin() + static_cast<std::ptrdiff_t>(r) * count)) return r;
  return 0;
}

}  // namespace

WavesAlong::WavesAlong(MPI_Comm comm, grid::Box const& waves, std::vector<int> axes) : axes_(std::move(axes)) {
  for (int const a : axes_) ranges_.push_back(waves[a]);
  for (auto const& range : ranges_) size_ *= static_cast<std::size_t>(range.size());
  sharers_ = grid::split(comm, first_alike(comm, ranges_));
  int rank = 0;
  MPI_Comm_rank(*sharers_, &rank);
  counts_ = rank == 0;
}

Mode WavesAlong::mode(std::size_t wave) const {
  Mode mode{};
  auto rest = static_cast<Index>(wave);
  for (std::size_t i = axes_.size(); i-- > 0;) {
    mode[static_cast<std::size_t>(axes_[i])] = ranges_[i].lower + rest % ranges_[i].size();
    rest /= ranges_[i].size();
  }
  return mode;
}

std::size_t WavesAlong::at(Mode const& mode) const {
  Index wave = 0;
  for (std::size_t i = 0; i < axes_.size(); ++i)
    wave = wave * ranges_[i].size() + mode[static_cast<std::size_t>(axes_[i])] - ranges_[i].lower;
  return static_cast<std::size_t>(wave);
}

void WavesAlong::add_up(std::vector<double>& values) const {
  constexpr std::size_t piece = std::size_t{1} << 30;   // what MPI's counts hold
  for (std::size_t at = 0; at < values.size(); at += piece)
    MPI_Allreduce(MPI_IN_PLACE, values.data() + at, static_cast<int>(std::min(piece, values.size() - at)), MPI_DOUBLE, MPI_SUM, *sharers_);
}

}  // namespace mollis::joint

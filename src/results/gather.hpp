#pragma once
/// Rows of numbers from all ranks.
#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "run/error.hpp"

namespace mollis::results {

/// The rows of all ranks on every rank, sorted by their first entries (distinct). width: of every row. run::Error where MPI cannot
/// count them. Collective.
inline std::vector<std::vector<double>> gathered(MPI_Comm comm, std::vector<std::vector<double>> const& rows, std::size_t width) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  std::vector<double> own;
  for (auto const& row : rows) own.insert(own.end(), row.begin(), row.end());
  std::vector<int> counts(static_cast<std::size_t>(ranks), 0), starts(counts.size(), 0);
  int const count = static_cast<int>(own.size());
  MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, comm);
  if (std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) > std::numeric_limits<int>::max())
    throw run::Error(run::Exit::output_failed, "a table of scattered points has over 2^31 numbers; keep them in several states");
  for (std::size_t r = 1; r < counts.size(); ++r) starts[r] = starts[r - 1] + counts[r - 1];
  std::vector<double> all(static_cast<std::size_t>(starts.back() + counts.back()));
  MPI_Allgatherv(own.data(), count, MPI_DOUBLE, all.data(), counts.data(), starts.data(), MPI_DOUBLE, comm);
  std::vector<std::vector<double>> sorted;
  for (auto at = all.begin(); at != all.end(); at += static_cast<std::ptrdiff_t>(width))
    sorted.emplace_back(at, at + static_cast<std::ptrdiff_t>(width));
  std::sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a[0] < b[0]; });
  return sorted;
}

}  // namespace mollis::results

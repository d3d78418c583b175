#pragma once
/// What a job needs: ranks, memory a rank, the line that submits it.
#include <string>

#include "grid/grid.hpp"
#include "problem/memory.hpp"

namespace mollis::drivers {

/// What `mollis check` is asked about a job.
struct JobQuestion {
  int ranks = 0;             ///< 0: not asked
  double memory = 0.0;       ///< a rank [bytes]; 0: not asked
  std::string model;         ///< folder of a scaling study; empty: that beside the deck
  std::string machine;       ///< where it is to run; empty: where the study ran
};

/// "4G", "900M", "1.5T" or bytes; negative where it is none of these.
double bytes_of(std::string const& text);

/// Points of the largest block on so many ranks.
Index largest_block(grid::Grid const& grid, int ranks);

/// The fewest ranks at which the largest block takes no more than `room` bytes, libraries and all; 0: no number will do.
int fewest_ranks(grid::Grid const& grid, problem::Memory const& memory, double room);

/// Lines for the log.
std::string describe_job(std::string const& deck, grid::Grid const& grid, problem::Memory const& memory, JobQuestion const& question);

}  // namespace mollis::drivers

#pragma once
/// How fine the second level of a joint fit's preconditioner is (joint::CoarseModel). Not collective, the same on all ranks.
#include <vector>

#include "kernels/index.hpp"

namespace mollis::problem {

/// An axis of a state's lattice, or of a parameter.
struct CoarseLine {
  Index places;
  bool periodic;
};

constexpr Index most_coarse_splines = 2500;   ///< in all: every rank holds and factorises their matrix

/// Cubic splines along a line, `ratio` places a gap or roughly so; as many as places where that is no fewer.
Index coarse_splines(CoarseLine const& line, double ratio);
/// Of all states and parameters, each the lines that it has.
Index coarse_splines(std::vector<std::vector<CoarseLine>> const& blocks, double ratio);
/// The least from 4 up, in halves, that leaves at most so many; nothing does where there are too many states and parameters: infinite.
double coarse_ratio(std::vector<std::vector<CoarseLine>> const& blocks);

}  // namespace mollis::problem

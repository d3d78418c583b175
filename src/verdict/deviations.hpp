#pragma once
/// How far every datum is off what was fitted to it.
#include <vector>

#include "estimate/estimate.hpp"
#include "problem/problem.hpp"

namespace mollis::verdict {

constexpr double far_off = 5.0;   ///< standard deviations that no normal variable reaches

struct Deviation {
  double off;  ///< in standard deviations, from what was fitted, else from the neighbours; 0 where there is no datum
  bool alone;  ///< on grids: at least half as far off the neighbours, too. What lies together other checks see
};

/// Of a state's data on this rank, in their order. `taken`: what is to be given back to what was predicted; may be empty. Collective.
std::vector<Deviation> deviations(problem::Problem const& problem, estimate::Estimate const& estimate, std::size_t s, Field const& taken = {});

}  // namespace mollis::verdict

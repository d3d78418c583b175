#pragma once
/// What an inversion came to.
#include "estimate/estimate.hpp"
#include "uncertainty/uncertainty.hpp"
#include "verdict/verdict.hpp"

namespace mollis::results {

struct Outcome {
  estimate::Estimate const& estimate;
  uncertainty::Uncertainty const& uncertainty;
  verdict::Verdict const& verdict;
};

}  // namespace mollis::results

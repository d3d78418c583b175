#pragma once
/// What an inversion came to.
#include <optional>

#include "estimate/estimate.hpp"
#include "estimate/validation.hpp"
#include "uncertainty/uncertainty.hpp"
#include "verdict/verdict.hpp"

namespace mollis::results {

struct Outcome {
  estimate::Estimate const& estimate;
  uncertainty::Uncertainty const& uncertainty;
  verdict::Verdict const& verdict;
  std::optional<estimate::Validation> validation = {};  ///< where observations were held out
};

}  // namespace mollis::results

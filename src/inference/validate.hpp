#pragma once
/// Held-out observations against the estimate ([validation]): of methods that fit states the states' deviations from them,
///   sqrt( mean over held-out points of (S u - d)^2 / sigma^2 ) ,
/// of others the residuals on all data at the points that the fit could not use, sqrt(mean W R^2).
#include <optional>

#include "estimate/estimate.hpp"
#include "estimate/validation.hpp"
#include "problem/problem.hpp"

namespace mollis::inference {

/// Nothing where nothing is held out. Collective.
std::optional<estimate::Validation> validate(problem::Problem const& problem, estimate::Estimate const& estimate);

}  // namespace mollis::inference

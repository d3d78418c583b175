#pragma once
/// The one place that knows all methods.
#include <memory>
#include <string>

#include "estimate/estimator.hpp"

namespace mollis::estimators {

/// The method of that name. std::out_of_range where there is none: the deck has checked it.
std::unique_ptr<estimate::Estimator> make_estimator(std::string const& method);

}  // namespace mollis::estimators

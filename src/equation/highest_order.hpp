#pragma once
#include <algorithm>
#include <numeric>

#include "equation/system.hpp"

namespace mollis::equation {

/// The highest total order of a derivative of a state among the features; 0 in the weak form, whose terms stand for them.
inline int highest_order(System const& system) {
  int highest = 0;
  for (auto const& feature : system.features)
    if (feature.kind == Feature::Kind::state) highest = std::max(highest, std::accumulate(feature.order.begin(), feature.order.end(), 0));
  return highest;
}

}  // namespace mollis::equation

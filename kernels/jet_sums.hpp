#pragma once
/// Sums over the jets of a state with a weight field each: J v = sum_k p_k D^k v at the points, and the pointwise half of its transpose.
#include <vector>

#include "kernels/field.hpp"

namespace mollis::kernels {

/// A jet with its weight, over the same points.
struct WeightedJet {
  Field weight, jet;
};

/// sum += sum_k weight_k jet_k.
void add_weighted_jets(std::vector<WeightedJet> const& terms, Field const& sum);

/// jet_k := weight_k factor, added to what stands there if `add`.
void spread_over_jets(std::vector<WeightedJet> const& terms, Field const& factor, bool add);

}  // namespace mollis::kernels

#pragma once
/// Sums over the jets of a state with a weight field each, between a box of points and arrays that may be larger than it
/// (jets on an extended lattice): J v = sum_k p_k D^k v at the points, and the pointwise half of its transpose.
#include <vector>

#include "kernels/field.hpp"
#include "kernels/pack.hpp"

namespace mollis::kernels {

/// A jet with its weight. weight: over the box, row-major. jet: an array in which the box stands in a window.
struct WeightedJet {
  Field weight, jet;
};

/// sum(i) += sum_k weight_k(i) jet_k(window(i)) at the points i of a box of `extents`.
void add_weighted_jets(std::vector<WeightedJet> const& terms, Window const& window, Extents const& extents, Field const& sum);

/// jet_k(window(i)) := weight_k(i) factor(i), added to what stands there if `add`.
void spread_over_jets(std::vector<WeightedJet> const& terms, Field const& factor, Window const& window,
                      Extents const& extents, bool add);

}  // namespace mollis::kernels

#pragma once
/// Results of a pass with rows of their own, put in place of what the pass's band gives there (missing inputs): up to `lanes` neighbours on
/// a line together, from the inputs that any of them reads, so that a line's end costs one small product of a matrix and a vector.
#include "kernels/line_filter.hpp"

namespace mollis::kernels {

/// Results (o, at + l, c), l < lanes, of order k := sum_j weight(block, k, j, l) in(o, first + j, c). Immutable; not collective.
struct LinePatches {
  static constexpr int lanes = 8;
  using Table = Kokkos::View<Index*, Execution::memory_space>;
  Table outer, at, column, first, size, block;  ///< of each patch: o, its first result, c, its first input, its results, its weights
  Table count, offset;                          ///< of each block: taps; weight (k, j, l) at weights[offset + (k count + j) lanes + l]
  Field weights;
};

/// Patches [from, to) of one order; o counts from `base` in both arrays.
void patch(LinePatches const& patches, Index from, Index to, Index base, int order, ConstLines const& in, Lines const& out);

}  // namespace mollis::kernels

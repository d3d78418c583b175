#pragma once
/// Values at scattered points of what is held as a tensor product on a lattice: weighted sums over a small box of an array a
/// point, and their transpose.
#include "kernels/field.hpp"
#include "kernels/shape.hpp"

namespace mollis::kernels {

using Indices = Kokkos::View<Index*, Execution::memory_space>;

/// Points with `taps[a]` entries along axis a of an array of extents `extents` (row-major). Of each point, all axes' taps in turn:
/// index (along the axis) and weight. `slab`: the axis along which the transpose is cut.
struct PointSamples {
  Index points = 0;
  Shape taps{{1, 1, 1, 1}}, extents{{1, 1, 1, 1}};
  Indices index;
  Field weight;
  int slab = 0;
  Indices first, entry;  ///< [slab index]: where its entries begin; entry: point * taps[slab] + tap, by slab, then point

  Index of_point() const { return taps[0] + taps[1] + taps[2] + taps[3]; }  ///< entries of index and weight a point
};

/// Adds the tables of the transpose. index must stand.
void order_by_slab(PointSamples& samples);

/// rows(p) := sum over the taps of w0 w1 w2 w3 array(i0, i1, i2, i3).
void sample(PointSamples const& samples, Field const& array, Field const& rows);

/// array += the transpose of it times rows, in an order of sums that does not depend on threads.
void spread_add(PointSamples const& samples, Field const& rows, Field const& array);

}  // namespace mollis::kernels

#pragma once
/// Copies of boxes between row-major arrays: halo pack and unpack, and the adding unpack of the transpose.
#include <type_traits>

#include "kernels/field.hpp"
#include "kernels/shape.hpp"

namespace mollis::kernels {

/// A box inside a row-major array: its point (i0, i1, i2, i3) stands at start + i0 s0 + i1 s1 + i2 s2 + i3.
struct Window {
  Index start;
  Extents stride;  ///< the last is 1
};

/// The window of a box that begins at `offset` of an array of extents `array`.
inline Window window(Extents const& array, Extents const& offset) {
  Extents const stride{array[1] * array[2] * array[3], array[2] * array[3], array[3], 1};
  return {offset[0] * stride[0] + offset[1] * stride[1] + offset[2] * stride[2] + offset[3], stride};
}

struct Assign {
  KOKKOS_INLINE_FUNCTION void operator()(double& to, double from) const { to = from; }
};
struct Add {
  KOKKOS_INLINE_FUNCTION void operator()(double& to, double from) const { to += from; }
};

/// operation(to, from) at every point of a box of `extents`. A work item is a point on devices, a plane or a row of
/// points on the host.
template <class Operation>
void over_box(Field const& from, Window const& source, Field const& to, Window const& target, Extents const& extents,
              Operation const& operation) {
  constexpr bool host = std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>;
  bool const planes = host && extents[0] * extents[1] >= static_cast<Index>(Execution().concurrency());
  Index const rows = planes ? extents[2] : 1;  // of an item
  Index const run = host ? extents[3] : 1;     // points of a row of an item
  if (extents[0] * extents[1] * extents[2] * extents[3] == 0) return;
  Index const row_items = extents[2] / rows, point_items = extents[3] / run, planes_1 = extents[1];
  double const* const in = from.data() + source.start;
  double* const out = to.data() + target.start;
  Shape const s = shape(source.stride), t = shape(target.stride);
  Index const items = extents[0] * extents[1] * row_items * point_items;
  Kokkos::parallel_for(
      "mollis::over_box", Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(0, items),
      KOKKOS_LAMBDA(Index item) {
        Index const i3 = item % point_items, i2 = item / point_items % row_items;
        Index const plane = item / point_items / row_items, i1 = plane % planes_1, i0 = plane / planes_1;
        double const* a = in + i0 * s[0] + i1 * s[1] + i2 * s[2] + i3;
        double* b = out + i0 * t[0] + i1 * t[1] + i2 * t[2] + i3;
        for (Index row = 0; row < rows; ++row, a += s[2], b += t[2]) {
          for (Index k = 0; k < run; ++k) operation(b[k], a[k]);
        }
      });
}

/// to := from on a box.
inline void copy_box(Field const& from, Window const& source, Field const& to, Window const& target,
                     Extents const& extents) {
  over_box(from, source, to, target, extents, Assign());
}

/// to += from on a box.
inline void add_box(Field const& from, Window const& source, Field const& to, Window const& target,
                    Extents const& extents) {
  over_box(from, source, to, target, extents, Add());
}

}  // namespace mollis::kernels

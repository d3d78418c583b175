#pragma once
/// Sums over the points of a field.
#include <type_traits>

#include "kernels/field.hpp"

namespace mollis::kernels {

/// sum_i term(i). On the host a work item is a run of points with partial sums side by side, none of which waits for the one before.
template <class Term>
double sum_over_points(char const* label, Index size, Term const& term) {
  constexpr bool on_host = std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>;
  constexpr Index run = on_host ? 4096 : 1, side = on_host ? 32 : 1;
  double sum = 0.0;
  Kokkos::parallel_reduce(label, Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(0, (size + run - 1) / run), KOKKOS_LAMBDA(Index item, double& local) {
    double sums[side] = {};
    Index const end = (item + 1) * run < size ? (item + 1) * run : size;
    Index i = item * run;
    for (; i + side <= end; i += side)
      for (Index k = 0; k < side; ++k) sums[k] += term(i + k);
    for (; i < end; ++i) sums[0] += term(i);
    for (Index k = 0; k < side; ++k) local += sums[k];
  }, sum);
  return sum;
}

}  // namespace mollis::kernels

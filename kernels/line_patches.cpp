#include "kernels/line_patches.hpp"

#include <type_traits>

#include "kernels/lanes.hpp"

namespace mollis::kernels {
namespace {

using Eight [[maybe_unused]] = double __attribute__((vector_size(LinePatches::lanes * sizeof(double))));

/// One patch of one order on the host: four partial sums, so that multiply-adds need not wait for each other.
[[maybe_unused]] inline Eight sums(double const* weight, Index count, double const* values, Index stride) {
  constexpr Index n = LinePatches::lanes;
  Eight even{}, odd{}, third{}, fourth{};
  Index j = 0;
  for (; j + 4 <= count; j += 4, weight += 4 * n, values += 4 * stride) {
    even += load<Eight>(weight) * values[0];
    odd += load<Eight>(weight + n) * values[stride];
    third += load<Eight>(weight + 2 * n) * values[2 * stride];
    fourth += load<Eight>(weight + 3 * n) * values[3 * stride];
  }
  for (; j < count; ++j, weight += n, values += stride) even += load<Eight>(weight) * *values;
  return (even + odd) + (third + fourth);
}

}  // namespace

void patch(LinePatches const& patches, Index from, Index to, Index base, int order, ConstLines const& in, Lines const& out) {
  LinePatches const p = patches;
  constexpr int lanes_in_all = LinePatches::lanes;
  Kokkos::parallel_for(
      "mollis::patch", Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(from, to), KOKKOS_LAMBDA(Index n) {
        Index const block = p.block(n), count = p.count(block), o = p.outer(n) - base, stride = in.axis_stride;
        double const* weight = p.weights.data() + p.offset(block) + order * count * lanes_in_all;
        double const* const values = in.data + o * in.outer_stride + p.first(n) * stride + p.column(n);
        double* const to_line = out.data + o * out.outer_stride + p.at(n) * out.axis_stride + p.column(n);
        int const size = static_cast<int>(p.size(n));
        double sum[lanes_in_all] = {};
        if constexpr (std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>) {
          store(sum, sums(weight, count, values, stride));
        } else {
          for (Index j = 0; j < count; ++j, weight += lanes_in_all)
            for (int l = 0; l < lanes_in_all; ++l) sum[l] += weight[l] * values[j * stride];
        }
        for (int l = 0; l < size; ++l) to_line[l * out.axis_stride] = sum[l];
      });
}

}  // namespace mollis::kernels

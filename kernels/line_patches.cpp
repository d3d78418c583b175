#include "kernels/line_patches.hpp"

namespace mollis::kernels {

void patch(LinePatches const& patches, Index from, Index to, Index base, int order, ConstLines const& in, Lines const& out) {
  LinePatches const p = patches;
  constexpr int lanes = LinePatches::lanes;
  Kokkos::parallel_for(
      "mollis::patch", Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(from, to), KOKKOS_LAMBDA(Index n) {
        Index const block = p.block(n), count = p.count(block), o = p.outer(n) - base, stride = in.axis_stride;
        double const* weight = p.weights.data() + p.offset(block) + order * count * lanes;
        double const* const values = in.data + o * in.outer_stride + p.first(n) * stride + p.column(n);
        double sum[lanes] = {};
        for (Index j = 0; j < count; ++j, weight += lanes) {
          double const value = values[j * stride];
          for (int l = 0; l < lanes; ++l) sum[l] += weight[l] * value;
        }
        double* const to_line = out.data + o * out.outer_stride + p.at(n) * out.axis_stride + p.column(n);
        int const size = static_cast<int>(p.size(n));
        for (int l = 0; l < size; ++l) to_line[l * out.axis_stride] = sum[l];
      });
}

}  // namespace mollis::kernels

#pragma once
/// Products of small dense matrices at the rate of the arithmetic unit: sums stay in registers. Host code.
#include <algorithm>

#include "kernels/index.hpp"
#include "kernels/lanes.hpp"

namespace mollis::spectral {

/// A matrix in memory: entry (i, j) at data[i row + j step].
struct Entries {
  double const* data;
  Index row, step;
};

template <int rows, int packs>
void add_block(Index points, Entries a, double const* b, Index b_row, double* to, Index to_row) {
  using kernels::Pack;
  Pack sums[rows][packs] = {};
  for (Index j = 0; j < points; ++j, b += b_row) {
    Pack in[packs];
    kernels::repeat<packs>([&](auto p) { in[p] = kernels::load<Pack>(b + p * kernels::lanes); });
    kernels::repeat<rows>([&](auto r) {
      Pack const weight = kernels::broadcast<Pack>(a.data[r * a.row + j * a.step]);
      kernels::repeat<packs>([&](auto p) { sums[r][p] += weight * in[p]; });
    });
  }
  kernels::repeat<rows>([&](auto r) {
    kernels::repeat<packs>([&](auto p) { kernels::store(to + r * to_row + p * kernels::lanes, sums[r][p]); });
  });
}

/// to(i, c) = sum_j a(i, j) b(j, c) for i < rows, c < columns (a multiple of the lanes of a pack), j < points; rows of `b` and `to`
/// are `b_row` and `to_row` apart. Every entry is summed in the order of j, wherever it stands.
inline void dense_product(Index rows, Index columns, Index points, Entries a, double const* b, Index b_row, double* to, Index to_row) {
  constexpr int tall = kernels::registers >= 32 ? 4 : 2, wide = 4;
  constexpr Index lanes = kernels::lanes;
  auto const strip = [&](auto packs, Index c) {
    Index i = 0;
    for (; i + tall <= rows; i += tall)
      add_block<tall, packs>(points, {a.data + i * a.row, a.row, a.step}, b + c, b_row, to + i * to_row + c, to_row);
    for (; i < rows; ++i) add_block<1, packs>(points, {a.data + i * a.row, a.row, a.step}, b + c, b_row, to + i * to_row + c, to_row);
  };
  Index c = 0;
  for (; c + wide * lanes <= columns; c += wide * lanes) strip(std::integral_constant<int, wide>(), c);
  for (; c < columns; c += lanes) strip(std::integral_constant<int, 1>(), c);
}

}  // namespace mollis::spectral

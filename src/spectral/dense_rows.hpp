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
/// to(r, c) = sum_j a(r, j) b(j, c) for `rows` rows and `packs` packs of columns, j < points.
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

/// Rows and packs of a block: as many sums as hide the latency of multiply-adds and leave registers for what they are made of. (Four rows by
/// four packs of 32 registers reach half the rate of six: the compiler then gathers the four weights.)
constexpr int tall = kernels::registers >= 32 ? 6 : 4, wide = kernels::registers >= 32 ? 4 : 3;

/// All rows of some packs, in blocks of `height` and what is left in lower ones.
template <int height, int packs>
void add_strip(Index rows, Index points, Entries a, double const* b, Index b_row, double* to, Index to_row) {
  Index i = 0;
  for (; i + height <= rows; i += height) add_block<height, packs>(points, {a.data + i * a.row, a.row, a.step}, b, b_row, to + i * to_row, to_row);
  if constexpr (height > 1) add_strip<height / 2, packs>(rows - i, points, {a.data + i * a.row, a.row, a.step}, b, b_row, to + i * to_row, to_row);
}

/// to(i, c) = sum_j a(i, j) b(j, c) for i < rows, c < columns (a multiple of the lanes of a pack), j < points; rows of `b` and `to`
/// are `b_row` and `to_row` apart. Every entry is summed in the order of j, wherever it stands.
inline void dense_product(Index rows, Index columns, Index points, Entries a, double const* b, Index b_row, double* to, Index to_row) {
  constexpr Index lanes = kernels::lanes;
  Index c = 0;
  for (; c + wide * lanes <= columns; c += wide * lanes) add_strip<tall, wide>(rows, points, a, b + c, b_row, to + c, to_row);
  for (; c < columns; c += lanes) add_strip<tall, 1>(rows, points, a, b + c, b_row, to + c, to_row);
}

}  // namespace mollis::spectral

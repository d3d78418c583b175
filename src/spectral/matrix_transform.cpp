#include "spectral/matrix_transform.hpp"

#include <algorithm>

#include "kernels/lanes.hpp"

namespace mollis::spectral {
namespace {

using kernels::Pack;

constexpr int packs = 4, rows = kernels::registers >= 32 ? 4 : 2;  ///< of a product kept in registers
constexpr Index width = packs * kernels::lanes;                    ///< lines side by side

/// to[k][*] = sum_j matrix[j][k] from[j][*] for `count` rows k, up to `rows` of them.
template <int count>
void product(double const* matrix, Index points, double const* from, double* to) {
  Pack sums[count][packs] = {};
  for (Index j = 0; j < points; ++j, matrix += points, from += width) {
    Pack in[packs];
    kernels::repeat<packs>([&](auto p) { in[p] = kernels::load<Pack>(from + p * kernels::lanes); });
    kernels::repeat<count>([&](auto k) {
      Pack const weight = kernels::broadcast<Pack>(matrix[k]);
      kernels::repeat<packs>([&](auto p) { sums[k][p] += weight * in[p]; });
    });
  }
  kernels::repeat<count>([&](auto k) {
    kernels::repeat<packs>([&](auto p) { kernels::store(to + k * width + p * kernels::lanes, sums[k][p]); });
  });
}

class MatrixTransform final : public LineTransform {
 public:
  MatrixTransform(Modes modes, Index outer, Index points, Index inner)
      : modes_(std::move(modes)), transposed_(modes_->size()), outer_(outer), points_(points), inner_(inner) {
    for (Index j = 0; j < points; ++j)
      for (Index k = 0; k < points; ++k)
        transposed_[static_cast<std::size_t>(k * points + j)] = (*modes_)[static_cast<std::size_t>(j * points + k)];
  }
  void forward(double* data) const override { apply(modes_->data(), data); }
  void backward(double* data) const override { apply(transposed_.data(), data); }

 private:
  /// Tiles of `width` lines, which need not be neighbours: line l starts at (l / inner) points inner + l % inner.
  void apply(double const* matrix, double* data) const {
    Index const lines = outer_ * inner_, tiles = (lines + width - 1) / width, points = points_, inner = inner_;
    using Host = Kokkos::DefaultHostExecutionSpace;
    Kokkos::parallel_for("mollis::matrix_transform", Kokkos::RangePolicy<Host, Kokkos::IndexType<Index>>(0, tiles), [=](Index tile) {
      thread_local std::vector<double> workspace;
      workspace.resize(static_cast<std::size_t>(2 * points * width));
      double *const in = workspace.data(), *const out = in + points * width;
      Index const first = tile * width, count = std::min(width, lines - first);
      double* line[width];
      for (Index l = 0; l < count; ++l) line[l] = data + (first + l) / inner * points * inner + (first + l) % inner;
      if (count < width) std::fill_n(in, points * width, 0.0);
      for (Index j = 0; j < points; ++j)
        for (Index l = 0; l < count; ++l) in[j * width + l] = line[l][j * inner];
      Index k = 0;
      for (; k + rows <= points; k += rows) product<rows>(matrix + k, points, in, out + k * width);
      for (; k < points; ++k) product<1>(matrix + k, points, in, out + k * width);
      for (Index j = 0; j < points; ++j)
        for (Index l = 0; l < count; ++l) line[l][j * inner] = out[j * width + l];
    });
  }

  Modes modes_;
  std::vector<double> transposed_;
  Index outer_, points_, inner_;
};

}  // namespace

std::unique_ptr<LineTransform> make_matrix_transform(Modes modes, Index outer, Index points, Index inner) {
  return std::make_unique<MatrixTransform>(std::move(modes), outer, points, inner);
}

}  // namespace mollis::spectral

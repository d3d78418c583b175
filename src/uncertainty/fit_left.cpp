#include "uncertainty/fit_left.hpp"

#include <cmath>

#include "kernels/pointwise.hpp"
#include "mollifier/spline_taps.hpp"
#include "uncertainty/blocks.hpp"

namespace mollis::uncertainty {
namespace {

constexpr Index blocks_an_axis = 8;

/// Sums over the blocks of the whole grid.
class Blocks {
 public:
  explicit Blocks(grid::Grid const& grid) : grid_(grid) {
    sums_.assign(static_cast<std::size_t>(count_blocks(grid, blocks_an_axis)), 0.0);
    rows_ = sums_;
  }

  /// `points`: where the rows are, if not at the points of the grid.
  void add(Field const& left, Field const& weight, observations::Points const* points) {
    auto const e = on_host(left), w = on_host(weight);
    for (std::size_t i = 0; i < e.extent(0); ++i) {
      if (!(w(i) > 0.0)) continue;
      auto const block = points == nullptr ? block_of(grid_, static_cast<Index>(i), blocks_an_axis) : block_around(*points, i);
      double const scaled = std::sqrt(w(i)) * e(i);
      square_ += scaled * scaled;
      sums_[block] += scaled;
      rows_[block] += 1.0;
    }
  }

  /// Mean square of rows and of block sums over sqrt(rows). Collective.
  FitLeft finish() {
    MPI_Comm const comm = grid_.comm();
    MPI_Allreduce(MPI_IN_PLACE, &square_, 1, MPI_DOUBLE, MPI_SUM, comm);
    MPI_Allreduce(MPI_IN_PLACE, sums_.data(), static_cast<int>(sums_.size()), MPI_DOUBLE, MPI_SUM, comm);
    MPI_Allreduce(MPI_IN_PLACE, rows_.data(), static_cast<int>(rows_.size()), MPI_DOUBLE, MPI_SUM, comm);
    double rows = 0.0, coarse = 0.0, used = 0.0;
    for (std::size_t b = 0; b < sums_.size(); ++b) {
      if (rows_[b] == 0.0) continue;
      rows += rows_[b];
      used += 1.0;
      coarse += sums_[b] * sums_[b] / rows_[b];
    }
    return {square_ / std::max(rows, 1.0), coarse / std::max(used, 1.0), rows, std::max(used, 1.0)};
  }

 private:
  std::size_t block_around(observations::Points const& points, std::size_t i) const {
    Index block = 0;
    for (int a = 0; a < grid_.dimension(); ++a) {
      auto const& axis = grid_.axis(a);
      Index const n = axis.size(), blocks = std::min(blocks_an_axis, n);
      block = block * blocks + mollifier::cell_of(axis, points.coordinates[static_cast<std::size_t>(a)][i]) * blocks / n;
    }
    return static_cast<std::size_t>(block);
  }

  grid::Grid const& grid_;
  std::vector<double> sums_, rows_;
  double square_ = 0.0;
};

}  // namespace

FitLeft fit_left(problem::Problem const& problem, estimate::Rows const& left, estimate::Rows const& weights, bool of_data) {
  bool const data = !weights.data.empty();
  auto const& rows = data ? left.data : left.equation;
  auto const& w = data ? weights.data : weights.equation;
  FitLeft sum;
  double told = 0.0;
  for (std::size_t k = 0; k < rows.size(); ++k) told += data && problem.states[k].unobserved ? 0.0 : 1.0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (data && problem.states[k].unobserved) continue;
    Blocks blocks(problem.grid);
    blocks.add(rows[k], w[k], data ? problem.states[k].points.get() : nullptr);
    auto const one = blocks.finish();
    sum.square += one.square * (data && of_data ? problem.states[k].alike : 1.0) / told;
    sum.coarse = std::max(sum.coarse, one.coarse);
    sum.rows += one.rows;
    sum.blocks = one.blocks;
  }
  return sum;
}

std::vector<Field> difference(std::vector<Field> const& a, std::vector<Field> const& b) {
  std::vector<Field> out;
  for (std::size_t k = 0; k < a.size(); ++k) {
    out.push_back(make_field("difference", static_cast<Index>(a[k].extent(0))));
    Kokkos::deep_copy(out.back(), a[k]);
    kernels::add_scaled(-1.0, b[k], out.back());
  }
  return out;
}

std::vector<double> numbers_of(std::vector<FitLeft> const& fits) {
  std::vector<double> out;
  for (auto const& fit : fits) out.insert(out.end(), {fit.square, fit.coarse, fit.rows, fit.blocks});
  return out;
}

std::vector<FitLeft> fits_of(std::vector<double> const& numbers) {
  std::vector<FitLeft> out;
  for (std::size_t n = 0; n + 3 < numbers.size(); n += 4) out.push_back({numbers[n], numbers[n + 1], numbers[n + 2], numbers[n + 3]});
  return out;
}

}  // namespace mollis::uncertainty

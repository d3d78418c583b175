#include "uncertainty/block_scores.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "uncertainty/blocks.hpp"

namespace mollis::uncertainty {
namespace {

constexpr double tolerance = 1e-6;
constexpr Index blocks_of_a_line = 16, blocks_an_axis = 8;

}  // namespace

BlockScores::BlockScores(problem::Problem const& problem, estimate::Estimate const& estimate, ConstantEntries const& constants,
                         Undetermined const& undetermined)
    : problem_(problem), estimate_(estimate), constants_(constants), undetermined_(undetermined) {}

bool BlockScores::prepare() {
  if (prepared_) return serves_;
  prepared_ = true;
  auto const size = constants_.positions.size();
  auto& linear = *estimate_.linear;
  if (linear.is_white() || size == 0 || size < problem_.space().unknowns().size()) return false;
  auto const weights = linear.weights();
  for (std::size_t i = 0; i < size; ++i) {
    auto const b = linear.make_vector(), x = linear.make_vector();
    linear.put_parameters(constants_.unit(i), b);
    if (undetermined_.any()) undetermined_.take_from_right_side(b);
    if (!linear.solve(b, x, tolerance).converged) return false;
    if (undetermined_.any()) undetermined_.take_from_solution(x);
    moved_by_.push_back(linear.jacobian(x));
    auto& rows = moved_by_.back().equation;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      auto const host = on_host(rows[k]), w = on_host(weights.equation[k]);
      auto const product = Kokkos::create_mirror_view(rows[k]);
      for (std::size_t n = 0; n < host.extent(0); ++n) product(n) = w(n) > 0.0 ? w(n) * host(n) : 0.0;
      Kokkos::deep_copy(rows[k], product);
    }
  }
  sums_.resize(size, 0.0);
  return serves_ = true;
}

std::vector<double> BlockScores::squares(std::vector<Field> const& left) const {
  Index const an_axis = problem_.grid.dimension() == 1 ? blocks_of_a_line : blocks_an_axis;
  auto const count = static_cast<std::size_t>(count_blocks(problem_.grid, an_axis));
  std::vector<double> out;
  for (auto const& moved_by : moved_by_) {
    std::vector<double> sums(2 * count, 0.0);  // of the blocks, and their rows
    for (std::size_t k = 0; k < left.size(); ++k) {
      auto const v = on_host(moved_by.equation[k]), r = on_host(left[k]);
      for (std::size_t i = 0; i < v.extent(0); ++i) {
        if (v(i) == 0.0) continue;
        auto const block = block_of(problem_.grid, static_cast<Index>(i), an_axis);
        sums[block] += v(i) * r(i);
        sums[count + block] += 1.0;
      }
    }
    MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
    double all = 0.0, rows = 0.0, square = 0.0;
    for (std::size_t b = 0; b < count; ++b) {
      all += sums[b];
      rows += sums[count + b];
    }
    for (std::size_t b = 0; b < count; ++b) square += std::pow(sums[b] - all * sums[count + b] / std::max(rows, 1.0), 2);
    out.push_back(square);
  }
  return out;
}

void BlockScores::add(std::vector<Field> const& left) {
  if (!prepare()) return;
  auto const found = squares(left);
  for (std::size_t p = 0; p < found.size(); ++p) sums_[p] += found[p];
  ++draws_;
}

std::vector<double> BlockScores::result() {
  std::vector<double> out(constants_.positions.size(), 1.0);
  if (draws_ == 0 || !prepare()) return out;
  auto const found = squares(estimate_.residuals);
  for (std::size_t p = 0; p < found.size(); ++p)
    if (sums_[p] > 0.0 && std::isfinite(found[p])) out[p] = std::max(1.0, std::sqrt(found[p] * draws_ / sums_[p]));
  return out;
}

void BlockScores::go_on(std::vector<double> sums, int draws) {
  if (sums.size() != constants_.positions.size()) return;
  sums_ = std::move(sums);
  draws_ = draws;
}

}  // namespace mollis::uncertainty

#include "uncertainty/noise_share.hpp"

#include <algorithm>

#include "kernels/pointwise.hpp"
#include "residual/noise_bias.hpp"

namespace mollis::uncertainty {

namespace {

constexpr double tolerance = 1e-3;

using Matrix = std::vector<std::vector<double>>;

Matrix square(std::vector<double> const& entries, std::size_t size, double scale) {
  Matrix out(size);
  for (std::size_t i = 0; i < size * size; ++i) out[i / size].push_back(scale * entries[i]);
  return out;
}

/// C M C.
Matrix between(Matrix const& c, Matrix const& m) {
  std::size_t const size = c.size();
  Matrix out(size, std::vector<double>(size, 0.0));
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      for (std::size_t k = 0; k < size; ++k)
        for (std::size_t l = 0; l < size; ++l) out[i][j] += c[i][k] * m[k][l] * c[l][j];
  return out;
}

}  // namespace

NoiseShare::NoiseShare(problem::Problem const& problem, estimate::Linearisation& linear, std::vector<std::size_t> unknowns)
    : problem_(problem), linear_(linear), unknowns_(std::move(unknowns)), noise_(unknowns_.size() * unknowns_.size(), 0.0), told_(noise_) {
  if (unknowns_.empty()) return;
  weights_ = linear_.weights();
  auto const nowhere = linear_.make_vector();
  slopes_ = linear_.slopes_at(nowhere, unknowns_);
}

void NoiseShare::add(Vec x, std::vector<double> const& covariance) {
  if (slopes_.empty()) return;
  auto moved = linear_.slopes_at(x, unknowns_);
  for (std::size_t c = 0; c < moved.size(); ++c)
    for (std::size_t k = 0; k < moved[c].equation.size(); ++k) kernels::add_scaled(-1.0, slopes_[c].equation[k], moved[c].equation[k]);
  auto const products = this->products(moved);
  for (std::size_t i = 0; i < products.size(); ++i) noise_[i] += products[i];
  ++draws_;
  if (!covariance.empty() && plain() > plain_enough && add_told(moved, products)) ++told_draws_;
}

/// Adds changes^T V changes; `weighted` are their products with W alone. Whether it could.
bool NoiseShare::add_told(std::vector<estimate::Rows> const& changes, std::vector<double> const& weighted) {
  std::size_t const size = changes.size();
  std::vector<petsc::Vector> pulls, moves;
  for (auto const& change : changes) {
    estimate::Rows rows;
    for (auto const& weight : weights_.data) rows.data.emplace_back("no rows", weight.extent(0));
    for (std::size_t k = 0; k < change.equation.size(); ++k) {
      rows.equation.emplace_back("rows", change.equation[k].extent(0));
      Kokkos::deep_copy(rows.equation.back(), change.equation[k]);
      kernels::apply_mask(weights_.equation[k], rows.equation.back());
      kernels::multiply(weights_.equation[k], rows.equation.back());
    }
    pulls.push_back(linear_.make_vector());
    moves.push_back(linear_.make_vector());
    linear_.jacobian_transposed(rows, pulls.back());
    petsc::check(VecSet(moves.back(), 0.0));
    if (!linear_.solve(pulls.back(), moves.back(), tolerance).converged) return false;
  }
  for (std::size_t i = 0; i < size * size; ++i) {
    PetscReal taken[2] = {0.0, 0.0};
    petsc::check(VecDot(pulls[i / size], moves[i % size], &taken[0]));
    petsc::check(VecDot(pulls[i % size], moves[i / size], &taken[1]));
    told_[i] += weighted[i] - 0.5 * (taken[0] + taken[1]);
  }
  return true;
}

std::vector<double> NoiseShare::products(std::vector<estimate::Rows> const& slopes) const {
  std::vector<double> sums;
  for (auto const& a : slopes)
    for (auto const& b : slopes) {
      sums.push_back(0.0);
      for (std::size_t k = 0; k < a.equation.size(); ++k) sums.back() += kernels::triple_product(weights_.equation[k], a.equation[k], b.equation[k]);
    }
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return sums;
}

double NoiseShare::plain() const {
  std::size_t const size = unknowns_.size();
  return residual::share_of(square(products(slopes_), size, 1.0), square(noise_, size, 1.0 / draws_));
}

double NoiseShare::result(std::vector<double> const& covariance) const {
  if (slopes_.empty() || draws_ == 0) return 0.0;
  double const share = plain();
  if (told_draws_ == 0 || share <= plain_enough) return share;
  auto const c = square(covariance, unknowns_.size(), 1.0);
  return std::min(share, residual::share_of(c, between(c, square(told_, unknowns_.size(), 1.0 / told_draws_))));
}

std::vector<double> NoiseShare::sums() const {
  auto all = noise_;
  all.insert(all.end(), told_.begin(), told_.end());
  all.push_back(told_draws_);
  return all;
}

void NoiseShare::go_on(std::vector<double> sums, int draws) {
  draws_ = draws;
  auto const size = static_cast<std::ptrdiff_t>(noise_.size());
  if (sums.size() != 2 * noise_.size() + 1) return;
  noise_.assign(sums.begin(), sums.begin() + size);
  told_.assign(sums.begin() + size, sums.end() - 1);
  told_draws_ = static_cast<int>(sums.back());
}

}  // namespace mollis::uncertainty

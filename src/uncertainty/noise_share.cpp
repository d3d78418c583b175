#include "uncertainty/noise_share.hpp"

#include "kernels/pointwise.hpp"
#include "residual/noise_bias.hpp"

namespace mollis::uncertainty {

NoiseShare::NoiseShare(problem::Problem const& problem, estimate::Linearisation& linear, std::vector<std::size_t> unknowns)
    : problem_(problem), linear_(linear), unknowns_(std::move(unknowns)), noise_(unknowns_.size() * unknowns_.size(), 0.0) {
  if (unknowns_.empty()) return;
  weights_ = linear_.weights();
  auto const nowhere = linear_.make_vector();
  slopes_ = linear_.slopes_at(nowhere, unknowns_);
}

void NoiseShare::add(Vec x) {
  if (slopes_.empty()) return;
  auto moved = linear_.slopes_at(x, unknowns_);
  for (std::size_t c = 0; c < moved.size(); ++c)
    for (std::size_t k = 0; k < moved[c].equation.size(); ++k) kernels::add_scaled(-1.0, slopes_[c].equation[k], moved[c].equation[k]);
  auto const products = this->products(moved);
  for (std::size_t i = 0; i < products.size(); ++i) noise_[i] += products[i];
  ++draws_;
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

double NoiseShare::result() const {
  if (slopes_.empty() || draws_ == 0) return 0.0;
  auto const all = products(slopes_);
  std::size_t const size = unknowns_.size();
  std::vector<std::vector<double>> plain(size), noise(size);
  for (std::size_t i = 0; i < all.size(); ++i) {
    plain[i / size].push_back(all[i]);
    noise[i / size].push_back(noise_[i] / draws_);
  }
  return residual::share_of(plain, noise);
}

void NoiseShare::go_on(std::vector<double> sums, int draws) {
  if (sums.size() == noise_.size()) noise_ = std::move(sums);
  draws_ = draws;
}

}  // namespace mollis::uncertainty

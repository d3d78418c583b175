// States that were not observed: what stands in for data.
#include <algorithm>
#include <cmath>

#include "estimators/joint/averages.hpp"
#include "estimators/joint/local_values.hpp"
#include "estimators/joint/objective.hpp"

namespace mollis::joint {
namespace {

constexpr double pi = 3.141592653589793;

/// What half a wave over the domain gains by derivatives.
double gain_of(grid::Grid const& grid, mollifier::MultiIndex const& order) {
  double gain = 1.0;
  for (int a = 0; a < grid.dimension(); ++a)
    gain *=
        std::pow((grid.axis(a).periodic ? 2.0 * pi : pi) / grid.axis(a).extent(), order[static_cast<std::size_t>(a)]);
  return gain;
}

}  // namespace

void Objective::set_sizes(std::vector<double> const& sizes) {
  sizes_ = sizes;
  at_.reset();
  auto const points = static_cast<double>(problem_.grid.points());
  for (std::size_t s = 0; s < states_.size(); ++s) {
    if (!problem_.states[s].unobserved) continue;
    auto& state = states_[s];
    state.information = 1.0 / (points * sizes[s] * sizes[s]);
    std::fill(state.scales.begin(), state.scales.end(), points);
    std::fill(state.prior.begin(), state.prior.end(), points * state.information);
    Field const weight = make_field("weight", state.observe->rows());
    Kokkos::deep_copy(weight, state.information);
    if (problem_.states[s].known.extent(0) > 0)
      kernels::add_scaled(wall_weight / std::pow(problem_.states[s].sigma, 2), problem_.states[s].known, weight);
    state.precision = state.weight = weight;
  }
}

std::vector<double> Objective::expected_sizes() const {
  auto sizes = sizes_;
  auto const& system = problem_.system();
  auto const mean_square = [&](Field const& field) {
    return sum_over(problem_.grid.comm(), kernels::triple_product(mask_, field, field)) /
           static_cast<double>(problem_.grid.points());
  };
  for (std::size_t s = 0; s < states_.size(); ++s) {
    if (!problem_.states[s].unobserved || problem_.states[s].size > 0.0) continue;
    double size = 0.0;
    for (std::size_t k = 0; k < residuals_.size(); ++k) {
      double gain = 0.0;
      for (auto const& term : terms_of(system))
        if (term.residual == static_cast<int>(k) && term.state == static_cast<int>(s))
          gain = std::max(gain, std::sqrt(mean_square(linear_.state[static_cast<std::size_t>(term.partial)])) *
                                    gain_of(problem_.grid, term.order));
      if (gain > 0.0) size = std::max(size, std::sqrt(mean_square(residuals_[k])) / gain);
    }
    if (size > 0.0 && std::isfinite(size)) sizes[s] = size;
  }
  return sizes;
}

}  // namespace mollis::joint

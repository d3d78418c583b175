// Losses other than squares: iteratively reweighted least squares.
#include <algorithm>
#include <cmath>

#include "estimate/rounding.hpp"
#include "estimators/joint/local_values.hpp"
#include "estimators/joint/objective.hpp"
#include "observations/loss.hpp"

namespace mollis::joint {
namespace {

using observations::Loss;

/// (H S g - d) / sigma of every datum; 0 in gaps.
std::vector<double> deviations(Field const& misfit, Field const& precision) {
  auto const left = on_host(misfit), p = on_host(precision);
  std::vector<double> r;
  for (std::size_t i = 0; i < p.extent(0); ++i) r.push_back(p(i) > 0.0 ? std::sqrt(p(i)) * left(i) : 0.0);
  return r;
}

/// Whether a datum may be set aside: known values of walls may not.
bool is_open(HostField const& precision, HostField const& known, std::size_t i) {
  return precision(i) > 0.0 && (known.extent(0) == 0 || known(i) == 0.0);
}

}  // namespace

double Objective::cost(State const& state) const {
  Field const left = misfit(state);
  auto const& observed = problem_.states[static_cast<std::size_t>(&state - states_.data())];
  if (observed.loss == Loss::gaussian)
    return sum_over(problem_.grid.comm(), kernels::triple_product(state.weight, left, left));
  auto const r = deviations(left, state.precision);
  auto const precision = on_host(state.precision), known = on_host(observed.known);
  double sum = 0.0;
  for (std::size_t i = 0; i < r.size(); ++i)
    sum += is_open(precision, known, i)
               ? std::pow(state.spread, 2) * observations::cost_of(observed.loss, r[i] / state.spread)
               : r[i] * r[i];
  return sum_over(problem_.grid.comm(), sum);
}

Parts const& Objective::reweigh() {
  MPI_Comm const comm = problem_.grid.comm();
  bool any = false;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto& state = states_[s];
    auto const& observed = problem_.states[s];
    if (observed.loss == Loss::gaussian) continue;
    any = true;
    auto const r = deviations(misfit(state), state.precision);
    auto const precision = on_host(state.precision), known = on_host(observed.known);
    std::vector<double> sizes;
    for (std::size_t i = 0; i < r.size(); ++i)
      if (is_open(precision, known, i)) sizes.push_back(std::abs(r[i]));
    state.spread = std::max(1.0, estimate::rounded_weight(observations::robust_deviation(comm, sizes)));
    state.weight = make_field("weight", static_cast<Index>(r.size()));
    auto const weight = Kokkos::create_mirror_view(state.weight);
    for (std::size_t i = 0; i < r.size(); ++i)
      weight(i) = precision(i) *
                  (is_open(precision, known, i) ? observations::weight_of(observed.loss, r[i] / state.spread) : 1.0);
    Kokkos::deep_copy(state.weight, weight);
  }
  double const prior = parts_.prior;
  if (any) add_misfits();
  parts_.prior = prior;
  return parts_;
}

/// misfit and cost of what was observed; what stands in for data of other states is added to the prior.
void Objective::add_misfits() {
  MPI_Comm const comm = problem_.grid.comm();
  parts_.misfit = parts_.cost = 0.0;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto const& state = states_[s];
    Field const left = misfit(state);
    double const square = sum_over(comm, kernels::triple_product(state.weight, left, left));
    if (problem_.states[s].unobserved) {
      parts_.prior += square;
    } else {
      parts_.misfit += square;
      parts_.cost += cost(state);
    }
  }
}

Field Objective::trust(std::size_t s) const {
  auto const& state = states_[s];
  if (problem_.states[s].loss == Loss::gaussian) return {};
  auto const weight = on_host(state.weight), precision = on_host(state.precision);
  Field const trust = make_field("trust", static_cast<Index>(weight.extent(0)));
  auto const host = Kokkos::create_mirror_view(trust);
  for (std::size_t i = 0; i < weight.extent(0); ++i) host(i) = precision(i) > 0.0 ? weight(i) / precision(i) : 0.0;
  Kokkos::deep_copy(trust, host);
  return trust;
}

double Objective::counted(std::size_t state) const {
  double count = 0.0;
  auto const weight = on_host(states_[state].weight), precision = on_host(states_[state].precision);
  for (std::size_t i = 0; i < weight.extent(0) && !problem_.states[state].unobserved; ++i)
    if (precision(i) > 0.0) count += weight(i) / precision(i);
  return sum_over(problem_.grid.comm(), count);
}

double Objective::counted() const {
  double count = 0.0;
  for (std::size_t s = 0; s < states_.size(); ++s) count += counted(s);
  return count;
}

}  // namespace mollis::joint

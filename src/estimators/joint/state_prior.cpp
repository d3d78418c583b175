// What is believed of the states at open ends, as a part of the objective.
#include "estimators/joint/local_values.hpp"
#include "estimators/joint/objective.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {

/// pulled := tau L g of every state; the sum of tau <g, L g>.
double Objective::move_prior_to(Vec x) {
  parts_.of_states.assign(states_.size(), 0.0);
  if (roughness_.empty()) return 0.0;
  petsc::Reading const entries(x);
  double sum = 0.0;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto const& state = states_[s];
    auto const g = entries.piece(layout_.state[s], layout_.state_size);
    Kokkos::deep_copy(state.pulled, 0.0);
    roughness_.gradient_add(state.prior, g, state.pulled);
    parts_.of_states[s] = sum_over(problem_.grid.comm(), kernels::dot(g, state.pulled));
    sum += parts_.of_states[s];
  }
  return sum;
}

void Objective::set_prior_shares(std::vector<double> const& shares) {
  for (std::size_t s = 0; s < states_.size(); ++s)
    for (auto* of : {&states_[s].scales, &states_[s].prior})
      for (double& value : *of) value *= shares[s] / prior_shares_[s];
  prior_shares_ = shares;
  at_.reset();
}

void Objective::add_prior(Vec v, Vec out) {
  if (roughness_.empty()) return;
  petsc::Reading const from(v);
  petsc::Writing to(out);
  for (std::size_t s = 0; s < states_.size(); ++s)
    roughness_.apply_add(states_[s].prior, from.piece(layout_.state[s], layout_.state_size),
                         to.piece(layout_.state[s], layout_.state_size));
}

}  // namespace mollis::joint

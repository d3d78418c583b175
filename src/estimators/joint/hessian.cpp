// The joint objective's gradient and Gauss-Newton matrix: jets forwards, weights at the points, jets transposed.
#include <stdexcept>

#include "estimators/joint/objective.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {

using petsc::check;

/// The work arrays that hold sums.
std::vector<Field> Objective::summed(State const& state) {
  return {state.work.begin(), state.work.begin() + static_cast<std::ptrdiff_t>(state.leads.size())};
}

std::vector<Field> Objective::apply_states(Vec v, std::vector<Field> const& sums) {
  petsc::Reading const entries(v);
  std::vector<Field> rows;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto& state = states_[s];
    auto const coefficients = entries.piece(layout_.state[s], layout_.state_size);
    state.sums->apply(coefficients, summed(state));
    for (std::size_t k = 0; k < sums.size(); ++k) kernels::add_weighted_jets(terms(state, static_cast<int>(k)), sums[k]);
    rows.push_back(observe(state, coefficients));
  }
  return rows;
}

void Objective::put_states_transposed(std::vector<Field> const& rows, std::vector<Field> const& sums, Vec out) {
  check(VecSet(out, 0.0));
  petsc::Writing entries(out);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto& state = states_[s];
    auto const piece = entries.piece(layout_.state[s], layout_.state_size);
    if (rows.empty())
      Kokkos::deep_copy(state.work[0], 0.0);
    else
      put_rows_transposed(state, rows[s], piece);
    auto const work = summed(state);
    std::vector<bool> written(work.size(), false);
    written[0] = true;
    for (std::size_t k = 0; k < sums.size(); ++k) {
      std::vector<kernels::WeightedJet> first, again;
      for (auto const& term : terms(state, static_cast<int>(k)))
        for (std::size_t j = 0; j < work.size(); ++j) {
          if (work[j].data() != term.jet.data()) continue;
          (written[j] ? again : first).push_back(term);
          written[j] = true;
        }
      kernels::spread_over_jets(first, sums[k], false);
      kernels::spread_over_jets(again, sums[k], true);
    }
    for (std::size_t j = 1; j < work.size(); ++j)
      if (!written[j]) Kokkos::deep_copy(work[j], 0.0);
    state.sums->apply_transpose_add(work, piece);
  }
}

std::vector<Field> Objective::parameters_of(Vec x) const {
  return problem_.space().scatter(x, layout_.parameters);
}

void Objective::put_parameters_transposed(std::vector<Field> const& sums, Vec out) const {
  std::vector<Field> const everywhere(sums.size(), mask_);
  problem_.space().gather(model_.jacobian_transposed(linear_.parameter, everywhere, sums), out, layout_.parameters);
}

void Objective::add_smooth(std::vector<Field> const& smooth, Vec out) const {
  petsc::Writing entries(out);
  for (std::size_t p = 0; p < smooth.size(); ++p) {
    auto const& unknown = problem_.space().unknowns()[p];
    if (!unknown.owner) continue;
    kernels::add_scaled(weights_.smoothness[p], smooth[p], entries.piece(layout_.parameters + unknown.offset, unknown.grid.local_size()));
  }
}

void Objective::gradient(Vec out) {
  if (down_) throw std::logic_error("joint objective: no gradient of a point that has been set down");
  linearise();
  jets_stand_ = false;
  std::vector<Field> rows, weighted;
  for (auto const& state : states_) {
    rows.push_back(misfit(state));
    kernels::multiply(state.weight, rows.back());
  }
  for (std::size_t k = 0; k < residuals_.size(); ++k) {
    weighted.push_back(zeros());
    kernels::add_scaled(weights_.equation[k], residuals_[k], weighted[k]);
  }
  put_states_transposed(rows, weighted, out);
  if (!roughness_.empty()) {
    petsc::Writing entries(out);
    for (std::size_t s = 0; s < states_.size(); ++s)
      kernels::add_scaled(1.0, states_[s].pulled, entries.piece(layout_.state[s], layout_.state_size));
  }
  if (held_) return;
  put_parameters_transposed(weighted, out);
  add_smooth(smooth_, out);
}

void Objective::apply_hessian(Vec v, Vec out) { apply(v, out, true, true); }
void Objective::couple_to_parameters(Vec v, Vec out) { apply(v, out, true, false); }
void Objective::couple_to_states(Vec v, Vec out) { apply(v, out, false, true); }

/// out := sum_k w_k (dR_k)^T M (dR_k) v and, of states from states and of the whole from the whole, what is on the diagonal.
void Objective::apply(Vec v, Vec out, bool from_states, bool to_states) {
  bool const whole = from_states && to_states;
  jets_stand_ = false;
  std::vector<Field> sums;
  if (held_)
    for (std::size_t k = 0; k < weights_.equation.size(); ++k) sums.push_back(zeros());
  else
    sums = model_.jacobian(linear_.parameter, parameters_of(v));
  {
    std::vector<Field> rows;
    if (from_states) rows = apply_states(v, sums);
    for (std::size_t k = 0; k < sums.size(); ++k) kernels::scale(weights_.equation[k], sums[k]);
    if (to_states) {
      for (std::size_t s = 0; s < rows.size(); ++s) kernels::multiply(states_[s].weight, rows[s]);
      put_states_transposed(rows, sums, out);
    } else {
      check(VecSet(out, 0.0));
    }
  }
  if (whole) add_prior(v, out);
  if (held_) return;
  put_parameters_transposed(sums, out);
  sums.clear();
  if (whole) add_smooth(smoothness_.apply(parameters_of(v)), out);
}

}  // namespace mollis::joint

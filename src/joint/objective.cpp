#include "joint/objective.hpp"

#include <algorithm>
#include <stdexcept>

#include "petsc/access.hpp"

namespace mollis::joint {
namespace {

using equation::Feature;
using petsc::check;

Field filled(Index size, double value) {
  Field field = make_field("filled", size);
  Kokkos::deep_copy(field, value);
  return field;
}

inverse::FeatureBank known_features(inverse::Problem const& problem) {
  inverse::FeatureBank bank(problem.grid, problem.system);
  for (std::size_t f = 0; f < problem.system.features.size(); ++f) {
    auto const& feature = problem.system.features[f];
    if (feature.kind != Feature::Kind::field) continue;
    auto const& known = problem.fields[static_cast<std::size_t>(feature.index)];
    bank.set(static_cast<int>(f), {known.derivative(feature.order), inverse::strides_over(problem.grid, known.axes())});
  }
  return bank;
}

/// 1 where every known field is finite.
Field known_mask(inverse::Problem const& problem, inverse::FeatureBank const& bank) {
  Field const mask = filled(bank.size(), 1.0);
  for (std::size_t f = 0; f < problem.system.features.size(); ++f) {
    if (problem.system.features[f].kind != Feature::Kind::field) continue;
    auto const& known = bank.at(static_cast<int>(f));
    Field const spread("known field", static_cast<std::size_t>(bank.size()));
    kernels::add_broadcast_product(filled(bank.size(), 1.0), known.values, known.stride, bank.extents(), spread);
    kernels::clear_where_not_finite(spread, mask);
  }
  return mask;
}

/// Observed share over the variance of the noise.
double information(observations::State const& observed, grid::Grid const& grid) {
  return (1.0 - static_cast<double>(observed.gaps) / static_cast<double>(grid.points())) / (observed.sigma * observed.sigma);
}

double sum_over(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

}  // namespace

double Parts::value(Weights const& weights) const {
  double sum = misfit + prior;
  for (std::size_t k = 0; k < residual.size(); ++k) sum += weights.equation[k] * residual[k];
  for (std::size_t p = 0; p < roughness.size(); ++p) sum += weights.smoothness[p] * roughness[p];
  return 0.5 * sum;
}

Objective::Objective(inverse::Problem const& problem, Lattice const& lattice)
    : problem_(problem), lattice_(lattice), roughness_(lattice_), extents_(problem.grid.owned().extents()),
      extents_product_(problem.grid.local_size()), mask_(known_mask(problem, known_features(problem))),
      model_(problem.space, problem.system, known_features(problem), {}, mask_), smoothness_(problem.space) {
  layout_.state_size = lattice.extended().local_size();
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    states_.push_back(make_state(s));
    layout_.state.push_back(static_cast<Index>(s) * layout_.state_size);
  }
  layout_.parameters = static_cast<Index>(states_.size()) * layout_.state_size;
  layout_.size = layout_.parameters + problem.space.local_size();
  weights_.equation.assign(static_cast<std::size_t>(problem.system.residuals), 1.0);
  weights_.smoothness.assign(problem.space.unknowns().size(), 0.0);
}

Objective::State Objective::make_state(std::size_t s) const {
  State state;
  state.features = {-1};
  std::vector<mollifier::MultiIndex> set{mollifier::MultiIndex{}};
  auto const& features = problem_.system.features;
  for (std::size_t f = 0; f < features.size(); ++f) {
    if (features[f].kind != Feature::Kind::state || features[f].index != static_cast<int>(s)) continue;
    if (features[f].order == set.front()) {
      state.features.front() = static_cast<int>(f);
      continue;
    }
    state.features.push_back(static_cast<int>(f));
    set.push_back(features[f].order);
  }
  state.jets = std::make_unique<mollifier::Jets>(lattice_.jets(set));
  for (std::size_t k = 0; k < set.size(); ++k) state.work.emplace_back("jet", static_cast<std::size_t>(layout_.state_size));
  state.mollified = zeros();
  auto const& observed = problem_.states[s];
  state.weight = filled(extents_product_, 1.0 / (observed.sigma * observed.sigma));
  kernels::clear_where_not_finite(observed.data, state.weight);
  if (observed.known.extent(0) > 0)
    kernels::add_scaled((wall_weight - 1.0) / (observed.sigma * observed.sigma), observed.known, state.weight);
  state.data = zeros();
  Kokkos::deep_copy(state.data, observed.data);
  kernels::apply_mask(state.weight, state.data);
  state.prior = information(observed, problem_.grid);
  if (!roughness_.empty()) state.pulled = make_field("pulled", layout_.state_size);
  return state;
}

petsc::Vector Objective::make_vector() const {
  auto vector = petsc::make_vector(problem_.grid.comm(), layout_.size);
  check(VecSet(vector, 0.0));
  return vector;
}

void Objective::take_parameters(Vec x, Vec parameters) const {
  petsc::Reading const from(x);
  petsc::Writing to(parameters);
  Index const size = problem_.space.local_size();
  Kokkos::deep_copy(to.piece(0, size), from.piece(layout_.parameters, size));
}

void Objective::put_parameters(Vec parameters, Vec x) const {
  petsc::Reading const from(parameters);
  petsc::Writing to(x);
  Index const size = problem_.space.local_size();
  Kokkos::deep_copy(to.piece(layout_.parameters, size), from.piece(0, size));
}

/// Hands the jets to the residuals: the state itself as a copy, its derivatives where they stand in the work arrays.
void Objective::set_features() {
  auto const& window = lattice_.window();
  Index end = window.start;
  for (std::size_t a = 0; a < extents_.size(); ++a) end += (extents_[a] - 1) * window.stride[a];
  for (auto const& state : states_) {
    kernels::copy_box(state.work[0], window, state.mollified, dense(), extents_);
    if (state.features[0] >= 0) model_.set_feature(state.features[0], {state.mollified, dense().stride});
    for (std::size_t k = 1; k < state.work.size() && extents_product_ > 0; ++k)
      model_.set_feature(state.features[k], {Kokkos::subview(state.work[k], std::make_pair(window.start, end + 1)), window.stride});
  }
}

Field Objective::state(int s) const {
  Field const copy = make_field("state", extents_product_);
  Kokkos::deep_copy(copy, states_[static_cast<std::size_t>(s)].mollified);
  return copy;
}

Field Objective::misfit(State const& state) const {
  Field const difference = make_field("misfit", extents_product_);
  Kokkos::deep_copy(difference, state.mollified);
  kernels::add_scaled(-1.0, state.data, difference);
  return difference;
}

Parts const& Objective::move_to(Vec x) {
  MPI_Comm const comm = problem_.grid.comm();
  {
    petsc::Reading const entries(x);
    for (std::size_t s = 0; s < states_.size(); ++s)
      states_[s].jets->apply(entries.piece(layout_.state[s], layout_.state_size), states_[s].work);
  }
  jets_stand_ = true;
  linearised_ = false;
  set_features();
  auto const parameters = parameters_of(x);
  model_.move_to(parameters);
  residuals_.clear();
  residuals_ = model_.residuals();
  smooth_.clear();
  smooth_ = smoothness_.apply(parameters);

  parts_ = {};
  for (auto const& state : states_) {
    Field const difference = misfit(state);
    parts_.misfit += sum_over(comm, kernels::triple_product(state.weight, difference, difference));
  }
  parts_.prior = move_prior_to(x);
  for (auto const& r : residuals_) parts_.residual.push_back(sum_over(comm, kernels::dot(r, r)));
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    bool const counts = problem_.space.unknowns()[p].owner;
    parts_.roughness.push_back(sum_over(comm, counts ? kernels::dot(parameters[p], smooth_[p]) : 0.0));
  }
  return parts_;
}

/// pulled := tau L g of every state; the sum of tau <g, L g>.
double Objective::move_prior_to(Vec x) {
  if (roughness_.empty()) return 0.0;
  petsc::Reading const entries(x);
  double sum = 0.0;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto const& state = states_[s];
    auto const g = entries.piece(layout_.state[s], layout_.state_size);
    Kokkos::deep_copy(state.pulled, 0.0);
    roughness_.apply_add(state.prior, g, state.pulled);
    sum += sum_over(problem_.grid.comm(), kernels::dot(g, state.pulled));
  }
  return sum;
}

void Objective::add_prior(Vec v, Vec out) {
  if (roughness_.empty()) return;
  petsc::Reading const from(v);
  petsc::Writing to(out);
  for (std::size_t s = 0; s < states_.size(); ++s)
    roughness_.apply_add(states_[s].prior, from.piece(layout_.state[s], layout_.state_size),
                         to.piece(layout_.state[s], layout_.state_size));
}

std::vector<kernels::WeightedJet> Objective::terms(State const& state, int residual) const {
  std::vector<kernels::WeightedJet> terms;
  auto const& by_state = problem_.system.by_state;
  for (std::size_t j = 0; j < by_state.size(); ++j) {
    if (by_state[j].residual != residual) continue;
    auto const at = std::find(state.features.begin(), state.features.end(), by_state[j].feature);
    if (at != state.features.end()) terms.push_back({linear_.state[j], state.work[static_cast<std::size_t>(at - state.features.begin())]});
  }
  return terms;
}

void Objective::linearise() {
  if (linearised_) return;
  if (!jets_stand_) throw std::logic_error("joint objective: no derivatives of a point whose jets are gone");
  linear_ = {};
  linear_ = {model_.state_partials(), model_.parameter_partials()};
  linearised_ = true;
}

Field Objective::slope(std::size_t residual, std::size_t unknown) const {
  auto const& by = problem_.system.by_parameter;
  Field const sum = zeros();
  for (std::size_t j = 0; j < by.size(); ++j) {
    auto const& feature = problem_.system.features[static_cast<std::size_t>(by[j].feature)];
    if (by[j].residual == static_cast<int>(residual) && feature.index == static_cast<int>(unknown) &&
        feature.order == mollifier::MultiIndex{})
      Kokkos::deep_copy(sum, linear_.parameter[j]);
  }
  kernels::apply_mask(mask_, sum);
  return sum;
}

/// sums_k += sum_f P_kf D^f v of all states; leaves the jets of v in the work arrays.
void Objective::apply_states(Vec v, std::vector<Field> const& sums) {
  petsc::Reading const entries(v);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto& state = states_[s];
    state.jets->apply(entries.piece(layout_.state[s], layout_.state_size), state.work);
    for (std::size_t k = 0; k < sums.size(); ++k)
      kernels::add_weighted_jets(terms(state, static_cast<int>(k)), lattice_.window(), extents_, sums[k]);
  }
}

/// out_s := S^T work_0 + sum_k sum_f (D^f)^T P_kf sums_k, work_0 the first work array of each state.
void Objective::put_states_transposed(std::vector<Field> const& sums, Vec out) {
  check(VecSet(out, 0.0));
  petsc::Writing entries(out);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto& state = states_[s];
    std::vector<bool> written(state.work.size(), false);
    written[0] = true;
    for (std::size_t k = 0; k < sums.size(); ++k) {
      std::vector<kernels::WeightedJet> first, again;
      for (auto const& term : terms(state, static_cast<int>(k)))
        for (std::size_t j = 0; j < state.work.size(); ++j) {
          if (state.work[j].data() != term.jet.data()) continue;
          (written[j] ? again : first).push_back(term);
          written[j] = true;
        }
      kernels::spread_over_jets(first, sums[k], lattice_.window(), extents_, false);
      kernels::spread_over_jets(again, sums[k], lattice_.window(), extents_, true);
    }
    for (std::size_t j = 1; j < state.work.size(); ++j)
      if (!written[j]) Kokkos::deep_copy(state.work[j], 0.0);
    state.jets->apply_transpose_add(state.work, entries.piece(layout_.state[s], layout_.state_size));
  }
}

std::vector<Field> Objective::parameters_of(Vec x) const {
  auto const part = problem_.space.make_vector();
  take_parameters(x, part);
  return problem_.space.scatter(part);
}

void Objective::put_parameters_transposed(std::vector<Field> const& sums, std::vector<Field> const& smooth, Vec out) const {
  std::vector<Field> const everywhere(sums.size(), mask_);
  auto const part = problem_.space.make_vector();
  problem_.space.gather(model_.jacobian_transposed(linear_.parameter, everywhere, sums), part);
  put_parameters(part, out);
  petsc::Writing entries(out);
  for (std::size_t p = 0; p < smooth.size(); ++p) {
    auto const& unknown = problem_.space.unknowns()[p];
    if (!unknown.owner) continue;
    kernels::add_scaled(weights_.smoothness[p], smooth[p], entries.piece(layout_.parameters + unknown.offset, unknown.grid.local_size()));
  }
}

void Objective::gradient(Vec out) {
  linearise();
  jets_stand_ = false;
  for (auto const& state : states_)
    kernels::spread_over_jets({{state.weight, state.work[0]}}, misfit(state), lattice_.window(), extents_, false);
  std::vector<Field> weighted;
  for (std::size_t k = 0; k < residuals_.size(); ++k) {
    weighted.push_back(zeros());
    kernels::add_scaled(weights_.equation[k], residuals_[k], weighted[k]);
  }
  put_states_transposed(weighted, out);
  if (!roughness_.empty()) {
    petsc::Writing entries(out);
    for (std::size_t s = 0; s < states_.size(); ++s)
      kernels::add_scaled(1.0, states_[s].pulled, entries.piece(layout_.state[s], layout_.state_size));
  }
  if (!held_) put_parameters_transposed(weighted, smooth_, out);
}

void Objective::apply_hessian(Vec v, Vec out) { apply(v, out, true, true); }
void Objective::couple_to_parameters(Vec v, Vec out) { apply(v, out, true, false); }
void Objective::couple_to_states(Vec v, Vec out) { apply(v, out, false, true); }

/// work_0 := M / sigma^2 of itself, or 0.
void Objective::weigh_as_data(State const& state, bool present) {
  if (!present) return Kokkos::deep_copy(state.work[0], 0.0);
  Field const value = make_field("state", extents_product_);
  kernels::copy_box(state.work[0], lattice_.window(), value, dense(), extents_);
  kernels::spread_over_jets({{state.weight, state.work[0]}}, value, lattice_.window(), extents_, false);
}

/// out := sum_k w_k (dR_k)^T M (dR_k) v and, of states from states and of the whole from the whole, what is on the diagonal.
void Objective::apply(Vec v, Vec out, bool from_states, bool to_states) {
  bool const whole = from_states && to_states;
  jets_stand_ = false;
  std::vector<Field> sums, smooth;
  if (held_) {
    for (std::size_t k = 0; k < weights_.equation.size(); ++k) sums.push_back(zeros());
  } else {
    auto const parameters = parameters_of(v);
    sums = model_.jacobian(linear_.parameter, parameters);
    if (whole) smooth = smoothness_.apply(parameters);
  }
  if (from_states) apply_states(v, sums);
  for (std::size_t k = 0; k < sums.size(); ++k) kernels::scale(weights_.equation[k], sums[k]);
  if (to_states) {
    for (auto const& state : states_) weigh_as_data(state, from_states);
    put_states_transposed(sums, out);
  } else {
    check(VecSet(out, 0.0));
  }
  if (whole) add_prior(v, out);
  if (!held_) put_parameters_transposed(sums, smooth, out);
}

void Objective::mask_undefined() {
  if (!jets_stand_) throw std::logic_error("joint objective: no derivatives of a point whose jets are gone");
  model_.mask_undefined();
  linearised_ = false;
}

}  // namespace mollis::joint

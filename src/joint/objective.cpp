#include "joint/objective.hpp"

#include <algorithm>
#include <numeric>

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
      extents_product_(problem.grid.local_size()), one_(filled(extents_product_, 1.0)), equation_(filled(extents_product_, 1.0)),
      mask_(known_mask(problem, known_features(problem))),
      model_(problem.space, problem.system, known_features(problem), {}, mask_) {
  auto const& system = problem.system;
  layout_.state_size = lattice.extended().local_size();
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    State state;
    std::vector<mollifier::MultiIndex> set{mollifier::MultiIndex{}};
    for (std::size_t f = 0; f < system.features.size(); ++f) {
      if (system.features[f].kind != Feature::Kind::state || system.features[f].index != static_cast<int>(s)) continue;
      state.features.push_back(static_cast<int>(f));
      set.push_back(system.features[f].order);
    }
    state.jets = std::make_unique<mollifier::Jets>(lattice.jets(set));
    for (std::size_t k = 0; k < set.size(); ++k)
      state.work.emplace_back("jet", static_cast<std::size_t>(layout_.state_size));
    state.mollified = zeros();
    auto const& observed = problem.states[s];
    state.observed = filled(extents_product_, 1.0);
    kernels::clear_where_not_finite(observed.data, state.observed);
    state.data = zeros();
    Kokkos::deep_copy(state.data, observed.data);
    kernels::apply_mask(state.observed, state.data);
    state.weight = zeros();
    kernels::add_product(state.observed, state.observed, filled(extents_product_, 1.0 / (observed.sigma * observed.sigma)),
                         state.weight);
    state.prior = information(observed, problem.grid);
    if (!roughness_.empty()) state.pulled = make_field("pulled", layout_.state_size);
    states_.push_back(std::move(state));
    layout_.state.push_back(static_cast<Index>(s) * layout_.state_size);
  }
  layout_.parameters = static_cast<Index>(states_.size()) * layout_.state_size;
  layout_.size = layout_.parameters + problem.space.local_size();
  parameters_ = problem.space.make_vector();
  smooth_ = problem.space.make_vector();
  weights_.equation.assign(static_cast<std::size_t>(system.residuals), 1.0);
  weights_.smoothness.assign(problem.space.unknowns().size(), 0.0);
  smoothness_ = inverse::NormalMatrix(problem.space).smoothness(std::vector<double>(weights_.smoothness.size(), 1.0));
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

/// Crops the jets in the work arrays to the grid and hands them to the residuals.
void Objective::set_features() {
  auto const dense = kernels::window(extents_, {0, 0, 0, 0});
  for (auto const& state : states_) {
    kernels::copy_box(state.work[0], lattice_.window(), state.mollified, dense, extents_);
    for (std::size_t k = 0; k < state.features.size(); ++k) {
      Field const cropped = make_field("feature", extents_product_);
      kernels::copy_box(state.work[k + 1], lattice_.window(), cropped, dense, extents_);
      std::vector<int> all;
      for (int a = 0; a < problem_.grid.dimension(); ++a) all.push_back(a);
      model_.set_feature(state.features[k], {cropped, inverse::strides_over(problem_.grid, all)});
    }
  }
}

Field Objective::state(int s) const {
  Field const copy = make_field("state", extents_product_);
  Kokkos::deep_copy(copy, states_[static_cast<std::size_t>(s)].mollified);
  return copy;
}

Parts const& Objective::move_to(Vec x) {
  MPI_Comm const comm = problem_.grid.comm();
  {
    petsc::Reading const entries(x);
    for (std::size_t s = 0; s < states_.size(); ++s)
      states_[s].jets->apply(entries.piece(layout_.state[s], layout_.state_size), states_[s].work);
  }
  set_features();
  take_parameters(x, parameters_);
  model_.move_to(problem_.space.scatter(parameters_));
  residuals_ = model_.residuals();

  Field const one = filled(extents_product_, 1.0);
  parts_ = {};
  for (std::size_t s = 0; s < states_.size(); ++s) {
    Field const difference = state(static_cast<int>(s));
    kernels::add_product(one, filled(extents_product_, -1.0), states_[s].data, difference);
    parts_.misfit += sum_over(comm, kernels::triple_product(states_[s].weight, difference, difference));
  }
  parts_.prior = move_prior_to(x);
  for (auto const& r : residuals_) parts_.residual.push_back(sum_over(comm, kernels::triple_product(one, r, r)));
  check(MatMult(smoothness_, parameters_, smooth_));
  auto const product = petsc::like(smooth_);
  check(VecPointwiseMult(product, parameters_, smooth_));
  petsc::Reading const products(product);
  for (auto const& unknown : problem_.space.unknowns()) {
    Index const size = unknown.owner ? unknown.grid.local_size() : 0;
    Field const all = filled(size, 1.0);
    parts_.roughness.push_back(sum_over(comm, kernels::triple_product(all, all, products.piece(unknown.offset, size))));
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
    sum += sum_over(problem_.grid.comm(), kernels::triple_product(filled(layout_.state_size, 1.0), g, state.pulled));
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

/// smooth_ := beta L p, p given; `out` += it.
void Objective::apply_smoothness(Vec parameters, Vec out) {
  check(MatMult(smoothness_, parameters, smooth_));
  PetscScalar const* from = nullptr;
  PetscScalar* to = nullptr;
  check(VecGetArrayRead(smooth_, &from));
  check(VecGetArray(out, &to));
  for (std::size_t p = 0; p < weights_.smoothness.size(); ++p) {
    auto const& unknown = problem_.space.unknowns()[p];
    if (!unknown.owner) continue;
    for (Index i = unknown.offset; i < unknown.offset + unknown.grid.local_size(); ++i)
      to[layout_.parameters + i] += weights_.smoothness[p] * from[i];
  }
  check(VecRestoreArray(out, &to));
  check(VecRestoreArrayRead(smooth_, &from));
}

std::vector<kernels::WeightedJet> Objective::terms(State const& state, int residual, Partials const& partials) const {
  std::vector<kernels::WeightedJet> terms;
  auto const& by_state = problem_.system.by_state;
  for (std::size_t j = 0; j < by_state.size(); ++j) {
    if (by_state[j].residual != residual) continue;
    auto const at = std::find(state.features.begin(), state.features.end(), by_state[j].feature);
    if (at != state.features.end()) terms.push_back({partials.state[j], state.work[static_cast<std::size_t>(at - state.features.begin()) + 1]});
  }
  return terms;
}

void Objective::linearise() { linear_ = {model_.state_partials(), model_.parameter_partials()}; }

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
      kernels::add_weighted_jets(terms(state, static_cast<int>(k), linear_), lattice_.window(), extents_, sums[k]);
  }
}

/// out_s := S^T data_s + sum_k sum_f (D^f)^T P_kf sums_k.
void Objective::put_states_transposed(Partials const& partials, std::vector<Field> const& sums, std::vector<Field> const& data, Vec out) {
  check(VecSet(out, 0.0));
  petsc::Writing entries(out);
  auto const dense = kernels::window(extents_, {0, 0, 0, 0});
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto& state = states_[s];
    kernels::copy_box(data[s], dense, state.work[0], lattice_.window(), extents_);
    std::vector<bool> written(state.work.size(), false);
    for (std::size_t k = 0; k < sums.size(); ++k) {
      std::vector<kernels::WeightedJet> first, again;
      for (auto const& term : terms(state, static_cast<int>(k), partials))
        for (std::size_t j = 1; j < state.work.size(); ++j) {
          if (state.work[j].data() != term.jet.data()) continue;
          (written[j] ? again : first).push_back(term);
          written[j] = true;
        }
      kernels::spread_over_jets(first, sums[k], lattice_.window(), extents_, false);
      kernels::spread_over_jets(again, sums[k], lattice_.window(), extents_, true);
    }
    for (std::size_t j = 1; j < state.work.size(); ++j)
      if (!written[j]) Kokkos::deep_copy(state.work[j], 0.0);
    Field const piece = entries.piece(layout_.state[s], layout_.state_size);
    state.jets->apply_transpose_add(state.work, piece);
  }
}

void Objective::gradient(Vec out) {
  Partials const here{model_.state_partials(), model_.parameter_partials()};
  std::vector<Field> weighted, data;
  for (std::size_t k = 0; k < residuals_.size(); ++k) {
    weighted.push_back(zeros());
    kernels::add_product(residuals_[k], filled(extents_product_, weights_.equation[k]), filled(extents_product_, 1.0), weighted[k]);
  }
  for (std::size_t s = 0; s < states_.size(); ++s) {
    Field const difference = state(static_cast<int>(s)), misfit = zeros();
    kernels::add_product(filled(extents_product_, -1.0), states_[s].data, filled(extents_product_, 1.0), difference);
    kernels::add_product(states_[s].weight, difference, filled(extents_product_, 1.0), misfit);
    data.push_back(misfit);
  }
  put_states_transposed(here, weighted, data, out);
  if (!roughness_.empty()) {
    petsc::Writing entries(out);
    for (std::size_t s = 0; s < states_.size(); ++s)
      kernels::add_scaled(1.0, states_[s].pulled, entries.piece(layout_.state[s], layout_.state_size));
  }
  if (held_) return;
  std::vector<Field> const ones(residuals_.size(), filled(extents_product_, 1.0));
  auto const part = problem_.space.make_vector();
  problem_.space.gather(model_.jacobian_transposed(here.parameter, ones, weighted), part);
  put_parameters(part, out);
  apply_smoothness(parameters_, out);
}

void Objective::apply_hessian(Vec v, Vec out) {
  apply(v, out, true, true);
  if (held_) return;
  auto const part = problem_.space.make_vector();
  take_parameters(v, part);
  apply_smoothness(part, out);
}

void Objective::couple_to_parameters(Vec v, Vec out) { apply(v, out, true, false); }
void Objective::couple_to_states(Vec v, Vec out) { apply(v, out, false, true); }

/// out := sum_k w_k (dR_k)^T M (dR_k) v and, between states, the data's part.
void Objective::apply(Vec v, Vec out, bool from_states, bool to_states) {
  auto const part = problem_.space.make_vector();
  if (!held_) take_parameters(v, part);
  auto sums = model_.jacobian(linear_.parameter, problem_.space.scatter(part));
  if (from_states) apply_states(v, sums);
  std::vector<Field> data;
  for (std::size_t s = 0; s < states_.size() && to_states; ++s) {
    data.push_back(zeros());
    if (!from_states) continue;
    Field const value = make_field("state", extents_product_);
    kernels::copy_box(states_[s].work[0], lattice_.window(), value, kernels::window(extents_, {0, 0, 0, 0}), extents_);
    kernels::add_product(states_[s].weight, value, one_, data.back());
  }
  for (std::size_t k = 0; k < sums.size(); ++k) {
    kernels::apply_mask(mask_, sums[k]);
    Kokkos::deep_copy(equation_, weights_.equation[k]);
    Field const weighted = zeros();
    kernels::add_product(equation_, one_, sums[k], weighted);
    sums[k] = weighted;
  }
  if (to_states)
    put_states_transposed(linear_, sums, data, out);
  else
    check(VecSet(out, 0.0));
  if (from_states && to_states) add_prior(v, out);
  if (held_) return;
  auto const transposed = problem_.space.make_vector();
  std::vector<Field> const ones(sums.size(), one_);
  problem_.space.gather(model_.jacobian_transposed(linear_.parameter, ones, sums), transposed);
  put_parameters(transposed, out);
}

void Objective::mask_undefined() { model_.mask_undefined(); }

}  // namespace mollis::joint

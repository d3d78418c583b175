#include "estimators/joint/objective.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/joint/local_values.hpp"
#include "estimators/joint/summed_jets.hpp"
#include "observations/loss.hpp"
#include "observations/pixel_means.hpp"
#include "observations/spacing.hpp"
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

residual::FeatureBank known_features(problem::Problem const& problem) {
  residual::FeatureBank bank(problem.grid, problem.system());
  for (std::size_t f = 0; f < problem.system().features.size(); ++f) {
    auto const& feature = problem.system().features[f];
    if (feature.kind != Feature::Kind::field) continue;
    auto const& known = problem.fields()[static_cast<std::size_t>(feature.index)];
    bank.set(static_cast<int>(f), {known.derivative(feature.order), parameters::strides_over(problem.grid, known.axes())});
  }
  return bank;
}

/// 1 inside the domain where every known field is finite.
Field known_mask(problem::Problem const& problem, residual::FeatureBank const& bank) {
  Field const mask = filled(bank.size(), 1.0);
  for (std::size_t f = 0; f < problem.system().features.size(); ++f) {
    if (problem.system().features[f].kind != Feature::Kind::field) continue;
    auto const& known = bank.at(static_cast<int>(f));
    Field const spread("known field", static_cast<std::size_t>(bank.size()));
    kernels::add_broadcast_product(filled(bank.size(), 1.0), known.values, known.stride, bank.extents(), spread);
    kernels::clear_where_not_finite(spread, mask);
  }
  if (problem.mask.extent(0) > 0) kernels::apply_mask(problem.mask, mask);
  return mask;
}

/// Data a point over the variance of the noise.
double information(observations::State const& observed, grid::Grid const& grid) {
  return observed.share(grid) / (observed.sigma * observed.sigma * observed.alike);
}

/// 1 / sigma_i^2 of every datum, 0 in gaps.
Field weights_of(observations::State const& observed) {
  auto const rows = static_cast<Index>(observed.data.extent(0));
  if (observed.unobserved) {
    Field const walls("weight", static_cast<std::size_t>(rows));
    if (observed.known.extent(0) > 0)
      kernels::add_scaled(wall_weight / (observed.sigma * observed.sigma * observed.alike), observed.known, walls);
    return walls;
  }
  Field const weight = filled(rows, 1.0 / (observed.sigma * observed.sigma * observed.alike));
  if (observed.shape.extent(0) > 0) {
    auto const shape = on_host(observed.shape);
    auto const host = Kokkos::create_mirror_view(weight);
    for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = 1.0 / (std::pow(observed.sigma * shape(i), 2) * observed.alike);
    Kokkos::deep_copy(weight, host);
  }
  kernels::clear_where_not_finite(observed.data, weight);
  if (observed.known.extent(0) > 0)
    kernels::add_scaled((wall_weight - 1.0) / (observed.sigma * observed.sigma * observed.alike), observed.known, weight);
  return weight;
}

/// What data begin with: the weight of their loss as far as they stand off their neighbours.
Field first_weights(observations::State const& observed, Field const& precision) {
  if (observed.alone.label().empty()) return precision;
  Field const weight = make_field("weight", static_cast<Index>(precision.extent(0)));
  Kokkos::deep_copy(weight, precision);
  auto const alone = on_host(observed.alone), known = on_host(observed.known);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), weight);
  for (std::size_t i = 0; i < host.extent(0); ++i)
    if (known.extent(0) == 0 || known(i) == 0.0) host(i) *= observations::weight_of(observed.loss, alone(i));
  Kokkos::deep_copy(weight, host);
  return weight;
}

/// Observations, 0 in gaps: as they were read where there are none.
Field data_of(observations::State const& observed, Field const& precision) {
  auto const weight = on_host(precision);
  if (std::all_of(weight.data(), weight.data() + weight.extent(0), [](double w) { return w > 0.0; })) return observed.data;
  Field const data = make_field("data", static_cast<Index>(precision.extent(0)));
  Kokkos::deep_copy(data, observed.data);
  kernels::apply_mask(precision, data);
  return data;
}

}  // namespace

double Parts::value(Weights const& weights) const {
  double sum = misfit + prior;
  for (std::size_t k = 0; k < residual.size(); ++k) sum += weights.equation[k] * residual[k];
  for (std::size_t p = 0; p < roughness.size(); ++p) sum += weights.smoothness[p] * roughness[p];
  return 0.5 * sum;
}

Objective::Objective(problem::Problem const& problem, Lattice const& lattice)
    : problem_(problem), lattice_(lattice), roughness_(lattice_, !problem.mask.label().empty()), extents_(problem.grid.owned().extents()),
      extents_product_(problem.grid.local_size()), mask_(known_mask(problem, known_features(problem))),
      model_(problem.space(), problem.system(), known_features(problem), {}, mask_), smoothness_(problem.space()) {
  scarce_ = !problem.mask.label().empty();  // outside the domain nothing is observed
  layout_.state_size = lattice.extended().local_size();
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    std::vector<double> spacing(problem.grid.axes().size(), 1.0);
    if (!problem.states[s].unobserved) spacing = observations::data_spacing(problem.states[s], problem.grid);
    scarce_ = scarce_ || problem.states[s].unobserved || *std::max_element(spacing.begin(), spacing.end()) > 2.0;
    states_.push_back(make_state(s, spacing));
    for (auto* jets : {states_[s].jets.get(), states_[s].sums.get()}) jets->share_workspace(*states_.front().jets);
    layout_.state.push_back(static_cast<Index>(s) * layout_.state_size);
  }
  if (!states_.empty()) smoothness_.share_workspace(*states_.front().jets);
  layout_.parameters = static_cast<Index>(states_.size()) * layout_.state_size;
  layout_.size = layout_.parameters + problem.space().local_size();
  weights_.equation.assign(static_cast<std::size_t>(problem.system().residuals), 1.0);
  weights_.smoothness.assign(problem.space().unknowns().size(), 0.0);
  told_.assign(weights_.smoothness.size(), 1.0);
  overweight_ = told_;
  prior_shares_.assign(states_.size(), 1.0);
  hidden_.assign(told_.size(), 0.0);
  std::vector<double> sizes;
  for (auto const& observed : problem.states) sizes.push_back(!observed.unobserved ? 0.0 : observed.size > 0.0 ? observed.size : 1.0);
  set_sizes(sizes);
}

Objective::State Objective::make_state(std::size_t s, std::vector<double> const& spacing) const {
  State state;
  state.features = state.leads = {-1};
  std::vector<mollifier::MultiIndex> set{mollifier::MultiIndex{}};
  auto const& features = problem_.system().features;
  for (std::size_t f = 0; f < features.size(); ++f) {
    if (features[f].kind != Feature::Kind::state || features[f].index != static_cast<int>(s)) continue;
    if (features[f].order == set.front()) {
      state.features.front() = static_cast<int>(f);
      continue;
    }
    state.features.push_back(static_cast<int>(f));
    set.push_back(features[f].order);
  }
  auto const summed = sums_alike(problem_.system(), state.features);
  for (auto const& sum : summed) state.leads.push_back(sum.lead);
  state.leads.front() = state.features.front();
  auto sums = mollifier::sums_of({mollifier::MultiIndex{}});
  for (auto const& sum : summed) sums.push_back(sum.derivatives);
  state.jets = std::make_unique<mollifier::Jets>(lattice_.jets(mollifier::sums_of(set)));
  state.sums = std::make_unique<mollifier::Jets>(lattice_.jets(sums));
  auto const& observed = problem_.states[s];
  state.observe = observed.means ? observations::make_pixel_means(problem_.grid, problem_.factors)
                                 : observations::make_operator(observed, problem_.grid, lattice_.splines());
  state.precision = weights_of(observed);
  state.weight = first_weights(observed, state.precision);
  state.data = data_of(observed, state.precision);
  state.scales = roughness_.scales(spacing);
  state.information = observed.unobserved ? 0.0 : joint::information(observed, problem_.grid);
  for (double const scale : state.scales) state.prior.push_back(state.information * scale);
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
  Index const size = problem_.space().local_size();
  Kokkos::deep_copy(to.piece(0, size), from.piece(layout_.parameters, size));
}

void Objective::put_parameters(Vec parameters, Vec x) const {
  petsc::Reading const from(parameters);
  petsc::Writing to(x);
  Index const size = problem_.space().local_size();
  Kokkos::deep_copy(to.piece(layout_.parameters, size), from.piece(0, size));
}

/// Hands the jets to the residuals: the state itself as a copy of its own, its derivatives where they stand in the work arrays.
void Objective::set_features() {
  for (auto& state : states_) {
    state.mollified = make_field("state", extents_product_);
    Kokkos::deep_copy(state.mollified, state.work[0]);
    if (state.features[0] >= 0) model_.set_feature(state.features[0], {state.mollified, strides()});
    for (std::size_t k = 1; k < state.work.size(); ++k) model_.set_feature(state.features[k], {state.work[k], strides()});
  }
}

Field Objective::state_of(Vec x, std::size_t s) {
  auto const& state = states_[s];
  jets_stand_ = false;
  petsc::Reading const entries(x);
  state.sums->apply(entries.piece(layout_.state[s], layout_.state_size), summed(state));
  Field const values = make_field("state", extents_product_);
  Kokkos::deep_copy(values, state.work[0]);
  return values;
}

Field Objective::observe(State const& state, Field const& coefficients) const {
  return state.observe->apply(coefficients, state.observe->reads_state() ? state.work[0] : Field());
}

void Objective::put_rows_transposed(State const& state, Field const& rows, Field const& out) const {
  Field const box = state.observe->apply_transpose_add(rows, out);
  if (state.observe->reads_state())
    Kokkos::deep_copy(state.work[0], box);
  else
    Kokkos::deep_copy(state.work[0], 0.0);
}

Field Objective::misfit(State const& state) const {
  Field const difference = make_field("misfit", state.observe->rows());
  Kokkos::deep_copy(difference, state.observed);
  kernels::add_scaled(-1.0, state.data, difference);
  return difference;
}

void Objective::set_down() {
  for (auto& state : states_) {
    state.pulled = {};
    state.work.resize(state.leads.size());
    for (int const feature : state.features)
      if (feature >= 0) model_.set_feature(feature, {});
  }
  for (auto const& unknown : problem_.space().unknowns())
    for (int const feature : unknown.features) model_.set_feature(feature, {});
  smooth_.clear();
  at_.reset();
  jets_stand_ = false;
  down_ = true;
}

/// What set_down() has freed, and what is made once.
void Objective::take_up() {
  for (auto& state : states_) {
    while (state.work.size() < state.features.size()) state.work.push_back(make_field("jet", extents_product_));
    if (!roughness_.empty() && state.pulled.extent(0) == 0) state.pulled = make_field("pulled", layout_.state_size);
  }
  down_ = false;
}

Parts const& Objective::move_to(Vec x) {
  auto const here = petsc::fingerprint(x);
  int stands = at_ == here && (jets_stand_ || linearised_) ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &stands, 1, MPI_INT, MPI_LAND, problem_.grid.comm());
  if (stands == 1) return parts_;
  take_up();
  at_ = here;
  {
    petsc::Reading const entries(x);
    for (std::size_t s = 0; s < states_.size(); ++s)
      states_[s].jets->apply(entries.piece(layout_.state[s], layout_.state_size), states_[s].work);
  }
  jets_stand_ = true;
  linearised_ = false;
  set_features();
  {
    petsc::Reading const entries(x);
    for (std::size_t s = 0; s < states_.size(); ++s)
      states_[s].observed = states_[s].observe->apply(entries.piece(layout_.state[s], layout_.state_size), states_[s].mollified);
  }
  auto const parameters = parameters_of(x);
  model_.move_to(parameters);
  residuals_.clear();
  residuals_ = model_.residuals();
  smooth_.clear();
  smooth_ = smoothness_.gradient(parameters);

  parts_ = {};
  add_misfits();
  parts_.prior += move_prior_to(x);
  MPI_Comm const comm = problem_.grid.comm();
  for (auto const& r : residuals_) parts_.residual.push_back(sum_over(comm, kernels::dot(r, r)));
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    bool const counts = problem_.space().unknowns()[p].owner;
    parts_.roughness.push_back(sum_over(comm, counts ? kernels::dot(parameters[p], smooth_[p]) : 0.0));
  }
  return parts_;
}

std::vector<kernels::WeightedJet> Objective::terms(State const& state, int residual) const {
  std::vector<kernels::WeightedJet> terms;
  auto const& by_state = problem_.system().by_state;
  for (std::size_t j = 0; j < by_state.size(); ++j) {
    if (by_state[j].residual != residual) continue;
    auto const at = std::find(state.leads.begin(), state.leads.end(), by_state[j].feature);
    if (at != state.leads.end()) terms.push_back({linear_.state[j], state.work[static_cast<std::size_t>(at - state.leads.begin())]});
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
  auto const& by = problem_.system().by_parameter;
  Field const sum = zeros();
  for (std::size_t j = 0; j < by.size(); ++j) {
    auto const& feature = problem_.system().features[static_cast<std::size_t>(by[j].feature)];
    if (by[j].residual == static_cast<int>(residual) && feature.index == static_cast<int>(unknown) &&
        feature.order == mollifier::MultiIndex{})
      Kokkos::deep_copy(sum, linear_.parameter[j]);
  }
  kernels::apply_mask(mask_, sum);
  return sum;
}

void Objective::mask_undefined() {
  if (!jets_stand_) throw std::logic_error("joint objective: no derivatives of a point whose jets are gone");
  model_.mask_undefined();
  linearised_ = false;
  at_.reset();
}

}  // namespace mollis::joint

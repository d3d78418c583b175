// The joint objective as rows of a least-squares problem: its Jacobian, apart from the products that fits are made of.
#include <cmath>

#include "estimators/joint/objective.hpp"
#include "parameters/smoothness_draw.hpp"
#include "petsc/access.hpp"
#include "random/white_noise.hpp"

namespace mollis::joint {

using petsc::check;

namespace {

/// White noise of variance 1 / weight where there is a weight, and weight times it.
struct Weighed {
  Field noise, weighted;
};

Weighed weighed(Field noise, Field const& weight) {
  Weighed out{std::move(noise), make_field("weighted", static_cast<Index>(weight.extent(0)))};
  auto const w = on_host(weight);
  auto const z = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), out.noise);
  auto const wz = Kokkos::create_mirror_view(out.weighted);
  for (std::size_t i = 0; i < w.extent(0); ++i) {
    wz(i) = std::sqrt(w(i)) * z(i);
    z(i) = w(i) > 0.0 ? z(i) / std::sqrt(w(i)) : 0.0;
  }
  Kokkos::deep_copy(out.noise, z);
  Kokkos::deep_copy(out.weighted, wz);
  return out;
}

/// White noise a datum, by the points' rows in their file: the same on any number of ranks.
Field white_at(observations::Points const& points, random::Stream const& stream) {
  Field const field = make_field("noise", static_cast<Index>(points.number.size()));
  auto const host = Kokkos::create_mirror_view(field);
  for (std::size_t i = 0; i < points.number.size(); ++i) host(i) = random::normal(stream, points.number[i]);
  Kokkos::deep_copy(field, host);
  return field;
}

/// entries += field.
void add_to(Field const& entries, HostField const& field) {
  Field const device = make_field("draw", static_cast<Index>(field.extent(0)));
  Kokkos::deep_copy(device, field);
  kernels::add_scaled(1.0, device, entries);
}

}  // namespace

estimate::Rows Objective::jacobian(Vec v) {
  jets_stand_ = false;
  estimate::Rows rows;
  rows.equation = model_.jacobian(linear_.parameter, parameters_of(v));
  for (auto const& observed : apply_states(v, rows.equation)) {
    rows.data.push_back(make_field("rows", static_cast<Index>(observed.extent(0))));
    Kokkos::deep_copy(rows.data.back(), observed);
    kernels::apply_mask(states_[rows.data.size() - 1].weight, rows.data.back());
  }
  return rows;
}

void Objective::jacobian_transposed(estimate::Rows const& rows, Vec out) {
  jets_stand_ = false;
  std::vector<Field> masked;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    masked.push_back(make_field("rows", states_[s].observe->rows()));
    Kokkos::deep_copy(masked[s], rows.data[s]);
    kernels::apply_mask(states_[s].weight, masked[s]);
  }
  put_states_transposed(masked, rows.equation, out);
  put_parameters_transposed(rows.equation, out);
}

Field Objective::equation_weight(std::size_t k) const {
  Field const weight = zeros();
  kernels::add_scaled(weights_.equation[k], mask_, weight);
  return weight;
}

estimate::Rows Objective::row_weights() const {
  estimate::Rows rows;
  for (auto const& state : states_) rows.data.push_back(state.weight);
  for (std::size_t k = 0; k < weights_.equation.size(); ++k) rows.equation.push_back(equation_weight(k));
  return rows;
}

void Objective::apply_prior(Vec v, Vec out) {
  check(VecSet(out, 0.0));
  add_priors(v, out);
}

void Objective::add_priors(Vec v, Vec out) {
  add_prior(v, out);
  add_smooth(smoothness_.apply(parameters_of(v)), out);
}

void Objective::pull_of_states(Vec v, Vec out) {
  check(VecSet(out, 0.0));
  if (roughness_.empty()) return;
  petsc::Reading const from(v);
  petsc::Writing to(out);
  for (std::size_t s = 0; s < states_.size(); ++s)
    if (!problem_.states[s].unobserved)
      roughness_.apply_add(states_[s].prior, from.piece(layout_.state[s], layout_.state_size), to.piece(layout_.state[s], layout_.state_size));
}

estimate::Rows Objective::draw_noise(int number, Vec from_noise) {
  using Purpose = random::Stream::Purpose;
  auto const seed = static_cast<std::uint64_t>(number);
  estimate::Rows noise, weighted;
  auto const add = [](Weighed const& drawn, std::vector<Field>& e, std::vector<Field>& we) {
    e.push_back(drawn.noise);
    we.push_back(drawn.weighted);
  };
  for (std::size_t s = 0; s < states_.size(); ++s) {
    random::Stream const stream{seed, static_cast<std::uint32_t>(s), Purpose::data};
    auto const& points = problem_.states[s].points;
    add(weighed(points ? white_at(*points, stream) : random::white_noise(problem_.grid, 1.0, stream), states_[s].weight), noise.data, weighted.data);
  }
  for (std::size_t k = 0; k < weights_.equation.size(); ++k) {
    random::Stream const stream{seed, static_cast<std::uint32_t>(k), Purpose::equation};
    add(weighed(random::white_noise(problem_.grid, 1.0, stream), equation_weight(k)), noise.equation, weighted.equation);
  }
  check(VecSet(from_noise, 0.0));
  jacobian_transposed(weighted, from_noise);
  return noise;
}

void Objective::draw_prior(int number, Vec from_prior) {
  check(VecSet(from_prior, 0.0));
  petsc::Writing entries(from_prior);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    auto const rough = make_host_field("roughness", layout_.state_size);
    Kokkos::deep_copy(rough, 0.0);
    roughness_.add_draw(states_[s].prior, number, static_cast<std::uint32_t>(s), rough);
    add_to(entries.piece(layout_.state[s], layout_.state_size), rough);
  }
  for (std::size_t p = 0; p < weights_.smoothness.size(); ++p) {
    auto const& unknown = problem_.space().unknowns()[p];
    if (!unknown.owner) continue;
    auto const piece = entries.piece(layout_.parameters + unknown.offset, unknown.grid.local_size());
    parameters::SmoothnessDraw const smooth(unknown.grid, unknown.settings.smoothness_order);
    auto const drawn = smooth.draw(number, static_cast<std::uint32_t>(p));
    for (std::size_t i = 0; i < drawn.extent(0); ++i) drawn(i) *= std::sqrt(weights_.smoothness[p]);
    add_to(piece, drawn);
  }
}

}  // namespace mollis::joint

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

Weighed white(grid::Grid const& grid, Field const& weight, random::Stream const& stream) {
  Weighed out{random::white_noise(grid, 1.0, stream), make_field("weighted", grid.local_size())};
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
  apply_states(v, rows.equation);
  for (auto const& state : states_) {
    rows.data.push_back(make_field("state", extents_product_));
    kernels::copy_box(state.work[0], lattice_.window(), rows.data.back(), dense(), extents_);
    kernels::apply_mask(state.weight, rows.data.back());
  }
  return rows;
}

void Objective::jacobian_transposed(estimate::Rows const& rows, Vec out) {
  jets_stand_ = false;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    Field const masked = make_field("state", extents_product_), one = make_field("one", extents_product_);
    Kokkos::deep_copy(masked, rows.data[s]);
    Kokkos::deep_copy(one, 1.0);
    kernels::apply_mask(states_[s].weight, masked);
    kernels::spread_over_jets({{one, states_[s].work[0]}}, masked, lattice_.window(), extents_, false);
  }
  put_states_transposed(rows.equation, out);
  put_parameters_transposed(rows.equation, {}, out);
}

estimate::Rows Objective::row_weights() const {
  estimate::Rows rows;
  for (auto const& state : states_) rows.data.push_back(state.weight);
  for (double const w : weights_.equation) {
    rows.equation.push_back(zeros());
    kernels::add_scaled(w, mask_, rows.equation.back());
  }
  return rows;
}

void Objective::apply_prior(Vec v, Vec out) {
  check(VecSet(out, 0.0));
  add_prior(v, out);
  auto const smooth = smoothness_.apply(parameters_of(v));
  petsc::Writing entries(out);
  for (std::size_t p = 0; p < smooth.size(); ++p) {
    auto const& unknown = problem_.space().unknowns()[p];
    if (!unknown.owner) continue;
    kernels::add_scaled(weights_.smoothness[p], smooth[p], entries.piece(layout_.parameters + unknown.offset, unknown.grid.local_size()));
  }
}

estimate::Rows Objective::draw(int number, Vec from_noise, Vec from_prior) {
  using Purpose = random::Stream::Purpose;
  auto const seed = static_cast<std::uint64_t>(number);
  auto const weights = row_weights();
  estimate::Rows noise, weighted;
  auto const add = [&](Field const& weight, std::size_t row, Purpose purpose, std::vector<Field>& e, std::vector<Field>& we) {
    auto const drawn = white(problem_.grid, weight, {seed, static_cast<std::uint32_t>(row), purpose});
    e.push_back(drawn.noise);
    we.push_back(drawn.weighted);
  };
  for (std::size_t s = 0; s < weights.data.size(); ++s) add(weights.data[s], s, Purpose::data, noise.data, weighted.data);
  for (std::size_t k = 0; k < weights.equation.size(); ++k) add(weights.equation[k], k, Purpose::equation, noise.equation, weighted.equation);
  check(VecSet(from_noise, 0.0));
  jacobian_transposed(weighted, from_noise);
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
  return noise;
}

}  // namespace mollis::joint

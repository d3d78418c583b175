// The joint objective as rows of a least-squares problem: its Jacobian, apart from the products that fits are made of.
#include "estimators/joint/objective.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {

using petsc::check;

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

}  // namespace mollis::joint

#include "estimators/joint/kept.hpp"

#include "estimate/parameters.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {

using estimate::Quantities;

void put_coefficients(Objective const& objective, Vec x, Quantities& quantities) {
  petsc::Reading const entries(x);
  auto const& states = objective.problem().states;
  for (std::size_t s = 0; s < states.size(); ++s) {
    Field const coefficients = make_field("coefficients", objective.layout().state_size);
    Kokkos::deep_copy(coefficients, entries.piece(objective.layout().state[s], objective.layout().state_size));
    quantities.put_still("coefficients/" + states[s].name, objective.lattice().extended(), coefficients);
  }
}

void take_coefficients(Objective const& objective, Quantities const& quantities, Vec x) {
  petsc::Writing entries(x);
  auto const& states = objective.problem().states;
  for (std::size_t s = 0; s < states.size(); ++s)
    Kokkos::deep_copy(entries.piece(objective.layout().state[s], objective.layout().state_size),
                      quantities.field("coefficients/" + states[s].name, objective.lattice().extended()));
}

void put_point(Objective const& objective, Vec x, Quantities& quantities) {
  put_coefficients(objective, x, quantities);
  auto const parameters = objective.problem().space().make_vector();
  objective.take_parameters(x, parameters);
  estimate::put_vector(objective.problem().space(), "parameters", parameters, quantities);
  quantities.put_still("mask", objective.problem().grid, objective.mask());
  quantities.put("equation", objective.weights().equation);
  quantities.put("sizes", objective.sizes());
  quantities.put("prior_shares", objective.prior_shares());
  quantities.put("smoothness", objective.weights().smoothness);
}

petsc::Vector take_point(Objective& objective, Quantities const& quantities) {
  auto x = objective.make_vector();
  take_coefficients(objective, quantities, x);
  objective.put_parameters(estimate::take_vector(objective.problem().space(), "parameters", quantities), x);
  objective.weights() = {quantities.numbers("equation"), quantities.numbers("smoothness")};
  objective.set_sizes(quantities.numbers("sizes"));
  objective.set_prior_shares(quantities.numbers("prior_shares"));
  Kokkos::deep_copy(objective.mask(), quantities.field("mask", objective.problem().grid));
  objective.move_to(x);
  objective.reweigh();
  objective.linearise();
  return x;
}

}  // namespace mollis::joint

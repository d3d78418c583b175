#include "uncertainty/chosen_weights.hpp"

#include <cmath>

namespace mollis::uncertainty {
namespace {

using petsc::check;

/// x with one of the parameters alone, all else 0.
petsc::Vector alone(parameters::ParameterSpace const& space, std::vector<Field> const& fitted, std::size_t p, estimate::Linearisation const& linear) {
  std::vector<Field> pieces;
  for (std::size_t q = 0; q < fitted.size(); ++q) pieces.push_back(q == p ? fitted[p] : Field("none", fitted[q].extent(0)));
  auto const parameters = space.make_vector();
  auto x = linear.make_vector();
  check(VecSet(parameters, 0.0));
  check(VecSet(x, 0.0));
  space.gather(pieces, parameters);
  linear.put_parameters(parameters, x);
  return x;
}

}  // namespace

bool moves_of_weights(problem::Problem const& problem, std::vector<Field> const& fitted, estimate::Linearisation& linear, Solve const& solve,
                      std::vector<petsc::Vector>& moves) {
  for (std::size_t p = 0; p < fitted.size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    if (unknown.axes.empty() || !std::holds_alternative<run::Automatic>(unknown.settings.smoothness_weight)) continue;
    auto const field = alone(problem.space(), fitted, p, linear);
    auto const pull = linear.make_vector();
    linear.prior(field, pull);
    PetscReal freedom = 0.0;
    check(VecDot(field, pull, &freedom));
    if (!(freedom > 0.0)) continue;
    auto move = linear.make_vector();
    check(VecSet(move, 0.0));
    if (!solve(pull, move, "what the weight of " + unknown.name + " moves")) return false;
    check(VecScale(move, std::sqrt(2.0 / freedom)));
    moves.push_back(std::move(move));
  }
  return true;
}

}  // namespace mollis::uncertainty

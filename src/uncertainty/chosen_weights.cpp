#include "uncertainty/chosen_weights.hpp"

#include <cmath>

namespace mollis::uncertainty {
namespace {

using petsc::check;

class Moves {
 public:
  Moves(problem::Problem const& problem, estimate::Linearisation& linear, Solve const& solve)
      : space_(problem.space()), linear_(linear), solve_(solve) {}

  /// beta L of one parameter of these pieces.
  petsc::Vector pull(std::vector<Field> const& pieces, std::size_t p) const {
    auto const field = alone(pieces, p);
    auto out = petsc::like(field);
    linear_.prior(field, out);
    return out;
  }
  double roughness(std::vector<Field> const& pieces, std::size_t p) const {
    PetscReal value = 0.0;
    check(VecDot(alone(pieces, p), pull(pieces, p), &value));
    return value;
  }
  /// out := H^-1 of a pull, from what out holds; whether that can be solved.
  bool move(Vec pull, std::size_t p, Vec out) const {
    return solve_(pull, out, "what the weight of " + space_.unknowns()[p].name + " moves");
  }
  std::vector<Field> parameters_of(Vec x) const {
    auto const parameters = space_.make_vector();
    linear_.take_parameters(x, parameters);
    return space_.scatter(parameters);
  }

 private:
  /// x with one of the parameters alone, all else 0; one of the ranks that share it gives it, as gather() sums.
  petsc::Vector alone(std::vector<Field> const& pieces, std::size_t p) const {
    std::vector<Field> own;
    for (std::size_t q = 0; q < pieces.size(); ++q) own.push_back(q == p && space_.unknowns()[q].owner ? pieces[p] : Field("none", pieces[q].extent(0)));
    auto const parameters = space_.make_vector();
    auto x = linear_.make_vector();
    check(VecSet(parameters, 0.0));
    check(VecSet(x, 0.0));
    space_.gather(own, parameters);
    linear_.put_parameters(parameters, x);
    return x;
  }

  parameters::ParameterSpace const& space_;
  estimate::Linearisation& linear_;
  Solve const& solve_;
};

/// A field whose weight was chosen, or is more than it supports.
bool is_moved(parameters::Unknown const& unknown, estimate::Linearisation const& linear, std::size_t p) {
  return !unknown.axes.empty() && (std::holds_alternative<run::Automatic>(unknown.settings.smoothness_weight) || linear.overweight(p) != 1.0);
}

}  // namespace

int solves_of_moves(problem::Problem const& problem, estimate::Linearisation const& linear) {
  int solves = 2;   // of states
  for (std::size_t p = 0; p < problem.space().unknowns().size(); ++p) solves += is_moved(problem.space().unknowns()[p], linear, p) ? 2 : 0;
  return solves;
}

bool moves_of_weights(problem::Problem const& problem, std::vector<Field> const& fitted, estimate::Linearisation& linear, Solve const& solve,
                      std::vector<petsc::Vector>& found, std::vector<Bent>* bent) {
  Moves const moves(problem, linear, solve);
  if (bent != nullptr) bent->resize(fitted.size());
  for (std::size_t p = 0; p < fitted.size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    bool const chosen = std::holds_alternative<run::Automatic>(unknown.settings.smoothness_weight);
    if (!is_moved(unknown, linear, p)) continue;
    double const freedom = moves.roughness(fitted, p);
    if (!(freedom > 0.0)) continue;
    auto const pull = moves.pull(fitted, p), move = linear.make_vector();
    check(VecSet(move, 0.0));
    if (!moves.move(pull, p, move)) return false;
    if (chosen) {
      found.push_back(petsc::copy_of(move));
      check(VecScale(found.back(), std::sqrt(2.0 / freedom)));
    }
    if (bent == nullptr) continue;
    check(VecAXPY(pull, 1.0, moves.pull(moves.parameters_of(move), p)));
    if (!moves.move(pull, p, move)) return false;
    (*bent)[p] = {moves.parameters_of(move), freedom / linear.overweight(p)};
  }
  return true;
}

bool moves_of_states(estimate::Linearisation& linear, Solve const& solve, std::vector<petsc::Vector>& found) {
  auto pull = linear.make_vector(), move = linear.make_vector();
  check(VecSet(move, 0.0));
  if (!linear.pull_of_states(nullptr, pull)) return true;
  PetscReal size = 0.0;
  check(VecNorm(pull, NORM_2, &size));
  if (!(size > 0.0)) return true;
  std::string const what = "what the smoothness of the states moves";
  if (!solve(pull, move, what)) return false;
  {
    auto const more = petsc::like(pull);
    linear.pull_of_states(move, more);
    check(VecAXPY(pull, 1.0, more));
  }
  if (!solve(pull, move, what)) return false;
  found.push_back(std::move(move));
  return true;
}

}  // namespace mollis::uncertainty

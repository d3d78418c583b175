#pragma once
/// A joint fit in memory, with its scores, and the fit by equation error on the same data beside it.
#include "choices/tune.hpp"
#include "estimators/joint/fit.hpp"
#include "kernels/field.hpp"
#include "problem/case.hpp"

namespace mollis::test {

/// A fit of a deck to states given as formulas.
class Joined {
 public:
  Joined(std::string const& text, deck::Named<Formula> const& formulas, Options const& options,
         double missing = 0.0)
      : c(text, formulas, options) {
    remove(missing);
  }

  /// From the deck's initial values, or from a vector of parameters.
  joint::Joined const& fit(Vec start = nullptr) {
    Quiet const quiet;
    auto const problem = c.problem();
    auto const first = start == nullptr ? parameters::first_guess(c.space) : petsc::Vector();
    for (bool const averages_fail : {false, true}) {  // where they do, from the start with factors, as the estimator does
      joint::Objective objective(problem, joint::Lattice(c.grid, c.system, c.deck.joint.spline_degree));
      objective.set_averages_fail(averages_fail);
      result = joint::fit(objective, start == nullptr ? static_cast<Vec>(first) : start);
      if (result.averages_fail) continue;
      parameters = c.space.make_vector();
      objective.take_parameters(result.x, parameters);
      for (std::size_t s = 0; s < c.states.size(); ++s) states.push_back(objective.state(static_cast<int>(s)));
      break;
    }
    return result;
  }
  scores::Score score(std::size_t p, Formula const& truth, bool core) const { return score_of(parameters, p, truth, core); }

  /// Equation error, everything automatic: its parameters.
  petsc::Vector equation_error() {
    Quiet const quiet;
    auto const problem = c.problem();
    auto tuned = choices::tune(problem);
    equation_error::Candidate candidate(problem, tuned.mollifier, c.deck.inversion.tolerance);
    equation_error::Fit fitted;
    fitted.x = std::move(tuned.x);
    fitted.beta = tuned.beta;
    candidate.equation().fit(fitted, c.deck.inversion.reweight);
    return std::move(fitted.x);
  }
  scores::Score score_of(Vec x, std::size_t p, Formula const& truth, bool core) const {
    auto const& unknown = c.space.unknowns()[p];
    return scores::score(c.space, unknown, parameters_of(c, x)[p], sample(unknown.grid, truth), core);
  }

  Case c;
  joint::Joined result;
  petsc::Vector parameters;
  std::vector<Field> states;

 private:
  /// Makes a share of the points unobserved, the same ones on any number of ranks.
  void remove(double share) {
    if (share == 0.0) return;
    for (auto& state : c.states) {
      auto values = to_vector(state.data);
      double gaps = 0.0;
      auto const points = local_points(c.grid);
      for (std::size_t i = 0; i < values.size(); ++i) {
        std::seed_seq seed{points[i][0], points[i][1], points[i][2], points[i][3]};
        if (std::uniform_real_distribution<double>()(*std::make_unique<std::mt19937>(seed)) >= share) continue;
        values[i] = std::nan("");
        gaps += 1.0;
      }
      state.data = to_field(values);
      state.gaps = static_cast<Index>(sum_over(c.grid.comm(), gaps));
    }
  }
};

}  // namespace mollis::test

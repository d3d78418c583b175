#pragma once
/// The phases of a joint fit (docs/joint.md), as fit() runs them: all that moves, solves or chooses is collective. Internal.
#include "estimators/joint/standing.hpp"
#include "estimators/joint/weight_search.hpp"
#include "parameters/bounds.hpp"

namespace mollis::joint {

constexpr int most_steps = 25, most_climbs = 6, most_settling = 30, most_bounded = 60;  ///< steps of phases
constexpr double start_freedom = 12.0;      ///< degrees of freedom of a parameter at the start
constexpr double settled_penalty = 10.0;    ///< w n while the smoothness is chosen
constexpr double raised_penalty = 100.0;    ///< and afterwards

/// Numerics broke down, on all ranks alike: the end of the fit, not of the run.
struct Breakdown {
  std::string phase, what;
};

/// A linear solve by averages has not ended where factors of the Hessian can be had, on all ranks alike.
struct AveragesFail {};
/// Minimises Objective, and chooses the weights of equation and smoothness on the way.
class Fitter {
 public:
  explicit Fitter(Objective& objective);   ///< The objective outlives this. Collective.
  Joined run(Vec first_guess);             ///< All phases, or those that a checkpoint has left; parameters to begin at. run::Error stopped_early. Collective.

 private:
  void end_at(Breakdown const& breakdown, Vec first_guess);
  void begin(Vec first_guess);
  bool go_on();
  void take_whole_steps();
  void stand();
  void rest(Phase phase, int round);
  bool due(Phase phase) const { return phase >= phase_; }
  /// Of a phase: where its loop goes on, 0 where it begins.
  int first_round(Phase phase) const { return phase == phase_ ? round_ : 0; }
  std::vector<double> slopes();
  void start();
  void choose_smoothness(Phase phase, double penalty);
  double choose_prior();
  double next_weight(std::size_t u) const;
  bool ask_hessian();
  void loosen();
  /// Whether fields may be made stiffer than the evidence has them: not inside a mask, where the edge has room for what stiff fields get
  /// wrong, so that the misfit does not show it and the spectrum's degrees of freedom given up are not the true ones; nor where the
  /// evidence is that of the Hessian itself.
  bool climbs() const { return !automatic_.empty() && problem_.mask.extent(0) == 0 && !at_.told && !objective_.is_scarce(); }
  void follow_raise();
  void climb(Phase phase, double penalty);
  void raise();
  void polish();
  void settle();
  bool shorten(Vec from, double most);
  double step_downhill();
  void respect_bounds();
  void say_unsettled(double moved);

  /// The objective where the fit stands, data by what their loss says: weights of a robust loss move the squares.
  double cost() const {
    auto const& parts = objective_.parts();
    return parts.value(objective_.weights()) + 0.5 * (parts.cost - parts.misfit);
  }
  /// A Gauss-Newton step; the relative change of the parameters.
  double step(char const* phase);
  void weigh_equation(double penalty, double share = 1.0);
  double freedom() const {
    double sum = 0.0;
    for (auto const u : automatic_) sum += spectrum_.freedom(u, objective_.weights().smoothness[u], objective_.weights().equation);
    return sum;
  }
  /// Those of x; the states where there are none.
  petsc::Vector parameters() const {
    if (problem_.space().unknowns().empty()) {
      auto all = objective_.make_vector();
      petsc::check(VecCopy(result_.x, all));
      return all;
    }
    auto p = problem_.space().make_vector();
    objective_.take_parameters(result_.x, p);
    return p;
  }
  /// Relative change of the parameters.
  double change_from(Vec before) const;
  /// Whether the parameters stand to the tolerance after a step that moved them by `moved`, the one before by `before`.
  bool is_settled(double moved, double before) const;
  /// Whether the optimum is as near as no data could tell, and the way here does not show. Told once, where it first is that near: what
  /// rounding does is chance, and asked again at each step it would end fits at another one on other numbers of ranks.
  bool is_still();
  void look_ahead(GaussNewton::Outcome const& outcome, double moved);

  Objective& objective_;
  problem::Problem const& problem_;
  GaussNewton newton_;
  Spectrum spectrum_;
  run::Weight given_;
  std::vector<std::size_t> fields_, automatic_;   ///< unknowns with a smoothness weight, those that choose it
  std::vector<WeightSearch> searches_;            ///< of unknowns, while a phase chooses weights
  Joined result_;
  Standing at_;                               ///< now
  Phase phase_ = starting;                    ///< reached by the run before, and in it
  int round_ = 0;
};

}  // namespace mollis::joint

#pragma once
/// The automatic choices of an equation-error fit: mollifier radii (Lepski, then risk; weak form: WeakRadius) and smoothness weights (risk).
#include <vector>

#include "choices/lepski.hpp"
#include "choices/risk.hpp"

namespace mollis::choices {

struct RiskTrial {
  mollifier::AxisRadii radii;             ///< largest along each axis
  std::vector<double> weights; ///< smoothness weights, one a parameter
  double risk;
};

struct Tuned {
  mollifier::Settings mollifier;   ///< radii chosen
  std::vector<double> beta;    ///< smoothness weights, chosen or given
  petsc::Vector x;             ///< a fit near the final one
  std::vector<std::string> ends;  ///< picks at the end of what was searched, in words
  std::vector<RadiusTrial> radius_trials;
  std::vector<RiskTrial> risk_trials;
};

/// Chooses whatever the deck leaves to "auto". Collective.
Tuned tune(problem::Problem const& problem);

}  // namespace mollis::choices

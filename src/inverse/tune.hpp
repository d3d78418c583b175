#pragma once
/// The automatic choices of an equation-error fit: mollifier radii (Lepski, then risk; weak form: WeakRadius) and smoothness weights (risk).
#include <vector>

#include "inverse/lepski.hpp"
#include "inverse/risk.hpp"

namespace mollis::inverse {

struct RiskTrial {
  AxisRadii radii;             ///< largest along each axis
  std::vector<double> weights; ///< smoothness weights, one a parameter
  double risk;
};

struct Tuned {
  deck::Mollifier mollifier;   ///< radii chosen
  std::vector<double> beta;    ///< smoothness weights, chosen or given
  petsc::Vector x;             ///< a fit near the final one
  std::vector<RadiusTrial> radius_trials;
  std::vector<RiskTrial> risk_trials;
};

/// Chooses whatever the deck leaves to "auto". Collective.
Tuned tune(Problem const& problem);

}  // namespace mollis::inverse

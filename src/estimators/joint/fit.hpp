#pragma once
/// The joint fit, everything chosen from the data: start, weight of the equation, smoothness, all read off the averaged
/// Hessian (Spectrum). Constants and their evidence: docs/joint.md.
#include "estimators/joint/gauss_newton.hpp"
#include "estimators/joint/spectrum.hpp"

namespace mollis::joint {

/// A pair of smoothness weights on the way, with what was seen there.
struct Trial {
  std::string phase;                ///< "start", "weight", "climb", "raise", "polish", "settle", "bounds"
  std::vector<double> smoothness;   ///< beta, one a parameter
  double equation;                  ///< w of the first residual
  double misfit;                    ///< |S g - d|^2 / sigma^2 over the observed points
  double freedom;                   ///< degrees of freedom of all automatic parameters
  double change;                    ///< relative, of the parameters in the last step
};

struct Joined {
  petsc::Vector x;
  bool converged = false;
  double unsettled = 0.0;           ///< see Estimate
  bool averages_fail = false;       ///< given up, as factors of the Hessian serve better: see Objective::set_averages_fail()
  std::string failure;              ///< what broke down and in which phase; x is then the last point that is finite
  int newton = 0;
  double objective = 0.0, gradient = 0.0;
  std::vector<Trial> trials;
};

/// Fits states and parameters together from a first guess of the parameters (a vector of ParameterSpace); leaves the
/// objective at the fit with its final weights. Collective.
Joined fit(Objective& objective, Vec first_guess);

}  // namespace mollis::joint

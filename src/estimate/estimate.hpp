#pragma once
/// What a method found, whichever it was. Fields are over the local box; parameters and what belongs to them are pieces
/// (parameters::ParameterSpace).
#include <memory>
#include <string>
#include <vector>

#include "estimate/choices.hpp"
#include "estimate/linearisation.hpp"
#include "kernels/field.hpp"
#include "problem/problem.hpp"

namespace mollis::estimate {

struct Estimate {
  petsc::Vector parameters;              ///< as fitted (logarithms where transform = "log")
  std::vector<Field> sensitivities;      ///< sum_k W_k (dR_k/dNAME)^2 of every parameter, over NAME itself
  std::vector<Field> states;             ///< mollified, one a state, less its `about`
  std::vector<Field> predicted;          ///< what the states say of each datum (H S g), one field a state; none where states are not fitted
  std::vector<Field> trust;              ///< how far each datum counts, 0 to 1: the weight of its loss, one field a state; empty where losses are squares
  std::vector<Field> residuals;          ///< R_k at the estimate, 0 where masked
  std::vector<Field> weights;            ///< W_k: 1 / Var R_k, or the penalty w_k of a method that fits states; 0 where masked
  Field mask;                            ///< 1 where residuals exist

  // What was chosen.
  mollifier::Settings smoother;          ///< that made the states
  std::vector<double> smoothness;        ///< beta, one a parameter
  std::vector<double> noise;             ///< standard deviation of the data's noise, one a state
  std::vector<double> penalty;           ///< w, one a residual; empty where states are not fitted
  bool bias_corrected = false;           ///< noise was taken out of the normal equations
  double noise_share = 0.0;              ///< how much of what some combination of parameters multiplies is noise (NormalNoise); 0 where it is not known
  std::vector<std::string> ends;         ///< automatic picks that stand at the end of what was searched, in words
  run::Named<run::Table> trials;

  // How it ended.
  double misfit_chi2 = 0.0;              ///< mean of (S u - d)^2 / sigma^2 over the data, or of W R^2 where states are not fitted
  double objective = 0.0, gradient = 0.0;
  int steps = 0;                         ///< Newton steps, or passes of the weights
  bool converged = false;
  double unsettled = 0.0;                ///< where parameters do not stand to the tolerance: the relative change of the last step
  std::string failure;                   ///< what broke down, where and in which phase; the estimate is then the last finite one

  std::unique_ptr<Linearisation> linear; ///< around it
};

/// How many data of a state are set aside: more likely outliers than not. Collective.
double set_aside(problem::Problem const& problem, Estimate const& estimate, std::size_t state);

}  // namespace mollis::estimate

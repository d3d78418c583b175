#pragma once
/// How far an estimate may be off. With e the noise of the rows and r of the prior, the error of x* is to first order
///   delta = H^-1 (J^T W e + r),   e ~ the rows' noise (as the filters correlate it), r ~ N(0, P),
/// so that its covariance is H^-1 where W is the noise's inverse covariance (joint), and H^-1 (J^T W C W J + P) H^-1, C the
/// noise's own, where it is not (equation error: the sandwich). Deviations of fields are those of draws of delta; constants
/// of methods with white rows have theirs from a solve each.
/// The prior is read as one: beta L is what is believed of a field before the data (Wahba 1983; Nychka 1988: bands that cover
/// on average over the points).
#include <string>
#include <vector>

#include "estimate/estimate.hpp"
#include "problem/problem.hpp"
#include "uncertainty/directions.hpp"
#include "uncertainty/fit_left.hpp"
#include "uncertainty/missing_terms.hpp"
#include "uncertainty/settings.hpp"

namespace mollis::uncertainty {

/// Of the parameters that are constants, in the order of the unknowns, as fitted.
struct Constants {
  std::vector<std::size_t> unknowns;           ///< positions among the unknowns
  std::vector<double> covariance;              ///< row-major
  std::vector<double> without_terms;           ///< the same without what a term that may be missing would move them by
  std::vector<double> information;             ///< sum_k W_k (dR_k/dc)^2, all else known
  std::vector<Direction> conditions;           ///< Undetermined::find(); empty beside fields of mollified data
  double at(std::size_t i, std::size_t j) const { return covariance[i * unknowns.size() + j]; }
  double deviation(std::size_t i) const;
  /// NaN where either is not determined.
  double correlation(std::size_t i, std::size_t j) const;
  double deviation_of(std::size_t unknown) const;  ///< 0 of a field
};

/// How far the mollifier's width moves a parameter, root mean square, and by how much noise moves it.
struct Bias {
  double core = 0.0, rim = 0.0;
  double noise = 0.0;                          ///< one standard deviation, in the core, before the bias is added
  double size = 0.0;                           ///< root mean square of the parameter in the core (1 of a logarithm)
  double apart = 0.0, chance = 0.0;            ///< what the second fit differs by in the core, root mean square, and its standard deviation by noise
  int draws = 0;                               ///< which that was told from
};

/// What is known of a state that was not observed.
struct Unobserved {
  std::size_t state = 0;                       ///< position among the states
  Field deviation;                             ///< one standard deviation at each point; of what differs from the mean, where that is not known
  double size = 0.0;                           ///< standard deviation over the points, of the fitted state
  double error = 0.0;                          ///< root mean square of the deviation
  double error_of_mean = 0.0;                  ///< standard deviation of the mean over the points
  bool mean_known = true;                      ///< the mean is known to better than the state's size
};

struct Uncertainty {
  bool asked = true;                           ///< false where the deck wants no samples
  bool computed = false;
  std::string why_not;                         ///< what was in the way, for the verdict
  int draws = 0, krylov = 0;
  std::vector<Field> deviation;                ///< one standard deviation of every parameter (its values, not logarithms): 95 % within 1.96
  std::vector<Field> known;                    ///< 1 - posterior / prior variance, the prior's being that of the field's own size
  Constants constants;
  std::vector<FitLeft> expected;               ///< what draws leave of the rows
  std::vector<FitLeft> expected_of_noise;      ///< what draws of the noise alone leave: less, where a prior is wide
  std::vector<Bias> bias;                      ///< of smoothing, one a parameter; empty where nothing is smoothed beforehand
  std::vector<double> bent;                    ///< one a parameter: share of the core where its smoothness takes more of it than 1.96 deviations; 0 where not known
  std::vector<double> freedom;                 ///< one a parameter: degrees of freedom of a field for which `bent` is known, else 0
  std::vector<double> rises;                   ///< of draws of the error: how much the objective rises there, over what its Hessian says; empty: not in doubt
  double noise_share = 0.0;                    ///< of constants beside fitted states (NoiseShare); 0 where it is not known
  std::vector<MissingTerm> missing;            ///< the simple term that stands out most of what the fit leaves; empty where that is not known
  std::vector<Field> taken;                    ///< of data, one field a state: what the smoothness of the states took from what is predicted of them; empty: nothing
  std::vector<Unobserved> unobserved;          ///< of states without observations
  std::vector<Bias> lattice;                   ///< the same of the lattice; empty where it is fine enough
  run::Named<std::vector<Field>> samples;      ///< of every parameter (its values), where they are kept
};

/// Of an estimate. `fit_iterations`: of the linear solves that it took; automatic draws cost no more, but are 4 at least, of mollified data 6. Solvers
/// that fail are said in why_not. Collective.
Uncertainty quantify(problem::Problem const& problem, estimate::Estimate const& estimate, Settings const& settings, int fit_iterations);

}  // namespace mollis::uncertainty

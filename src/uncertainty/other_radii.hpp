#pragma once
/// Fits with other radii, and what these change of the parameters against what noise does.
#include <memory>
#include <optional>
#include <vector>

#include "estimate/estimator.hpp"
#include "kernels/single.hpp"
#include "uncertainty/missing_terms.hpp"
#include "uncertainty/moved.hpp"

namespace mollis::uncertainty {

/// A fit by other radii, and what it differs by from the first.
struct OtherRadii {
  double ratio = 1.0;                                ///< of the radii; 1: they cannot be changed, and nothing was fitted
  std::optional<estimate::Estimate> estimate;        ///< weak form
  std::vector<MeanSquares> found, by_noise;          ///< one a parameter: as found, and as draws of the noise have it on average
  int draws = 0;
  std::unique_ptr<MissingTerms> terms;               ///< weak form: of what the draws leave of this fit
};

/// The ratio of the radii, at `factor` of an estimate's: no smaller than their degree allows, and no wider than a third of their axis;
/// the largest over the axes, of a map the mean over its rungs, which whole cells make unequal. Not collective.
double ratio_of(problem::Problem const& problem, estimate::Estimate const& estimate, double factor);

/// The noise's part of a draw of an estimate's error, as values of the parameters; empty where the solve fails. `terms` learn what it leaves.
/// Collective.
std::vector<Field> noise_of(problem::Problem const& problem, estimate::Estimate const& estimate, int number, MissingTerms* terms = nullptr);

/// Fits a problem again with other radii, from its estimate. Collective.
class Refit {
 public:
  enum class Broke { nothing, fit, pull };

  /// `draws`: of the noise through every fit. Those through the estimate's are kept, and its linear algebra is set down, so that only one fit at a
  /// time stands with all that it works with. Collective.
  Refit(problem::Problem const& problem, estimate::Estimate const& estimate, estimate::Estimator& estimator, int draws);

  /// What would take off the estimate what noise in what its parameters multiply has pulled it by (errors in variables), to first order:
  ///   H^-1 E dJ^T W e,
  /// pieces; zeros where a method takes that out itself. Empty where the solve fails.
  std::vector<Field> const& pull() const { return pull_; }

  /// With radii at `factor` of the estimate's, and the draws through both. Without draws where it breaks or nothing can change.
  Broke fit(double factor, OtherRadii& out) const;

 private:
  bool compare(OtherRadii& out) const;
  void draw(OtherRadii& out) const;

  problem::Problem const& problem_;
  estimate::Estimate const& estimate_;
  estimate::Estimator& estimator_;
  std::vector<Field> pull_;
  std::vector<std::vector<kernels::SingleField>> drawn_;   ///< [draw]: noise_of() of the estimate, of which mean squares are taken
};

}  // namespace mollis::uncertainty

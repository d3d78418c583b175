#pragma once
/// Radius in the weak form, where derivatives of the data are no quantity of their own and the parameters are what to
/// compare. Each radius gives an estimate lam_r, and draws of synthetic noise its response dlam_r = -H^-1 J^T W n. After
/// Goldenshluger and Lepski the radius minimises B(r) + V(r),
///   V(r) = E |dlam_r|^2,   B(r) = max over q of [ |lam_r - lam_q|^2 - kappa E |dlam_r - dlam_q|^2 ]_+ ,
/// (no q much noisier than the best), |d|^2 = sum over parameters of |d_p|^2 / |lam_p|^2. Constants have no smoothing bias, but
/// sampled kernels err where they are narrow: q goes over wider radii. A field loses its detail to wide kernels: q goes over
/// narrower ones. Noise in what constants multiply pulls them towards 0, the more the less of the signal a radius leaves, and
/// there they hardly answer to noise: responses are those of the equations corrected for it (residual::NoiseBias), radii at
/// which that cannot be done say nothing, and where the residuals exceed their noise by chi^2 > 1 the variance does.
#include "choices/lepski.hpp"
#include "kernels/field.hpp"

namespace mollis::choices {

class WeakRadius {
 public:
  /// `beta`: smoothness weights as the deck gives them, 0 where automatic (a weight of four cycles then stands in).
  WeakRadius(problem::Problem const& problem, Ladder const& ladder, std::vector<double> beta);

  /// The rung in each group: along the diagonal from the widest, then (several groups) two sweeps of one group at a
  /// time. Collective.
  std::vector<int> choose();
  /// Bias and variance as they enter the choice.
  std::vector<RadiusTrial> const& trials() const { return trials_; }

 private:
  struct Estimate {
    std::vector<Field> parameters;               ///< pieces
    std::vector<std::vector<Field>> responses;   ///< [draw]
    double excess = 1.0;                         ///< mean square of the residuals over their variance, at least 1
    bool broken = false;                         ///< numerics broke down or noise is all there is: it says nothing
  };
  Estimate const& at(std::vector<int> const& rung);
  std::vector<double> weights(equation_error::EquationError& equation, std::vector<Field> const& w) const;
  double weighted_points(std::vector<Field> const& w) const;
  double distance(std::vector<Field> const& a, std::vector<Field> const* b) const;
  double variance(Estimate const& a, Estimate const* b) const;  ///< infinite where one is broken
  std::size_t best_of(std::vector<std::vector<int>> const& line);

  problem::Problem const& problem_;
  Ladder const& ladder_;
  std::vector<double> beta_;
  std::vector<std::vector<Field>> draws_;
  std::vector<double> scale_;                    ///< |lam_p|^2 at the widest radii
  std::map<std::vector<int>, Estimate> estimates_;
  std::vector<RadiusTrial> trials_;
};

/// The least radius that the weak form's ladder starts from, in cells: polynomial kernels are sampled too badly below.
constexpr int weak_least_radius = 6;

}  // namespace mollis::choices

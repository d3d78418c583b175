#pragma once
/// What the prior expects of a field at each octave of waves against what the fit found there. One weight beta serves all waves; evidence
/// makes it right on average over those that the data tell. Of a field of few long waves these are larger than the prior has them: its bands are
/// those of a prior that is too narrow, and so is what the smoothness takes from them.
/// With q = P x* the pull of the prior on a fit (what the data hold against it), q = P x - r that of a draw x = H^-1 (J^T W e + r), and x_r = H^-1 r,
/// q_r = P x_r - r those of the prior's part of a draw alone,
///   E_b = sum_{k in b} |q_k|^2 - max over draws of sum_{k in b} |q_k|^2   (0 at least; k: cosines or Fourier waves of the field, 0 < |k| < 1.5, 3, 6, ...
///   half waves; of the mean, which no prior holds, q is rounding),
///   s_b = 1 + E_b / E sum_{k in b} |q_rk|^2
/// is the scale of the prior's variance in b by moments, but for what chance makes of the pull: an empirical Bayes estimate with a hyperparameter an
/// octave. The field's waves of x_r in b, times sqrt(s_b - 1), are added to its error.
#include <cstdint>
#include <memory>
#include <vector>

#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"
#include "spectral/spectral_box.hpp"
#include "uncertainty/chosen_weights.hpp"

namespace mollis::uncertainty {

class PriorScale {
 public:
  /// Arguments outlive this. Collective.
  PriorScale(problem::Problem const& problem, estimate::Linearisation& linear);
  /// Of a draw x of the error and the prior's part r of it. Collective.
  void add(Vec x, Vec r);
  /// E_b of every octave of every field. `parameters`: those of x*. Collective.
  std::vector<double> excess(Vec parameters, int draws) const;
  /// x := its octaves times the roots of these, all else 0. Collective.
  void weigh(Vec x, std::vector<double> const& variances) const;
  /// take(x) of n draws whose mean square is what H^-1 lacks, as long as further(n): n, 0 where no octave has an excess, -1 where one could not be
  /// solved for. Their parameters are kept until the last is there. Collective.
  int draw(Vec parameters, int draws, Solve const& solve, std::function<bool(int)> const& further, std::function<void(Vec)> const& take) const;

  /// Of every octave the largest |q|^2 of the draws so far, and back.
  std::vector<double> const& largest() const { return largest_; }
  void go_on(std::vector<double> largest) { largest_ = std::move(largest); }

 private:
  struct Waves {
    spectral::SpectralBox box;
    std::vector<std::uint8_t> octave;  ///< of each of this rank's waves
    std::size_t first, count;          ///< of its octaves, among those of all fields
  };
  std::vector<double> energies(Vec x) const;
  std::vector<double> pulls(Vec x, Vec r) const;
  void keep_parameters(Vec r) const;

  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  std::vector<std::unique_ptr<Waves>> waves_;  ///< one a parameter, none of constants
  std::size_t octaves_ = 0;
  std::vector<double> largest_;
};

}  // namespace mollis::uncertainty

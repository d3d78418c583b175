#pragma once
/// What the prior expects of a field at each octave of waves against what the fit found there. One weight beta serves all waves; evidence
/// makes it right on average over those that the data tell. Of a field of few long waves these are larger than the prior has them, which
/// matters where data do not tell them: there its bands are those of a prior that is too narrow.
/// With q = P x* the pull of the prior on a fit (what the data hold against it), q = P x - r that of a draw x = H^-1 (J^T W e + r),
///   s_b = sum_{k in b} |q_k|^2 / E sum_{k in b} |q_k|^2   (k: cosines or Fourier waves of the field, b: |k| < 1.5, 3, 6, ... half waves),
/// the scale of the prior's variance in b by moments: an empirical Bayes estimate with a hyperparameter an octave. Data that tell nothing of b
/// hold nothing in either sum. To a draw of the error r_b of variance s_b - 1 is added where s_b > 1: no octave is made surer.
#include <memory>
#include <vector>

#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"
#include "spectral/spectral_box.hpp"
#include "uncertainty/chosen_weights.hpp"

namespace mollis::uncertainty {

class PriorScale {
 public:
  /// Collective.
  PriorScale(problem::Problem const& problem, estimate::Linearisation& linear);
  /// Of a draw x of the error and the prior's part r of it. Collective.
  void add(Vec x, Vec r);
  /// s of every octave of every field, 1 where it is no more or nothing is told. `parameters`: those of x*. Collective.
  std::vector<double> scales(Vec parameters, int draws) const;
  /// r := its octaves times sqrt(s - 1), all else 0. Collective.
  void widen(Vec r, std::vector<double> const& scales) const;
  /// take(x) of n draws whose mean square is what H^-1 lacks, as long as further(n): n, 0 where no s is above 1, -1 where one could not be solved
  /// for. Collective.
  int draw(Vec parameters, int draws, Solve const& solve, std::function<bool(int)> const& further, std::function<void(Vec)> const& take) const;

  /// The sums so far, and back.
  std::vector<double> const& sums() const { return sums_; }
  void go_on(std::vector<double> sums) { sums_ = std::move(sums); }

 private:
  struct Waves {
    spectral::SpectralBox box;
    std::vector<std::size_t> octave;   ///< of each of this rank's waves
    std::size_t first, count;          ///< of the sums
  };
  std::vector<double> energies(Vec x) const;

  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  std::vector<std::unique_ptr<Waves>> waves_;  ///< one a parameter, none of constants
  std::vector<double> sums_;
};

}  // namespace mollis::uncertainty

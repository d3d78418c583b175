#pragma once
/// What the prior expects of a field in each band of waves against what the fit found there. One weight beta serves all waves; evidence
/// makes it right on average over those that the data tell. A field of few long waves is larger there than the prior has it, so that the smoothness
/// takes more from it than H^-1 says, and smaller than believed among the shorter waves.
/// With q = P x* the pull of the prior on a fit (what the data hold against it), and x_n = H^-1 J^T W e, x_r = H^-1 r the parts of a draw that
/// come from the noise and from the prior, with q_n = P x_n and q_r = P x_r - r,
///   sum_{k in b} |q_k|^2 ~ (N_b + s_b R_b) chi^2_n / n,   N_b = E sum_{k in b} |q_nk|^2,   R_b likewise of q_r
/// with n = (N_b + R_b)^2 / E (q_r . r')^2 over pairs of draws (the trace of the covariance M = P - P H^-1 P of q, squared, over that of its square), the waves that
/// move by themselves (fewer where data are few, or where bands of an octave move together; at most those that there are)
///   (k: cosines or Fourier waves of the field; bands of a quarter of an octave, from 0 < |k| < 1.5 half waves on; of the mean, which no prior holds, q is rounding)
/// tells the scale s_b of the prior's variance in b: an empirical Bayes estimate, band after band (wave_scales.hpp). The estimate stays the one of beta; its error is
/// H^-1 (J^T W e + r) with r's waves times the roots of s_b.
/// Draws of the prior tell N_b as well: with D = H - P, E q_n q_n^T = P H^-1 D H^-1 P = -E q_r (P x_r)^T. Few are solved for; how much of r they happen to have
/// in a band is made up for by what the prior expects there (prior_energies.hpp), where that scatters less (a ratio estimate: Cochran, Sampling Techniques, 1977, ch. 6).
#include <cstdint>
#include <memory>
#include <vector>

#include "checkpoint/quantities.hpp"
#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"
#include "spectral/spectral_box.hpp"
#include "uncertainty/pull_energies.hpp"

namespace mollis::uncertainty {

class PriorScale {
 public:
  /// smoothness: beta of each parameter, as draws of the prior have it. The others outlive this. Collective.
  PriorScale(problem::Problem const& problem, estimate::Linearisation& linear, std::vector<double> const& smoothness);
  /// Whether there is any wave to be scaled: of fields whose draws are those that H^-1 has. Not collective.
  bool any() const { return !energies_.octaves().empty(); }
  /// The first draw's pull by a loose solve, for first(). Collective.
  void look(Vec loose, Vec r) { loose_ = pull_of(loose, petsc::copy_of(r)).best; }
  /// What the first draw, solved closer, tells of those that follow.
  struct First {
    double spoilt;    ///< the largest of all fields of the mean of |q_r' - q_r|^2 / |q_r|^2 over its bands, by their shares of |x|^2; q_r' that of look()
    double scatter;   ///< PullEnergies::scatter() of so many draws like it
  };
  /// x = H^-1 r. Forgets what look() saw. Collective.
  First first(Vec x, Vec r, int draws);
  /// x = H^-1 r and r, a draw of the prior. Overwrites r. Collective.
  void add(Vec x, Vec r);
  /// How many have been added. Not collective.
  int draws() const { return energies_.draws(); }
  /// N_b, R_b and n of all bands, by the draws so far; nothing found. Not collective.
  std::vector<WaveEnergy> expected() const { return energies_.expected(); }
  /// s_b of all bands, once all draws are added. `parameters`: those of x*. Collective.
  void settle(petsc::Vector const& parameters);
  /// r := its fields' waves times the roots of s_b, less what the smoothness leaves free, which no r has; all else as it is. Collective.
  void apply(Vec r) const;
  /// s_b, of one field after the other; none before settle(). Not collective.
  std::vector<double> const& scales() const { return scales_; }

  /// v^T (S P S^T - P) v, S what apply() does: what the scales add to the variance of a constant, v the parameters of its column of H^-1. Collective.
  double more_of(Vec column) const;
  /// What has been added so far, as parts of a checkpoint, and back. Collective.
  void keep(checkpoint::Quantities& kept) const;
  void go_on(checkpoint::Quantities const& kept);

 private:
  struct Waves {
    spectral::SpectralBox box;
    std::vector<std::uint8_t> band;      ///< of each of this rank's waves
    std::size_t first;                   ///< of its bands, among those of all fields
  };
  using Coefficients = std::vector<HostField>;           ///< of each parameter
  std::vector<Field> pieces_of(Vec x) const;
  std::vector<Field> pieces_of(Coefficients waves) const;
  Coefficients coefficients_of(std::vector<Field> const& pieces) const;
  Coefficients coefficients_of(Vec x) const { return coefficients_of(pieces_of(x)); }
  std::vector<double> products(Coefficients const& a, Coefficients const& b) const;
  struct Pull {
    Coefficients of_r, by_prior, best;     ///< waves of r, of P x - r, and of q_r in the better of its two forms
    PullEnergies::Draw draw;               ///< energies, but that of the noise
  };
  Pull pull_of(Vec x, Vec r) const;
  Coefficients least_spoilt(Coefficients const& by_prior, Coefficients by_rows, PullEnergies::Draw& draw) const;
  void add_pairs(Coefficients const& of_r, Coefficients pull);
  void scale_waves(Waves const& waves, Field const& piece) const;
  void take_free(std::size_t unknown, Field const& r) const;
  std::vector<Field> own(std::vector<Field> pieces) const;

  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  std::vector<std::unique_ptr<Waves>> waves_;  ///< one a parameter, none of constants
  std::size_t bands_ = 0;
  PullEnergies energies_;
  Coefficients loose_;                         ///< of look(), in the better of its two forms
  std::vector<std::vector<Field>> pulls_;      ///< [draw][parameter]: q_r, pieces
  std::vector<double> scales_;
};

}  // namespace mollis::uncertainty

#pragma once
/// What the prior expects of a field at each octave of waves against what the fit found there. One weight beta serves all waves; evidence
/// makes it right on average over those that the data tell. A field of few long waves is larger there than the prior has it, so that the smoothness
/// takes more from it than H^-1 says, and smaller than believed in the octaves beyond.
/// With q = P x* the pull of the prior on a fit (what the data hold against it), and x_n = H^-1 J^T W e, x_r = H^-1 r the parts of a draw that
/// come from the noise and from the prior, with q_n = P x_n and q_r = P x_r - r,
///   sum_{k in b} |q_k|^2 ~ (N_b + s_b R_b) chi^2_n / n,   N_b = E sum_{k in b} |q_nk|^2,   R_b likewise of q_r
/// with n = (N_b + R_b)^2 / E (q_r . r')^2 over pairs of draws (the trace of the covariance M = P - P H^-1 P of q, squared, over that of its square), the waves that move by themselves (fewer where data are few; at most those that there are)
///   (k: cosines or Fourier waves of the field, 0 < |k| < 1.5, 3, 6, ... half waves; of the mean, which no prior holds, q is rounding)
/// tells the scale s_b of the prior's variance in b: an empirical Bayes estimate with a hyperparameter an octave (octave_scale.hpp), each expected to be that of
/// the octave before, the first to be 1. The estimate stays the one of beta; its error is H^-1 (J^T W e + r) with r's waves times the roots of s_b.
/// Draws of the prior tell N_b as well: with D = H - P, E q_n q_n^T = P H^-1 D H^-1 P = -E q_r (P x_r)^T.
#include <cstdint>
#include <memory>
#include <vector>

#include "checkpoint/quantities.hpp"
#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"
#include "spectral/spectral_box.hpp"
#include "uncertainty/octave_scale.hpp"

namespace mollis::uncertainty {

class PriorScale {
 public:
  /// Arguments outlive this. Collective.
  PriorScale(problem::Problem const& problem, estimate::Linearisation& linear);
  /// Whether there is any wave to be scaled: of fields whose draws are those that H^-1 has. Not collective.
  bool any() const { return !octaves_.empty(); }
  /// x = H^-1 r and r, a draw of the prior. Overwrites r. Collective.
  void add(Vec x, Vec r);
  /// How many have been added. Not collective.
  int draws() const { return draws_; }
  /// N_b, R_b and n of all octaves, by the draws so far; nothing found. Not collective.
  std::vector<OctaveEnergy> expected() const;
  /// s_b of all octaves, once all draws are added. `parameters`: those of x*. Collective.
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
    std::size_t first, first_octave;     ///< of its bands and octaves, among those of all fields
  };
  struct Octave {
    std::size_t first, count;            ///< of its bands
    bool longest;                        ///< of its field
  };
  enum Sum { of_prior, of_noise, unsolved, sums };       ///< |q_r|^2, -q_r . P x_r, what solves have left of q_r
  using Coefficients = std::vector<HostField>;           ///< of each parameter
  std::vector<Field> pieces_of(Vec x) const;
  std::vector<Field> pieces_of(Coefficients waves) const;
  Coefficients coefficients_of(std::vector<Field> const& pieces) const;
  Coefficients coefficients_of(Vec x) const { return coefficients_of(pieces_of(x)); }
  std::vector<double> products(Coefficients const& a, Coefficients const& b) const;
  std::vector<double> over_octaves(std::vector<double> const& of_bands) const;
  Coefficients least_spoilt(Coefficients const& by_prior, Coefficients by_rows, std::vector<double> missed, std::vector<double> const& drawn);
  void add_sum(Sum sum, std::vector<double> const& of_bands, double sign = 1.0);
  void add_pairs(Coefficients const& drawn, Coefficients pull);
  void scale_waves(Waves const& waves, Field const& piece) const;
  void take_free(std::size_t unknown, Field const& r) const;
  std::vector<Field> own(std::vector<Field> pieces) const;

  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  std::vector<std::unique_ptr<Waves>> waves_;  ///< one a parameter, none of constants
  std::vector<Octave> octaves_;
  std::vector<double> count_;                  ///< waves of each band
  std::vector<double> sums_;                   ///< [sum][band], over draws
  std::vector<double> pairs_;                  ///< [octave]: (q_r . r')^2, over pairs of draws
  int draws_ = 0;
  std::vector<std::vector<Field>> pulls_;      ///< [draw][parameter]: q_r, pieces
  std::vector<double> scales_;
};

}  // namespace mollis::uncertainty

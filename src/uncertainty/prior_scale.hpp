#pragma once
/// What the prior expects of a field at each octave of waves against what the fit found there. One weight beta serves all waves; evidence
/// makes it right on average over those that the data tell. A field of few long waves is larger there than the prior has it, so that the smoothness
/// takes more from it than H^-1 says, and smaller than believed in the octaves beyond.
/// With q = P x* the pull of the prior on a fit (what the data hold against it), and x_n = H^-1 J^T W e, x_r = H^-1 r the parts of a draw that
/// come from the noise and from the prior, with q_n = P x_n and q_r = P x_r - r,
///   sum_{k in b} |q_k|^2 ~ (N_b + s_b R_b) chi^2_n / n,   N_b = E sum_{k in b} |q_nk|^2,   R_b likewise of q_r
/// with n = (E |q_n|^2)^2 / E (q_n . q_n')^2 over pairs of draws, the waves that move by themselves (fewer where data are few; at most those that there are)
///   (k: cosines or Fourier waves of the field, 0 < |k| < 1.5, 3, 6, ... half waves; of the mean, which no prior holds, q is rounding)
/// tells the scale s_b of the prior's variance in b: an empirical Bayes estimate with a hyperparameter an octave (octave_scale.hpp), each expected to be that of
/// the octave before, the first to be 1. The estimate stays the one of beta; its error is H^-1 (J^T W e + r) with r's waves times the roots of s_b.
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
  /// x = H^-1 b and b of a draw of the noise, b = J^T W e, and of one of the prior, b = r: as many of these as of those. Overwrites b. Collective.
  void add_noise(Vec x, Vec b);
  void add_prior(Vec x, Vec r) { add_part(prior_part, x, r); }
  /// s_b of all octaves, once all draws are added. `parameters`: those of x*. Collective.
  void settle(petsc::Vector const& parameters);
  /// r := its fields' waves times the roots of s_b, less what the smoothness leaves free, which no r has; all else as it is. Collective.
  void apply(Vec r) const;
  /// s_b, of one field after the other; none before settle(). Not collective.
  std::vector<double> const& scales() const { return scales_; }

  /// The parameters of an x_n, until they are let go. Collective.
  petsc::Vector by_noise(std::size_t draw) const;
  void let_go() { by_noise_.clear(); }
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
  enum Part { noise_part, prior_part, parts };           ///< of a draw
  enum Form { by_prior, by_rows, unsolved, drawn, forms };  ///< P x (less r), J^T W (e - J x), what is between them (what a solve has left), b
  std::vector<Field> pieces_of(Vec x) const;
  std::vector<HostField> coefficients_of(Vec x) const;
  std::vector<HostField> pull_of(petsc::Vector const& parameters) const;
  std::vector<double> products(std::vector<HostField> const& a, std::vector<HostField> const& b) const;
  void add_energies(Part part, Form form, Vec q);
  void add_part(Part part, Vec x, Vec b);
  OctaveEnergy energy_of(Octave const& octave, std::vector<double> const& found) const;
  std::vector<double> freedoms() const;
  void scale_waves(Waves const& waves, Field const& piece) const;
  void take_free(std::size_t unknown, Field const& r) const;
  std::vector<Field> own(std::vector<Field> pieces) const;

  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  std::vector<std::unique_ptr<Waves>> waves_;  ///< one a parameter, none of constants
  std::vector<Octave> octaves_;
  std::vector<double> count_;                  ///< waves of each band
  std::vector<double> sums_;                   ///< [part][form][band], over draws
  int draws_ = 0;
  std::vector<std::vector<Field>> by_noise_;   ///< [draw][parameter]: pieces
  std::vector<double> scales_;
};

}  // namespace mollis::uncertainty

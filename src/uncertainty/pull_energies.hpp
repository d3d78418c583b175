#pragma once
/// What draws of a prior tell of the energies of its pull, band by band of waves (prior_scale.hpp): N_b of the noise, R_b of the prior, and how many waves make
/// them up. Numbers alone: nothing here is collective.
#include <vector>

#include "checkpoint/quantities.hpp"
#include "uncertainty/wave_scales.hpp"

namespace mollis::uncertainty {

class PullEnergies {
 public:
  using Bands = std::vector<double>;   ///< a value a band
  struct Octave {
    std::size_t first, count;          ///< of its bands; a field's first octave has one
    bool last;                         ///< of its field
  };
  /// Of one draw: |q_r|^2, -q_r . P x_r, |r|^2, what the solve has left of q_r, squared, and |x_r|^2.
  struct Draw {
    Bands of_prior, of_noise, energy, unsolved, error;
  };

  PullEnergies() = default;
  /// count: waves of each band; whole: what the prior expects of |r|^2 in each.
  PullEnergies(Bands count, Bands whole, std::vector<Octave> octaves);
  void add(Draw const& draw);
  /// q_r . r' of a pair of draws.
  void add_pair(Bands const& along);
  int draws() const { return draws_; }
  std::vector<Octave> const& octaves() const { return octaves_; }
  /// Sums over the bands of octaves.
  std::vector<double> over_octaves(Bands const& of_bands) const;

  /// The largest of all fields of the mean of a_b / of_prior_b over its bands, by their shares of `error`; of those where there is something of the prior. All of
  /// one draw.
  double relative(Bands const& a, Draw const& draw) const;
  /// How far the deviation of a field may be off, relative to itself, as few waves of so many draws tell its scales: (1/2) (sum_b w_b^2 2 / (waves_b draws))^(1/2), w_b
  /// the share of `error` that is in a band. The largest of all fields.
  double scatter(Bands const& error, int draws) const;

  /// N_b, R_b and n of all bands; nothing found.
  std::vector<WaveEnergy> expected() const;

  void keep(checkpoint::Quantities& kept) const;
  void go_on(checkpoint::Quantities const& kept);

 private:
  /// Over draws: those of Draw, of which `drawn` is the energy; squares of t = the first two, t |r|^2, |r|^4.
  enum Sum { of_prior, of_noise, unsolved, drawn, both_squared, both_drawn, drawn_squared, sums };
  double sum(Sum of, std::size_t band) const { return sums_[of * count_.size() + band]; }
  template <class Visit>
  void each_field(Visit const& visit) const;   ///< visit(first band, behind its last)
  double pairs() const { return 0.5 * draws_ * (draws_ - 1.0); }
  WaveEnergy energy_of(std::size_t band) const;
  double scatter_by_ratio(std::size_t band) const;
  double together(Octave const& octave, double whole, std::vector<WaveEnergy> const& bands) const;

  Bands count_, whole_;
  std::vector<Octave> octaves_;
  std::vector<double> sums_;                   ///< [sum][band]
  std::vector<double> pairs_, whole_pairs_;    ///< (q_r . r')^2, over pairs of draws, of each band and of each octave
  int draws_ = 0;
};

}  // namespace mollis::uncertainty

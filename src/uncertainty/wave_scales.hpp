#pragma once
/// Scales of a prior's variance over a field's waves, from the energies that were found there.
#include <vector>

namespace mollis::uncertainty {

/// What the waves of a band have of a pull q: of the fit, and expected of the noise and of the prior by themselves.
struct WaveEnergy {
  double found = 0.0, of_noise = 0.0, of_prior = 0.0;
  double freedom = 0.0;   ///< waves that make up what is expected, 0 where nothing can be told
  double known = 0.0;     ///< waves whose mean square would scatter as what is expected does
};

/// Medians of the posteriors of the scales s_b of bands, a quarter of an octave each, the longest waves first, where
///   found / (of_noise + s_b of_prior) ~ F(freedom, known)
/// and log s_b is a Markov chain whose first member, and sums of four steps, have the spread of a half-Cauchy sqrt(s): density sech(log s / 2) of the first, sech of each
/// step (as many times less variance), as likely up as down, with tails that give way to data (Gelman, Bayesian Analysis 1, 2006; Polson and Scott, Bayesian
/// Analysis 7, 2012). What is expected where nothing is told is thus what the bands on either side tell. By forward and backward sums over a lattice (Rabiner, Proc. IEEE 77,
/// 1989). Not collective.
std::vector<double> wave_scales(std::vector<WaveEnergy> const& bands);

}  // namespace mollis::uncertainty

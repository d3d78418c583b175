#pragma once
/// The scale of a prior's variance in one octave of waves, from the energy that was found there.

namespace mollis::uncertainty {

/// What an octave's waves of a pull q have: of the fit, and expected of draws of the noise and of the prior by themselves.
struct OctaveEnergy {
  double found = 0.0, of_noise = 0.0, of_prior = 0.0;
  double freedom = 0.0;   ///< waves that make up what is expected, 0 where nothing can be told
};

/// Median of the posterior of s, where
///   found ~ (of_noise + s of_prior) chi^2_n / n,   n the freedom,
/// and sqrt(s / expected) is half-Cauchy (Gelman, Bayesian Analysis 1, 2006; Polson and Scott, Bayesian Analysis 7, 2012): as likely above
/// as below, with tails that give way to data. `expected` where nothing can be told. Not collective.
double octave_scale(OctaveEnergy const& energy, double expected);

}  // namespace mollis::uncertainty

#pragma once
/// The checks that a verdict is made of. Collective, all of them.
#include "verdict/verdict.hpp"

namespace mollis::verdict {

constexpr double certainty = 3.5;      ///< standard deviations of a normal variable that count as chance

using Checks = std::vector<Check>;
using estimate::Choices;
using estimate::Estimate;
using problem::Problem;
using uncertainty::Uncertainty;

/// What the largest term of the residuals weighs: max over the parameters of sqrt(sum W (lam dR/dlam)^2).
double largest_term(Problem const& problem, Estimate const& estimate);

Checks finite(Problem const& problem, Estimate const& estimate);          ///< no parameter, state or misfit is NaN or infinite
Checks converged(Estimate const& estimate);                               ///< the fit met its tolerance
/// The last step of a fit that could not be solved further moved the parameters by little of their standard errors.
Checks settled(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty);
Checks covered(Problem const& problem, Estimate const& estimate);         ///< enough of the observed points carry a residual
Checks inside_ranges(Choices const& choices, Estimate const& estimate);   ///< no automatic pick at the end of what was searched
Checks inside_bounds(Problem const& problem, Estimate const& estimate);   ///< few values stand at their bounds
Checks noise_as_given(Problem const& problem, Estimate const& estimate);  ///< automatic noise was not raised by the fit
/// Noise that is given for data that are mollified is not far more than differences show, which contain all of it and some of the signal. What the fit leaves does
/// not tell: fields take up most of it. Collective.
Checks noise_of_mollified(Problem const& problem, Estimate const& estimate);
Checks computed(Uncertainty const& uncertainty);                          ///< the linear algebra around the estimate works

/// What the fit leaves is what its noise would leave: as large, and no larger over blocks.
Checks explained(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty);

/// Where the deck wants no draws: chi2 alone, by the wider bound. What is smaller than noise, or shared by neighbours, is not seen.
Checks explained_without_draws(Estimate const& estimate);
/// Where the deck wants no draws and data with gaps, or for derivatives of third order and more, were mollified beforehand: nothing tells what
/// that does. Collective.
Checks unchecked(Problem const& problem, Estimate const& estimate);

/// No simple term beside those of the equation takes up what the fit leaves of it. Not collective but for the largest term.
Checks complete(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty);

/// Cells in which localisations are counted hold one and more on average. Collective.
Checks counted(Problem const& problem);

/// Data far off carry little of the misfit where losses are squares; where outliers are set aside they are few, and scattered. Collective.
Checks without_outliers(Problem const& problem, Estimate const& estimate);
/// Data on a grid that states are fitted to by squares: what is left of them along each section across an axis (a time, a column) is as large as elsewhere,
/// once what the smoothness of the states took is given back, which errors hold. Collective.
Checks even(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty);
/// States that were not observed are known better than guessed, up to their mean. Not collective.
Checks states_determined(Problem const& problem, Uncertainty const& uncertainty);

/// What the parameters multiply is more than noise, of which only so much can be taken out. Not collective.
Checks seen_above_noise(Estimate const& estimate, Uncertainty const& uncertainty);

/// The mollifier's width moves no parameter by much more than noise does.
Checks unbiased(Problem const& problem, Uncertainty const& uncertainty);
/// Constants of the weak form are the same at a narrower radius but for noise (a specification test: Hausman 1978).
Checks consistent(Problem const& problem, Uncertainty const& uncertainty);
Checks fine_enough(Problem const& problem, Uncertainty const& uncertainty);   ///< the lattice moves no parameter by much more than noise

/// Parameters are known better than guessed; combinations of constants that are not are named.
Checks determined(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty);

}  // namespace mollis::verdict

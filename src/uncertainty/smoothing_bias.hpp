#pragma once
/// What mollifying the data beforehand does to an estimate. With radius r the error of a derivative of order o, the filters
/// exact on polynomials of degree p, is c r^k, k = p + 2 - o (p even); so an estimate at q r, q < 1, differs from that at r by
/// (1 - q^k) of the bias, and by noise, whose share the same draws at both radii tell. Noise in what the parameters multiply pulls both, the narrower
/// by more (Linearisation::pull_of_noise): where a method leaves that in, the larger of the differences, as found and freed of the pull, counts.
#include "estimate/estimator.hpp"
#include "uncertainty/uncertainty.hpp"

namespace mollis::uncertainty {

/// Estimates again with narrower mollifiers and the smoothness weights that go with them, and adds the bias found, in quadrature,
/// to the deviations. Nothing where states are fitted, in the weak form (constants have none there), or where no radius can be
/// narrower. In the weak form missing terms are looked for in what the narrower fit leaves, too. Collective.
void add_smoothing_bias(problem::Problem const& problem, estimate::Estimate const& estimate,
                        estimate::Estimator& estimator, Uncertainty& uncertainty);

/// Whether what the mollifier's width does to some parameter is more than what noise does: of constants, where two fits also differ by more than
/// noise lets them (1.96 standard deviations). Not collective.
bool bias_passes_noise(problem::Problem const& problem, Uncertainty const& uncertainty);

}  // namespace mollis::uncertainty

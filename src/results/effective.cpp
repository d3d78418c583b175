#include "results/effective.hpp"

#include <cmath>

#include "observations/growing_noise.hpp"

namespace mollis::results {
namespace {

/// The noise that was found: a deviation, or of counts so many times Poisson's variance.
observations::Noise found(observations::State const& state, double noise) {
  if (!state.localisations) return observations::as_given(state, noise);
  double const raised = noise / state.sigma;
  return observations::Counts{state.localisations->dispersion * raised * raised};
}

}  // namespace

deck::Deck effective(deck::Deck deck, problem::Problem const& problem, estimate::Estimate const& estimate) {
  deck.inversion.method = problem.settings.inversion.method;
  deck.equation.weak = problem.weak();
  for (std::size_t a = 0; a < problem.factors.size(); ++a)
    if (problem.factors[a] > 1) deck.grid.refine[deck.grid.axes[a]] = problem.factors[a];
  for (std::size_t p = 0; p < deck.parameters.size(); ++p)
    if (std::isfinite(estimate.smoothness[p])) deck.parameters[p].second.smoothness_weight = estimate.smoothness[p];
  for (std::size_t s = 0; s < deck.observations.size(); ++s)
    if (auto& noise = deck.observations[s].second.noise; observations::is_constant(noise) || observations::is_told_by_data(noise)) noise = found(problem.states[s], estimate.noise[s]);
  if (estimate.penalty.empty()) {  // data were mollified beforehand
    deck.mollifier = estimate.smoother;
    deck.inversion.bias_correction = estimate.bias_corrected ? "on" : "off";
  } else {
    deck.mollifier.adaptive = false;  // which was for other methods that "auto" tried
  }
  if (estimate.penalty.size() == 1 && std::isfinite(estimate.penalty.front())) {
    deck.joint.penalty = estimate.penalty.front();
  }
  return deck;
}

}  // namespace mollis::results

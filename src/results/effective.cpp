#include "results/effective.hpp"

#include <cmath>

namespace mollis::results {

deck::Deck effective(deck::Deck deck, std::string const& method, estimate::Estimate const& estimate) {
  deck.inversion.method = method;
  for (std::size_t p = 0; p < deck.parameters.size(); ++p)
    if (std::isfinite(estimate.smoothness[p])) deck.parameters[p].second.smoothness_weight = estimate.smoothness[p];
  for (std::size_t s = 0; s < deck.observations.size(); ++s)
    if (auto& noise = deck.observations[s].second.noise; observations::is_constant(noise)) noise = estimate.noise[s];
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

#include "estimators/joint/summed_jets.hpp"

#include <optional>

namespace mollis::joint {
namespace {

/// dR_residual / d(feature) as a multiple; none where it vanishes.
std::optional<equation::Multiple> partial_of(equation::System const& system, int residual, int feature) {
  for (std::size_t j = 0; j < system.by_state.size(); ++j)
    if (system.by_state[j].residual == residual && system.by_state[j].feature == feature) return system.multiples[j];
  return {};
}

/// c where P_kf = c P_kl for every residual k; none where they differ by more.
std::optional<double> factor_between(equation::System const& system, int feature, int lead) {
  std::optional<double> factor;
  for (int k = 0; k < system.residuals; ++k) {
    auto const own = partial_of(system, k, feature), other = partial_of(system, k, lead);
    if (!own && !other) continue;
    if (!own || !other || own->expression != other->expression) return {};
    double const ratio = own->factor / other->factor;
    if (factor && *factor != ratio) return {};
    factor = ratio;
  }
  return factor;
}

}  // namespace

std::vector<SummedJets> sums_alike(equation::System const& system, std::vector<int> const& features) {
  std::vector<SummedJets> sums;
  for (std::size_t i = 1; i < features.size(); ++i) {
    auto const& order = system.features[static_cast<std::size_t>(features[i])].order;
    bool taken = false;
    for (auto& sum : sums) {
      auto const factor = factor_between(system, features[i], sum.lead);
      if (!factor) continue;
      sum.derivatives.push_back({order, *factor});
      taken = true;
      break;
    }
    if (!taken) sums.push_back({features[i], {{order, 1.0}}});
  }
  return sums;
}

}  // namespace mollis::joint

#include "problem/memory_parts.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace mollis::problem {
namespace {

using Kind = equation::Feature::Kind;

/// Different orders along all axes but the slowest.
template <class Orders>
std::vector<int> tail(int first, Orders const& orders, int dimension) {
  std::vector<int> out{first};
  out.insert(out.end(), orders.begin() + 1, orders.begin() + dimension);
  return out;
}

double jet_passes(equation::System const& system, int dimension) {
  std::set<std::vector<int>> tails;
  for (auto const& feature : system.features)
    if ((feature.kind == Kind::state || feature.kind == Kind::term) && dimension > 1) tails.insert(tail(feature.index, feature.order, dimension));
  return static_cast<double>(tails.size());
}

/// Partial derivatives by states that differ: those that are the same are one array (residual::ResidualModel).
double different_partials(equation::System const& system) {
  std::set<std::pair<int, double>> different;
  for (auto const& multiple : system.multiples) different.insert({multiple.expression, multiple.factor});
  return static_cast<double>(different.size());
}

/// Of every state itself, and of its derivatives that residuals multiply by the same, up to a factor.
double sums(equation::System const& system, double states) {
  std::set<std::pair<int, std::set<int>>> different;   // of a state, what its derivatives are multiplied by
  for (std::size_t f = 0; f < system.features.size(); ++f) {
    auto const& feature = system.features[f];
    if (feature.kind != Kind::state || feature.order == mollifier::MultiIndex{}) continue;
    std::set<int> by;
    for (std::size_t j = 0; j < system.by_state.size(); ++j)
      if (system.by_state[j].feature == static_cast<int>(f)) by.insert(system.multiples[j].expression);
    different.insert({feature.index, by});
  }
  return states + static_cast<double>(different.size());
}

/// Of every two derivatives of two terms that share noise, to first order and, where that differs, exactly (residual::DataFeatures).
double noise_pairs(equation::System const& system) {
  auto const derivatives = [&](int term) {
    return static_cast<double>(std::count_if(system.features.begin(), system.features.end(), [&](auto const& feature) { return feature.kind == Kind::term && feature.index == term; }));
  };
  double sum = 0.0;
  for (auto const& pair : system.term_pairs) {
    double const a = derivatives(pair.first), b = derivatives(pair.second);
    sum += static_cast<double>(pair.tape.outputs.size()) * (pair.first == pair.second ? 0.5 * a * (a + 1.0) : a * b);
  }
  return sum;
}

/// The form of order q has a part for every split of q over the axes: tails are the splits of q and less over all but one.
double smoothness_passes(int order, int dimension) {
  double passes = 1.0;
  for (int a = 1; a < dimension; ++a) passes = passes * (order + a) / a;
  return dimension > 1 ? passes : 0.0;
}

}  // namespace

Counts::Counts(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system)
    : states(static_cast<double>(deck.observations.size())), residuals(system.residuals), fields(0.0), state_features(0.0), other_features(0.0),
      by_state(different_partials(system)), by_parameter(static_cast<double>(system.by_parameter.size())), sums(problem::sums(system, states)),
      jet_passes(problem::jet_passes(system, grid.dimension())), smoothness_passes(0.0), noise_sums(0.0), noise_pairs(0.0), affine(system.affine), derived(false), ghosts(grid.blocks() > 1) {
  for (auto const& [name, parameter] : deck.parameters) {
    if (parameter.over.size() != deck.grid.axes.size() || parameter.over.size() < 2) continue;
    fields += 1.0;
    smoothness_passes = std::max(smoothness_passes, problem::smoothness_passes(parameter.smoothness_order, grid.dimension()));
  }
  for (auto const& feature : system.features) {
    bool const plain = feature.order == mollifier::MultiIndex{};
    if (feature.kind == Kind::state || feature.kind == Kind::term) state_features += 1.0;
    if (feature.kind == Kind::parameter && !plain) derived = true;
    if (feature.kind == Kind::field || (feature.kind == Kind::parameter && !plain)) other_features += 1.0;
  }
  for (auto const& axis : grid.axes()) ghosts = ghosts || axis.periodic;
  auto const unknowns = static_cast<double>(deck.parameters.size());
  if (fields == 0.0 && system.affine && !system.mixed.empty()) noise_sums = 0.5 * residuals * unknowns * (unknowns + 3.0);
  noise_pairs = problem::noise_pairs(system);
}

}  // namespace mollis::problem

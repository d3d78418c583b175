#include "equation/unbiased.hpp"

#include <algorithm>
#include <unordered_map>

#include "equation/differentiate.hpp"

namespace mollis::equation {

namespace {

constexpr int most_parts = 2;       ///< corrections of what is no polynomial
constexpr int max_derivatives = 64;  ///< more than any polynomial here has

std::vector<Feature> states_of(std::vector<Expr> const& expressions) {
  std::vector<Feature> states;
  for (Expr leaf : features_of(expressions))
    if (leaf->feature.kind == Feature::Kind::state) states.push_back(leaf->feature);
  return states;
}

/// L e
Expr half_laplacian(Context& context, Expr e) {
  std::vector<Part> parts;
  for (auto const& state : states_of({e})) {
    Expr const second = partial(context, partial(context, e, state), state);
    parts.push_back({context.multiply(variance_of(context, state.index), second), 0.5});
  }
  return context.sum(0.0, parts);
}

/// Degrees in the states; beyond `highest` what is no polynomial.
class Degrees {
 public:
  static constexpr double highest = 12.0;  ///< of polynomials that are worth a whole sum

  double of(Expr e) {
    if ((e->contains & Contains::states) == 0) return 0.0;
    if (e->kind == Kind::feature) return 1.0;
    if (e->kind != Kind::sum && e->kind != Kind::product) return beyond;
    if (auto const it = known_.find(e); it != known_.end()) return it->second;
    double degree = 0.0;
    for (auto const& [part, weight] : e->parts) {
      double const own = of(part);
      bool const divides = e->kind == Kind::product && weight < 0.0 && own > 0.0;
      degree = divides ? beyond : e->kind == Kind::sum ? std::max(degree, own) : degree + std::max(weight, 0.0) * own;
    }
    return known_[e] = std::min(degree, beyond);
  }

 private:
  static constexpr double beyond = 1e9;
  std::unordered_map<Expr, double> known_;
};

/// weight (D^a f)(D^a g)
struct Pair {
  Expr f, g, weight;
  int order;
};

/// The pairs with all their derivatives by one more state.
std::vector<Pair> with_derivatives(Context& context, std::vector<Pair> const& pairs, Feature const& state, int highest) {
  std::vector<Pair> result;
  for (auto pair : pairs)
    for (int k = 1;; ++k) {
      result.push_back(pair);
      pair = {partial(context, pair.f, state), partial(context, pair.g, state),
              context.scale(1.0 / k, context.multiply(pair.weight, variance_of(context, state.index))), pair.order + 1};
      if (is_number(pair.f, 0.0) || is_number(pair.g, 0.0) || pair.order > highest) break;
    }
  return result;
}

}  // namespace

bool is_polynomial(Expr e) { return Degrees().of(e) <= Degrees::highest; }

Expr variance_of(Context& context, int state) { return context.feature({Feature::Kind::variance, state, {}}, 0); }

Corrected corrected(Context& context, Expr f) {
  Corrected result{{f}, is_polynomial(f)};
  for (int k = 1; result.exact || k <= most_parts; ++k) {
    Expr const next = context.scale(-1.0 / k, half_laplacian(context, result.parts.back()));
    if (is_number(next, 0.0)) {
      result.exact = true;
      break;
    }
    result.parts.push_back(next);
  }
  return result;
}

Expr total(Context& context, Corrected const& corrected) {
  std::vector<Part> parts;
  for (Expr part : corrected.parts) parts.push_back({part, 1.0});
  return context.sum(0.0, parts);
}

Expr unbiased_covariance(Context& context, Expr f, Expr g) {
  int const highest = is_polynomial(f) && is_polynomial(g) ? max_derivatives : most_parts;
  std::vector<Pair> pairs{{f, g, context.number(1.0), 0}};
  for (auto const& state : states_of({f})) pairs = with_derivatives(context, pairs, state, highest);
  std::vector<Part> parts;
  for (auto const& pair : pairs)
    if (pair.order > 0) parts.push_back({context.product(1.0, {{pair.weight, 1.0}, {pair.f, 1.0}, {pair.g, 1.0}}), 1.0});
  return total(context, corrected(context, context.sum(0.0, parts)));
}

Expr first_order_covariance(Context& context, Expr f, Expr g) {
  std::vector<Part> parts;
  for (auto const& state : states_of({f})) {
    Expr const slopes = context.multiply(partial(context, f, state), partial(context, g, state));
    parts.push_back({context.multiply(variance_of(context, state.index), slopes), 1.0});
  }
  return context.sum(0.0, parts);
}

}  // namespace mollis::equation

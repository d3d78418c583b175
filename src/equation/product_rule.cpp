#include "equation/product_rule.hpp"

#include <algorithm>
#include <unordered_map>

#include "equation/antiderivative.hpp"
#include "equation/differentiate.hpp"
#include "equation/print.hpp"

namespace mollis::equation {

namespace {

std::string quoted(Scope const& scope, Expr e) { return "'" + to_text(e, scope.names.symbols(), {}, 60) + "'"; }

double binomial(int n, int k) {
  double result = 1.0;
  for (int i = 1; i <= k; ++i) result *= static_cast<double>(n - k + i) / i;
  return result;
}

/// K D^a F by parts.
std::vector<WeakProduct> by_parts(Scope const& scope, Expr known, WeakProduct const& derived) {
  auto& context = scope.context;
  std::vector<WeakProduct> result;
  MultiIndex b{};
  for (;;) {
    double weight = 1.0;
    MultiIndex left = derived.order;
    for (std::size_t a = 0; a < b.size(); ++a) {
      weight *= binomial(derived.order[a], b[a]) * (b[a] % 2 == 0 ? 1.0 : -1.0);
      left[a] -= b[a];
    }
    Expr const slope = known_derivative(scope, known, b);
    if (!is_number(slope, 0.0))
      result.push_back({context.scale(weight, derived.coefficient), context.multiply(slope, derived.factor), left});
    std::size_t a = 0;
    while (a < b.size() && b[a] == derived.order[a]) b[a++] = 0;
    if (a == b.size()) return result;
    ++b[a];
  }
}

std::vector<Expr> states_of(Expr e) {
  auto leaves = features_of({e});
  auto const no_state = [](Expr leaf) { return leaf->feature.kind != Feature::Kind::state; };
  leaves.erase(std::remove_if(leaves.begin(), leaves.end(), no_state), leaves.end());
  return leaves;
}

/// H with dH/du = factor dF/du for the only state u.
Expr potential(Scope const& scope, Expr factor, Expr inside) {
  auto& context = scope.context;
  auto const states = states_of(context.function(Function::min, {factor, inside}));
  if (states.size() != 1) throw Unmovable("a state before the derivative of another is the derivative of no expression");
  Expr const slope = context.multiply(factor, partial(context, inside, states[0]->feature));
  auto const whole = antiderivative(context, slope, states[0]);
  if (!whole)
    throw Unmovable("no antiderivative of " + quoted(scope, slope) +
                    " is known here; write the derivative of one, as exp(u)*dx(u) = dx(exp(u))");
  return *whole;
}

std::size_t axis_of(MultiIndex const& order) {
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), 1) - order.begin());
}

std::vector<WeakProduct> by_potential(Scope const& scope, Expr factor, WeakProduct const& derived) {
  auto& context = scope.context;
  Expr const inside = derived.factor;
  if (total_order(derived.order) != 1)
    throw Unmovable("a factor of states before a derivative of order " + std::to_string(total_order(derived.order)) +
                    " leaves products of derivatives");
  Expr const whole = potential(scope, factor, inside);
  auto const axis = axis_of(derived.order);
  if (!smooth_enough(scope, whole, derived.order) || !smooth_enough(scope, inside, derived.order))
    throw Unmovable("it jumps along the axis of the derivative");
  Expr const rest = context.sum(0.0, {{context.multiply(factor, explicit_derivative(context, inside, axis)), 1.0},
                                      {explicit_derivative(context, whole, axis), -1.0}});
  return {{derived.coefficient, whole, derived.order}, {derived.coefficient, rest, {}}};
}

/// How often expressions may be differentiated along an axis: 0 where they may jump there, 1 where they may have kinks.
class Smoothness {
 public:
  Smoothness(Scope const& scope, std::size_t axis) : fields_(scope.names.symbols().field_derivatives), axis_(axis) {}

  int of(Expr e) {
    if ((e->axes >> axis_ & 1u) == 0) return max_order;
    if (auto const it = known_.find(e); it != known_.end()) return it->second;
    int least = e->kind == Kind::feature ? of_feature(e->feature) : e->kind == Kind::function ? of_function(e) : max_order;
    for (auto const& part : e->parts) least = std::min(least, of(part.expr));
    known_.emplace(e, least);
    return least;
  }

 private:
  int of_feature(Feature const& feature) const {
    auto const i = static_cast<std::size_t>(feature.index);
    bool const told = feature.kind == Feature::Kind::field && i < fields_.size() && axis_ < fields_[i].size();
    return told ? std::max(0, fields_[i][axis_] - total_order(feature.order)) : max_order;
  }

  int of_function(Expr e) const {
    switch (e->function) {
      case Function::abs:
      case Function::min:
      case Function::max: return 1;
      case Function::where: return (e->parts[0].expr->axes >> axis_ & 1u) != 0 ? 0 : max_order;
      case Function::sign:
      case Function::step: return 0;
      default: return is_comparison(e->function) ? 0 : max_order;
    }
  }

  std::vector<std::vector<int>> const& fields_;
  std::size_t axis_;
  std::unordered_map<Expr, int> known_;
};

}  // namespace

int derivatives_along(Scope const& scope, Expr e, std::size_t axis) { return Smoothness(scope, axis).of(e); }

bool smooth_enough(Scope const& scope, Expr e, MultiIndex const& order) {
  for (std::size_t a = 0; a < order.size(); ++a)
    if (order[a] > 0 && Smoothness(scope, a).of(e) < total_order(order)) return false;
  return true;
}

Expr known_derivative(Scope const& scope, Expr known, MultiIndex const& order) {
  if (!smooth_enough(scope, known, order))
    throw Unmovable("derivatives of " + quoted(scope, known) + ", which jumps or has kinks, are pulses that no grid holds");
  return differentiate(scope.context, known, order);
}

std::vector<WeakProduct> taken_inside(Scope const& scope, Expr factor, WeakProduct const& derived) {
  auto& context = scope.context;
  if (factor->kind == Kind::number) return {{context.multiply(factor, derived.coefficient), derived.factor, derived.order}};
  if ((derived.factor->contains & Contains::states) == 0)
    return {{derived.coefficient, context.multiply(factor, known_derivative(scope, derived.factor, derived.order)), {}}};
  return (factor->contains & Contains::states) == 0 ? by_parts(scope, factor, derived) : by_potential(scope, factor, derived);
}

}  // namespace mollis::equation

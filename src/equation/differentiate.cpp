#include "equation/differentiate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace mollis::equation {

namespace {

/// The chain rule over a graph of shared nodes; `leaf` gives the derivative of a feature (null: 0).
class Differentiator {
 public:
  Differentiator(Context& context, std::function<Expr(Expr)> leaf) : context_(context), leaf_(std::move(leaf)) {}

  Expr operator()(Expr e) {
    if (e->kind == Kind::number) return context_.number(0.0);
    if (auto const it = done_.find(e); it != done_.end()) return it->second;
    Expr const result = of(e);
    done_.emplace(e, result);
    return result;
  }

 private:
  Expr of(Expr e) {
    switch (e->kind) {
      case Kind::feature: return leaf_(e);
      case Kind::sum: return of_sum(e);
      case Kind::product: return of_product(e);
      case Kind::power: return of_power(e);
      case Kind::function: return of_function(e);
      case Kind::derivative: throw std::logic_error("derivative operator left in a strong expression");
      case Kind::number: break;
    }
    return context_.number(0.0);
  }

  Expr of_sum(Expr e) {
    std::vector<Part> parts;
    for (auto const& part : e->parts) parts.push_back({(*this)(part.expr), part.weight});
    return context_.sum(0.0, parts);
  }

  /// sum_k n_k p_k' / p_k * product, with the division carried out in the exponents
  Expr of_product(Expr e) {
    std::vector<Part> terms;
    for (std::size_t k = 0; k < e->parts.size(); ++k) {
      Expr const inner = (*this)(e->parts[k].expr);
      if (is_number(inner, 0.0)) continue;
      auto factors = e->parts;
      factors[k].weight -= 1.0;
      factors.push_back({inner, 1.0});
      terms.push_back({context_.product(1.0, factors), e->parts[k].weight});
    }
    return context_.sum(0.0, terms);
  }

  /// (u^v)' = v u^(v-1) u' + u^v log(u) v'
  Expr of_power(Expr e) {
    Expr const u = e->parts[0].expr, v = e->parts[1].expr;
    Expr const du = (*this)(u), dv = (*this)(v);
    std::vector<Part> terms;
    if (!is_number(du, 0.0)) {
      Expr const lowered = context_.power(u, context_.sum(-1.0, {{v, 1.0}}));
      terms.push_back({context_.product(1.0, {{v, 1.0}, {lowered, 1.0}, {du, 1.0}}), 1.0});
    }
    if (!is_number(dv, 0.0)) {
      terms.push_back({context_.product(1.0, {{e, 1.0}, {context_.function(Function::log, u), 1.0}, {dv, 1.0}}), 1.0});
    }
    return context_.sum(0.0, terms);
  }

  /// Of several arguments: piecewise ones by the branch taken.
  Expr of_arguments(Expr e) {
    auto const at = [&](std::size_t i) { return e->parts[i].expr; };
    auto const first_if_less = [&](Expr a, Expr b, Expr da, Expr db) {
      return context_.function(Function::where, {context_.function(Function::less, {a, b}), da, db});
    };
    if (e->function == Function::where) return context_.function(Function::where, {at(0), (*this)(at(1)), (*this)(at(2))});
    if (is_comparison(e->function)) return context_.number(0.0);
    Expr const a = at(0), b = at(1), da = (*this)(a), db = (*this)(b);
    if (e->function == Function::min) return first_if_less(a, b, da, db);
    if (e->function == Function::max) return first_if_less(b, a, da, db);
    Expr const turn = context_.sum(0.0, {{context_.multiply(b, da), 1.0}, {context_.multiply(a, db), -1.0}});  // atan2(a, b)
    return context_.divide(turn, context_.add(context_.multiply(a, a), context_.multiply(b, b)));
  }

  Expr of_function(Expr e) {
    if (e->parts.size() > 1) return of_arguments(e);
    Expr const argument = e->parts[0].expr;
    Expr const inner = (*this)(argument);
    if (is_number(inner, 0.0)) return inner;
    auto const times = [&](double factor, Expr outer, double exponent = 1.0) {
      return context_.product(factor, {{outer, exponent}, {inner, 1.0}});
    };
    switch (e->function) {
      case Function::sqrt: return times(0.5, e, -1.0);
      case Function::exp: return times(1.0, e);
      case Function::log: return times(1.0, argument, -1.0);
      case Function::sin: return times(1.0, context_.function(Function::cos, argument));
      case Function::cos: return times(-1.0, context_.function(Function::sin, argument));
      case Function::tan: return times(1.0, one_plus(1.0, e));
      case Function::tanh: return times(1.0, one_plus(-1.0, e));
      case Function::sinh: return times(1.0, context_.function(Function::cosh, argument));
      case Function::cosh: return times(1.0, context_.function(Function::sinh, argument));
      case Function::asin: return times(1.0, context_.function(Function::sqrt, one_plus(-1.0, argument)), -1.0);
      case Function::acos: return times(-1.0, context_.function(Function::sqrt, one_plus(-1.0, argument)), -1.0);
      case Function::atan: return times(1.0, one_plus(1.0, argument), -1.0);
      case Function::erf:
        return times(2.0 / std::sqrt(std::acos(-1.0)),
                     context_.function(Function::exp, context_.scale(-1.0, context_.multiply(argument, argument))));
      case Function::abs: return times(1.0, context_.function(Function::sign, argument));
      default: break;  // constant but for jumps
    }
    return context_.number(0.0);
  }

  Expr one_plus(double factor, Expr a) { return context_.sum(1.0, {{context_.multiply(a, a), factor}}); }

  Context& context_;
  std::function<Expr(Expr)> leaf_;
  std::unordered_map<Expr, Expr> done_;
};

Expr along(Context& context, Expr e, std::size_t axis, bool states_held = false) {
  return Differentiator(context, [&context, axis, states_held](Expr leaf) {
    if (states_held && leaf->feature.kind == Feature::Kind::state) return context.number(0.0);
    if ((leaf->axes >> axis & 1u) == 0) return context.number(0.0);
    if (leaf->feature.kind == Feature::Kind::coordinate) return context.number(1.0);
    Feature raised = leaf->feature;
    MultiIndex step{};
    step[axis] = 1;
    raised.order = raised.order + step;
    return context.feature(raised, leaf->axes);
  })(e);
}

void collect(Expr e, std::unordered_set<Expr>& seen, std::vector<Expr>& leaves) {
  if (!seen.insert(e).second) return;
  if (e->kind == Kind::feature) leaves.push_back(e);
  for (auto const& part : e->parts) collect(part.expr, seen, leaves);
}

}  // namespace

Expr differentiate(Context& context, Expr e, MultiIndex const& order) {
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    for (int n = 0; n < order[axis]; ++n) e = along(context, e, axis);
  }
  return e;
}

Expr explicit_derivative(Context& context, Expr e, std::size_t axis) { return along(context, e, axis, true); }

Expr partial(Context& context, Expr e, Feature const& feature) {
  return Differentiator(context, [&](Expr leaf) { return context.number(leaf->feature == feature ? 1.0 : 0.0); })(e);
}

std::vector<Expr> features_of(std::vector<Expr> const& expressions) {
  std::unordered_set<Expr> seen;
  std::vector<Expr> leaves;
  for (Expr e : expressions) collect(e, seen, leaves);
  std::sort(leaves.begin(), leaves.end(), [](Expr a, Expr b) {
    auto const key = [](Expr e) { return std::make_tuple(e->feature.kind, e->feature.index, e->feature.order); };
    return key(a) < key(b);
  });
  return leaves;
}

}  // namespace mollis::equation

#include "equation/weak.hpp"

#include <algorithm>
#include <cmath>

#include "equation/differentiate.hpp"
#include "equation/print.hpp"
#include "equation/product_rule.hpp"

namespace mollis::equation {

namespace {

constexpr std::size_t max_products = 2000;
constexpr unsigned data = Contains::coordinates | Contains::states | Contains::fields;

unsigned axes_of(MultiIndex const& order) {
  unsigned bits = 0;
  for (std::size_t a = 0; a < order.size(); ++a) bits |= order[a] > 0 ? 1u << a : 0u;
  return bits;
}

class Expansion {
 public:
  using Products = std::vector<WeakProduct>;

  Expansion(Scope const& scope, Source const& source)
      : scope_(scope), context_(scope.context), here_{&source, 0, source.text.size()} {}

  Products run(Expr e) {
    Position const outside = here_;
    here_ = scope_.position_of(e, here_);
    Products result = expand(e);
    here_ = outside;
    return result;
  }

 private:
  Expr one() const { return context_.number(1.0); }

  [[noreturn]] void fail(std::string const& what) const {
    throw error_at(*here_.source, here_.column, "weak form: " + what, here_.length);
  }
  std::string quoted(Expr e) const { return "'" + to_text(e, scope_.names.symbols(), {}, 60) + "'"; }

  /// Appends P D^a[F], a sum F split into its parts.
  void push(Products& list, Expr coefficient, Expr factor, MultiIndex const& order) const {
    if (factor->kind == Kind::number) {
      bool const vanishes = total_order(order) > 0 || factor->value == 0.0;
      if (!vanishes) list.push_back({context_.scale(factor->value, coefficient), one(), order});
      return;
    }
    if (factor->kind == Kind::sum) {
      push(list, coefficient, context_.number(factor->value), order);
      for (auto const& part : factor->parts) push(list, context_.scale(part.weight, coefficient), part.expr, order);
      return;
    }
    if ((axes_of(order) & ~factor->axes) != 0) return;
    list.push_back({coefficient, factor, order});
    if (list.size() > max_products) fail("the residual expands into too many products");
  }

  Products expand(Expr e) {
    Products result;
    if ((e->contains & (Contains::derivatives | Contains::parameters)) == 0) {
      push(result, one(), e, {});
    } else if ((e->contains & (Contains::derivatives | data)) == 0) {
      push(result, e, one(), {});
    } else if (e->kind == Kind::sum) {
      push(result, one(), context_.number(e->value), {});
      for (auto const& part : e->parts) {
        for (auto const& p : run(part.expr)) {
          push(result, context_.scale(part.weight, p.coefficient), p.factor, p.order);
        }
      }
    } else if (e->kind == Kind::product) {
      result = expand_product(e);
    } else if (e->kind == Kind::derivative) {
      result = expand_derivative(e);
    } else if (is_known_choice(e)) {
      result = expand_choice(e);
    } else if ((e->contains & Contains::derivatives) != 0) {
      fail(quoted(e) + " is a nonlinear function of a derivative; use form = \"strong\"");
    } else {
      fail(quoted(e) + " mixes parameters and data and is no sum of products; use form = \"strong\"");
    }
    return result;
  }

  /// where(c, a, b) with a condition that is known or data.
  static bool is_known_choice(Expr e) {
    return e->kind == Kind::function && e->function == Function::where &&
           (e->parts[0].expr->contains & (Contains::derivatives | Contains::parameters)) == 0;
  }

  Products expand_choice(Expr e) {
    Products result;
    for (std::size_t branch : {1u, 2u}) {
      auto const only = [&](Expr value) {
        Expr const none = context_.number(0.0);
        return context_.function(Function::where, {e->parts[0].expr, branch == 1 ? value : none, branch == 1 ? none : value});
      };
      for (auto const& p : run(e->parts[branch].expr)) {
        bool const derived = total_order(p.order) > 0;
        auto const parts = derived ? multiplied({one(), only(one()), {}}, p) : Products{{one(), only(p.factor), {}}};
        for (auto const& q : parts) push(result, context_.multiply(p.coefficient, q.coefficient), q.factor, q.order);
      }
    }
    return result;
  }

  Products expand_product(Expr e) {
    std::vector<Part> coefficients, factors;
    std::vector<Part> mixed;
    for (auto const& part : e->parts) {
      bool const derived = (part.expr->contains & Contains::derivatives) != 0;
      bool const with_data = (part.expr->contains & data) != 0,
                 with_parameters = (part.expr->contains & Contains::parameters) != 0;
      (derived || (with_data && with_parameters) ? mixed : with_data ? factors : coefficients).push_back(part);
    }
    Products result;
    push(result, context_.product(1.0, coefficients), context_.product(1.0, factors), {});
    for (auto const& part : mixed) {
      auto base = run(part.expr);
      if (part.weight < 0.0) base = reciprocal(base, part.expr);
      for (int n = 0; n < static_cast<int>(std::abs(part.weight)); ++n) result = times(result, base);
    }
    return result;
  }

  Products reciprocal(Products const& base, Expr e) const {
    if (base.size() != 1)
      fail("cannot divide by " + quoted(e) + ", a sum that mixes parameters and data; use form = \"strong\"");
    if (total_order(base[0].order) > 0) fail("cannot divide by " + quoted(e) + ", a derivative; use form = \"strong\"");
    return {{context_.divide(one(), base[0].coefficient), context_.divide(one(), base[0].factor), {}}};
  }

  Products times(Products const& left, Products const& right) const {
    Products result;
    for (auto const& a : left) {
      for (auto const& b : right) {
        Expr const coefficient = context_.multiply(a.coefficient, b.coefficient);
        for (auto const& p : multiplied(a, b)) push(result, context_.multiply(coefficient, p.coefficient), p.factor, p.order);
      }
    }
    return result;
  }

  /// The product of two, their coefficients left out.
  Products multiplied(WeakProduct a, WeakProduct b) const {
    a.coefficient = b.coefficient = one();
    auto const derived = [](WeakProduct const& p) { return total_order(p.order) > 0; };
    auto const known = [](WeakProduct const& p) { return (p.factor->contains & Contains::states) == 0; };
    try {
      for (auto* const p : {&a, &b}) {
        bool const both = derived(a) && derived(b);
        if (both && known(*p)) *p = {one(), known_derivative(scope_, p->factor, p->order), {}};
      }
      if (derived(a) && derived(b))
        fail("a product of two derivatives cannot be written with derivatives outside; use form = \"strong\"");
      if (!derived(a) && !derived(b)) return {{one(), context_.multiply(a.factor, b.factor), {}}};
      return derived(a) ? taken_inside(scope_, b.factor, a) : taken_inside(scope_, a.factor, b);
    } catch (Unmovable const& reason) {
      fail("the factor " + quoted(derived(a) ? b.factor : a.factor) + " cannot be taken inside the derivative: " +
           reason.what() + "; use form = \"strong\"");
    }
  }

  Products expand_derivative(Expr e) {
    Products result;
    for (auto const& p : run(e->parts[0].expr)) {
      if (is_number(p.factor, 1.0)) {
        Expr const derived = differentiate(context_, p.coefficient, e->order);
        if (!is_number(derived, 0.0)) push(result, derived, one(), {});
        continue;
      }
      if ((p.coefficient->axes & axes_of(e->order)) != 0) {
        fail(quoted(p.coefficient) +
             " varies along the axes of the derivative around it, so it cannot be taken out; use form = \"strong\"");
      }
      bool const known = (p.factor->contains & (Contains::states | Contains::fields)) == 0 && total_order(p.order) == 0;
      if (known && smooth_enough(scope_, p.factor, e->order)) {
        push(result, p.coefficient, differentiate(context_, p.factor, e->order), {});
      } else {
        push(result, p.coefficient, p.factor, raised(p.order, e->order));
      }
    }
    return result;
  }

  MultiIndex raised(MultiIndex const& a, MultiIndex const& b) const {
    try {
      return a + b;
    } catch (Limit const& limit) {
      fail(limit.what());
    }
  }

  Scope const& scope_;
  Context& context_;
  Position here_;
};

/// Adds up the products that `same` holds to be alike, by `add`; those that cancel (number 0) are dropped.
template <class Same, class Add>
std::vector<WeakProduct> merged(std::vector<WeakProduct> const& products, Same const& same, Add const& add) {
  std::vector<WeakProduct> result;
  for (auto const& p : products) {
    auto const it = std::find_if(result.begin(), result.end(),
                                 [&](WeakProduct const& q) { return q.order == p.order && same(q, p); });
    if (it == result.end()) {
      result.push_back(p);
    } else {
      add(*it, p);
    }
  }
  return result;
}

}  // namespace

std::vector<WeakProduct> weak_products(Scope const& scope, Expr residual, Source const& source) {
  auto& context = scope.context;
  auto products = merged(
      Expansion(scope, source).run(residual), [](auto const& a, auto const& b) { return a.factor == b.factor; },
      [&](WeakProduct& a, WeakProduct const& b) { a.coefficient = context.add(a.coefficient, b.coefficient); });
  products.erase(
      std::remove_if(products.begin(), products.end(), [](auto const& p) { return is_number(p.coefficient, 0.0); }),
      products.end());
  for (auto& p : products) {  // numbers go into F, so that the same P is seen
    if (is_number(p.factor, 1.0)) continue;
    auto const [factor, rest] = p.coefficient->kind == Kind::number
                                    ? std::make_pair(p.coefficient->value, context.number(1.0))
                                    : split_factor(p.coefficient);
    p.coefficient = rest;
    p.factor = context.scale(factor, p.factor);
  }
  auto const pure = [](WeakProduct const& p) { return is_number(p.factor, 1.0); };
  products = merged(
      products, [&](auto const& a, auto const& b) { return a.coefficient == b.coefficient && !pure(a) && !pure(b); },
      [&](WeakProduct& a, WeakProduct const& b) { a.factor = context.add(a.factor, b.factor); });
  for (auto& p : products) {  // and back: F begins with weight 1
    if (pure(p) || p.factor->kind != Kind::sum) continue;
    double const weight = p.factor->parts[0].weight;
    p.coefficient = context.scale(weight, p.coefficient);
    p.factor = context.scale(1.0 / weight, p.factor);
  }
  return products;
}

namespace {

/// The feature D^a[F], the number 1 where there is no data.
Expr term_feature(Scope const& scope, WeakProduct const& p, std::vector<Expr>& terms) {
  if (is_number(p.factor, 1.0)) return p.factor;
  auto const it = std::find(terms.begin(), terms.end(), p.factor);
  int const index = static_cast<int>(it - terms.begin());
  if (it == terms.end()) terms.push_back(p.factor);
  return scope.context.feature({Feature::Kind::term, index, p.order}, scope.names.all_axes());
}

}  // namespace

Expr weak_residual(Scope const& scope, Expr residual, Source const& source, std::vector<Expr>& terms) {
  auto& context = scope.context;
  std::vector<std::pair<Expr, std::vector<Part>>> sums;  // P and what it multiplies
  for (auto const& p : weak_products(scope, residual, source)) {
    auto const [weight, coefficient] = split_factor(p.coefficient);
    auto sum = std::find_if(sums.begin(), sums.end(), [&, &c = coefficient](auto const& s) { return s.first == c; });
    if (sum == sums.end()) sum = sums.insert(sum, {coefficient, {}});
    sum->second.push_back({term_feature(scope, p, terms), weight});
  }
  std::vector<Part> parts;
  for (auto const& [coefficient, inside] : sums)
    parts.push_back({context.multiply(coefficient, context.sum(0.0, inside)), 1.0});
  return context.sum(0.0, parts);
}

}  // namespace mollis::equation

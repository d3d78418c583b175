#include "equation/antiderivative.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace mollis::equation {

namespace {

/// e = sum_k c_k feature^k, the c_k free of it.
using Powers = std::map<double, Expr>;

class Integrator {
 public:
  Integrator(Context& context, Expr feature) : context_(context), feature_(feature) {}

  std::optional<Expr> of(Expr e) {
    if (Expr const held = only_held(e)) return of_held(e, held);
    if (auto const powers = powers_of(e)) return of_powers(*powers);
    if (e->kind == Kind::sum) return of_sum(e);
    if (e->kind == Kind::product) return of_product(e);
    return of_outer(e, 1.0);
  }

  bool is_free(Expr e) {
    if (e == feature_) return false;
    if (auto const it = free_.find(e); it != free_.end()) return it->second;
    bool result = true;
    for (auto const& part : e->parts) result = result && is_free(part.expr);
    free_.emplace(e, result);
    return result;
  }

 private:
  static constexpr std::size_t most = 64;  ///< powers; a text with more is no equation that anyone wrote
  static constexpr double highest = 32.0;  ///< exponent of a sum that is multiplied out

  Powers sum(Powers a, Powers const& b, double weight) {
    for (auto const& [n, c] : b) {
      auto const [it, fresh] = a.emplace(n, context_.scale(weight, c));
      if (!fresh) it->second = context_.sum(0.0, {{it->second, 1.0}, {c, weight}});
    }
    return a;
  }

  Powers product(Powers const& a, Powers const& b) {
    Powers result;
    for (auto const& [n, c] : a)
      for (auto const& [m, d] : b) result = sum(std::move(result), {{n + m, context_.multiply(c, d)}}, 1.0);
    return result;
  }

  std::optional<Powers> powers_of(Expr e) {
    if (is_free(e)) return Powers{{0.0, e}};
    if (e == feature_) return Powers{{1.0, context_.number(1.0)}};
    if (e->kind == Kind::sum) {
      Powers result{{0.0, context_.number(e->value)}};
      for (auto const& [part, weight] : e->parts) {
        auto const powers = powers_of(part);
        if (!powers) return std::nullopt;
        result = sum(std::move(result), *powers, weight);
      }
      return bounded(std::move(result));
    }
    if (e->kind == Kind::product) {
      Powers result{{0.0, context_.number(1.0)}};
      for (auto const& [part, exponent] : e->parts) {
        auto const powers = raised(powers_of(part), exponent);
        if (!powers) return std::nullopt;
        result = product(result, *powers);
        if (result.size() > most) return std::nullopt;
      }
      return result;
    }
    if (e->kind == Kind::function && e->function == Function::sqrt) return raised(powers_of(e->parts[0].expr), 0.5);
    if (e->kind == Kind::power && e->parts[1].expr->kind == Kind::number)
      return raised(powers_of(e->parts[0].expr), e->parts[1].expr->value);
    return std::nullopt;
  }

  static std::optional<Powers> bounded(Powers&& powers) {
    return powers.size() > most ? std::nullopt : std::optional<Powers>(std::move(powers));
  }

  /// A single power to any exponent, a sum to a natural one.
  std::optional<Powers> raised(std::optional<Powers> const& base, double exponent) {
    if (!base || exponent == 1.0) return base;
    if (std::size_t used = 0; one_power(*base, used)) {
      auto const& [n, c] = *std::next(base->begin(), static_cast<std::ptrdiff_t>(used));
      bool const whole = exponent == std::round(exponent);
      if (whole || is_number(c, 1.0)) return Powers{{n * exponent, context_.power(c, context_.number(exponent))}};
      return std::nullopt;
    }
    if (exponent != std::round(exponent) || exponent < 0.0 || exponent > highest) return std::nullopt;
    Powers result{{0.0, context_.number(1.0)}};
    for (int k = 0; k < static_cast<int>(exponent); ++k) {
      result = product(result, *base);
      if (result.size() > most) return std::nullopt;
    }
    return result;
  }

  /// Is a single coefficient not 0? Which?
  static bool one_power(Powers const& powers, std::size_t& used) {
    std::size_t count = 0, at = 0;
    for (auto const& [n, c] : powers) {
      if (!is_number(c, 0.0)) {
        ++count;
        used = at;
      }
      ++at;
    }
    return count == 1;
  }

  Expr of_powers(Powers const& powers) {
    std::vector<Part> parts;
    for (auto const& [n, c] : powers) {
      if (is_number(c, 0.0)) continue;
      parts.push_back({context_.multiply(c, of_power(feature_, n)), 1.0});
    }
    return context_.sum(0.0, parts);
  }

  std::optional<Expr> of_sum(Expr e) {
    std::vector<Part> parts{{feature_, e->value}};
    for (auto const& [part, weight] : e->parts) {
      auto const whole = of(part);
      if (!whole) return std::nullopt;
      parts.push_back({*whole, weight});
    }
    return context_.sum(0.0, parts);
  }

  std::optional<Expr> of_product(Expr e) {
    std::vector<Part> outside, inside;
    for (auto const& part : e->parts) (is_free(part.expr) ? outside : inside).push_back(part);
    if (inside.size() != 1) return std::nullopt;
    auto const whole = of_outer(inside[0].expr, inside[0].weight);
    if (!whole) return std::nullopt;
    return context_.multiply(context_.product(1.0, outside), *whole);
  }

  /// Of g(a + b feature), g a power or a function: G(a + b feature) / b.
  std::optional<Expr> of_outer(Expr e, double exponent) {
    if (e->kind == Kind::function && e->function == Function::max) return of_tent(e, exponent);
    bool const function = e->kind == Kind::function && e->parts.size() == 1 && exponent == 1.0;
    bool const power = e->kind == Kind::power && e->parts[1].expr->kind == Kind::number;
    Expr const argument = function || power ? e->parts[0].expr : e;
    auto const slope = slope_of(argument);
    if (!slope) return std::nullopt;
    double const n = power ? e->parts[1].expr->value * exponent : exponent;
    auto const whole = function ? of_function(e->function, argument) : std::optional<Expr>(of_power(argument, n));
    if (!whole) return std::nullopt;
    return context_.divide(*whole, *slope);
  }

  /// min(max(feature, a), b), where all that depends on the feature does so through that; else nullptr.
  Expr only_held(Expr e) {
    Expr held = nullptr;
    return depends_through(e, held) ? held : nullptr;
  }

  bool depends_through(Expr e, Expr& held) {
    if (is_held(e)) {
      bool const same = held == nullptr || held == e;
      held = e;
      return same;
    }
    if (is_free(e)) return true;
    if (e == feature_) return false;
    return std::all_of(e->parts.begin(), e->parts.end(), [&](Part const& part) { return depends_through(part.expr, held); });
  }

  /// min of numbers and max of numbers and the feature, one in the other.
  bool is_held(Expr e) const {
    auto const inside = [](Expr outer, Function function) -> Expr {
      if (outer->kind != Kind::function || outer->function != function || outer->parts.size() != 2) return nullptr;
      Expr const a = outer->parts[0].expr, b = outer->parts[1].expr;
      return b->kind == Kind::number ? a : a->kind == Kind::number ? b : nullptr;
    };
    Expr const least = inside(e, Function::min), most_of_it = least ? inside(least, Function::max) : nullptr;
    return most_of_it == feature_;
  }

  /// g(c), c = min(max(feature, a), b): G(c) + g(c) (feature - c).
  std::optional<Expr> of_held(Expr e, Expr held) {
    auto const whole = Integrator(context_, held).of(e);
    if (!whole) return std::nullopt;
    return context_.add(*whole, context_.multiply(e, context_.sum(0.0, {{feature_, 1.0}, {held, -1.0}})));
  }

  /// max(c - |s|, 0)^n, s affine in the feature: (max(c + min(s, 0), 0)^(n+1) - max(c - max(s, 0), 0)^(n+1)) / (n + 1) over the slope of s.
  std::optional<Expr> of_tent(Expr tent, double n) {
    if (tent->parts.size() != 2) return std::nullopt;
    Expr const a = tent->parts[0].expr, b = tent->parts[1].expr, height = is_number(b, 0.0) ? a : is_number(a, 0.0) ? b : nullptr;
    if (!height || height->kind != Kind::sum || height->parts.size() != 1 || height->parts[0].weight != -1.0 || !(height->value > 0.0)) return std::nullopt;
    Expr const size = height->parts[0].expr;
    if (size->kind != Kind::function || size->function != Function::abs || n != std::round(n) || n < 1.0) return std::nullopt;
    Expr const s = size->parts[0].expr;
    auto const slope = slope_of(s);
    if (!slope) return std::nullopt;
    Expr const zero = context_.number(0.0);
    auto const half = [&](Function function, double sign) {
      Expr const side = context_.sum(height->value, {{context_.function(function, {s, zero}), sign}});
      return context_.power(context_.function(Function::max, {side, zero}), context_.number(n + 1.0));
    };
    Expr const whole = context_.sum(0.0, {{half(Function::min, 1.0), 1.0}, {half(Function::max, -1.0), -1.0}});
    return context_.divide(context_.scale(1.0 / (n + 1.0), whole), *slope);
  }

  /// b of a + b feature.
  std::optional<Expr> slope_of(Expr e) {
    auto const affine = powers_of(e);
    if (!affine || affine->count(1.0) == 0) return std::nullopt;
    for (auto const& [n, c] : *affine)
      if (n != 0.0 && n != 1.0 && !is_number(c, 0.0)) return std::nullopt;
    return affine->at(1.0);
  }

  Expr of_power(Expr base, double n) {
    if (n == -1.0) return context_.function(Function::log, context_.function(Function::abs, base));
    return context_.scale(1.0 / (n + 1.0), context_.power(base, context_.number(n + 1.0)));
  }

  std::optional<Expr> of_function(Function function, Expr argument) {
    switch (function) {
      case Function::exp: return context_.function(Function::exp, argument);
      case Function::sin: return context_.scale(-1.0, context_.function(Function::cos, argument));
      case Function::cos: return context_.function(Function::sin, argument);
      case Function::sinh: return context_.function(Function::cosh, argument);
      case Function::cosh: return context_.function(Function::sinh, argument);
      case Function::sqrt: return of_power(argument, 0.5);
      default: return std::nullopt;
    }
  }

  Context& context_;
  Expr feature_;
  std::unordered_map<Expr, bool> free_;
};

}  // namespace

std::optional<Expr> antiderivative(Context& context, Expr e, Expr feature) { return Integrator(context, feature).of(e); }

}  // namespace mollis::equation

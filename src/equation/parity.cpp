#include "equation/parity.hpp"

#include <optional>
#include <unordered_map>

namespace mollis::equation {
namespace {

/// Whether odd; nothing where of neither parity.
using Parity = std::optional<bool>;

bool is_odd(Function function) {
  switch (function) {
    case Function::sin:
    case Function::tan:
    case Function::tanh:
    case Function::sinh:
    case Function::asin:
    case Function::atan:
    case Function::erf:
    case Function::sign: return true;
    default: return false;
  }
}

bool is_even(Function function) { return function == Function::cos || function == Function::cosh || function == Function::abs; }

class Parities {
 public:
  explicit Parities(std::size_t axis) : axis_(axis) {}

  Parity operator()(Expr e) {
    auto const known = known_.find(e);
    if (known != known_.end()) return known->second;
    Parity const parity = of(e);
    known_.emplace(e, parity);
    return parity;
  }

 private:
  Parity of(Expr e) {
    switch (e->kind) {
      case Kind::number: return false;
      case Kind::feature: return e->feature.order[axis_] % 2 != 0;
      case Kind::sum: return same(e->parts, e->value != 0.0);
      case Kind::product: return of_product(e->parts);
      case Kind::power: return same(e->parts, true);
      case Kind::function: return of_function(e);
      case Kind::derivative: return turned((*this)(e->parts[0].expr), e->order[axis_] % 2 != 0);
    }
    return {};
  }
  static Parity turned(Parity parity, bool turn) { return parity ? Parity(*parity != turn) : Parity(); }
  /// What all parts have in common, something even among them if `even`.
  Parity same(std::vector<Part> const& parts, bool even) {
    Parity common = even ? Parity(false) : Parity();
    for (auto const& part : parts) {
      auto const parity = (*this)(part.expr);
      if (!parity || (common && *common != *parity)) return {};
      common = parity;
    }
    return common;
  }
  Parity of_product(std::vector<Part> const& parts) {
    Parity product = false;
    for (auto const& part : parts) {
      auto const parity = (*this)(part.expr);
      if (!parity) return {};
      product = turned(product, *parity && static_cast<long>(part.weight) % 2 != 0);
    }
    return product;
  }
  Parity of_function(Expr e) {
    if (is_odd(e->function)) return (*this)(e->parts[0].expr);
    if (is_even(e->function)) return turned((*this)(e->parts[0].expr), false) ? Parity(false) : Parity();
    if (e->function == Function::where) return (*this)(e->parts[0].expr) == Parity(false) ? same({e->parts[1], e->parts[2]}, false) : Parity();
    return same(e->parts, true);
  }

  std::size_t axis_;
  std::unordered_map<Expr, Parity> known_;
};

}  // namespace

bool is_mixed_along(Expr residual, std::size_t axis) { return !Parities(axis)(residual); }

}  // namespace mollis::equation

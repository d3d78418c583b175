#include "equation/scale.hpp"

#include <algorithm>
#include <optional>

#include "equation/parser.hpp"

namespace mollis::equation {
namespace {

using Degree = std::optional<double>;

/// The degree of an expression in all that is scaled, read off its form; nothing where it has none.
class Degrees {
 public:
  Degrees(Symbols const& symbols, std::vector<int> const& with) : symbols_(symbols), with_(with) {}

  Degree operator()(Expr e) const {
    switch (e->kind) {
      case Kind::number: return 0.0;
      case Kind::feature: return of(e->feature);
      case Kind::sum: return same(e->parts, e->value != 0.0);
      case Kind::product: return of_product(e->parts);
      case Kind::power: return of_power(e->parts[0].expr, e->parts[1].expr);
      case Kind::function: return of_function(e);
      case Kind::derivative: return (*this)(e->parts[0].expr);
    }
    return {};
  }

 private:
  bool is_log(Feature const& feature) const {
    auto const index = static_cast<std::size_t>(feature.index);
    return feature.kind == Feature::Kind::parameter && index < symbols_.log_parameter.size() && symbols_.log_parameter[index];
  }
  Degree of(Feature const& feature) const {
    if (is_log(feature)) return total_order(feature.order) > 0 ? Degree(0.0) : Degree();  // a factor on exp(p) is a constant more in p
    bool const state = feature.kind == Feature::Kind::state && std::find(with_.begin(), with_.end(), feature.index) != with_.end();
    return feature.kind == Feature::Kind::parameter || state ? 1.0 : 0.0;
  }
  /// What all parts have in common, numbers among them if `numbers`.
  Degree same(std::vector<Part> const& parts, bool numbers) const {
    Degree common = numbers ? Degree(0.0) : Degree();
    for (auto const& part : parts) {
      auto const degree = (*this)(part.expr);
      if (!degree || (common && *common != *degree)) return {};
      common = degree;
    }
    return common;
  }
  Degree of_product(std::vector<Part> const& parts) const {
    double sum = 0.0;
    for (auto const& part : parts) {
      auto const degree = (*this)(part.expr);
      if (!degree) return {};
      sum += part.weight * *degree;
    }
    return sum;
  }
  Degree of_power(Expr base, Expr exponent) const {
    auto const of_base = (*this)(base), of_exponent = (*this)(exponent);
    if (!of_base || of_exponent != 0.0) return {};
    if (*of_base == 0.0) return 0.0;
    return exponent->kind == Kind::number ? Degree(*of_base * exponent->value) : Degree();
  }
  Degree of_function(Expr e) const {
    if (e->function == Function::exp && e->parts[0].expr->kind == Kind::feature && is_log(e->parts[0].expr->feature)) return 1.0;
    if (e->function == Function::where) return (*this)(e->parts[0].expr) == 0.0 ? same({e->parts[1], e->parts[2]}, false) : Degree();
    return same(e->parts, true);
  }

  Symbols const& symbols_;
  std::vector<int> const& with_;
};

}  // namespace

bool is_scale_free(std::vector<std::string> const& residuals, Symbols const& symbols, std::vector<int> const& with) {
  Context context;
  std::deque<Source> sources;
  double highest = 0.0;
  for (std::size_t experiment = 0; experiment < std::max<std::size_t>(symbols.experiments.size(), 1); ++experiment) {
    Names const names(symbols, experiment);
    Scope scope(context, names, Form::strong);
    for (auto const& text : residuals) {
      auto const degree = Degrees(symbols, with)(scope.parse(sources.emplace_back(Source{"residual", text})));
      if (!degree) return false;
      highest = std::max(highest, *degree);
    }
  }
  return highest > 0.0;
}

}  // namespace mollis::equation

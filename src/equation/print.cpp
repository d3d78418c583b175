#include "equation/print.hpp"

#include <charconv>
#include <cmath>

namespace mollis::equation {

namespace {

/// How tightly an expression binds, loosest first.
enum Level { compare_level, sum_level, product_level, power_level, atom_level };

std::string shortest(double value) {
  char buffer[32];
  auto const end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return std::string(buffer, end);
}

class Printer {
 public:
  Printer(Symbols const& symbols, std::vector<Expr> const& terms, std::size_t limit)
      : symbols_(symbols), terms_(terms), limit_(limit) {}

  std::string run(Expr e) {
    print(e, compare_level);
    if (text_.size() > limit_) text_ = text_.substr(0, limit_) + "...";
    return text_;
  }

 private:
  Level level_of(Expr e) const {
    auto const [factor, rest] = split_factor(e);
    switch (e->kind) {
      case Kind::number: return std::signbit(e->value) ? sum_level : atom_level;
      case Kind::sum: return factor > 0.0 && rest != e ? product_level : sum_level;
      case Kind::product: return e->parts.size() == 1 && e->parts[0].weight > 0.0 ? power_level : product_level;
      case Kind::power: return power_level;
      case Kind::function: return is_comparison(e->function) ? compare_level : atom_level;
      case Kind::feature:
        return is_plain_term(e) ? level_of(terms_[static_cast<std::size_t>(e->feature.index)]) : atom_level;
      default: return atom_level;
    }
  }

  static bool is_plain_term(Expr e) {
    return e->feature.kind == Feature::Kind::term && total_order(e->feature.order) == 0;
  }

  void print(Expr e, Level least) {
    if (text_.size() > limit_) return;
    bool const enclosed = level_of(e) < least;
    if (enclosed) text_ += "(";
    print_open(e);
    if (enclosed) text_ += ")";
  }

  void print_open(Expr e) {
    switch (e->kind) {
      case Kind::number: text_ += shortest(e->value); return;
      case Kind::feature: return print_feature(e->feature);
      case Kind::sum: return print_sum(e);
      case Kind::product: return print_product(e, "");
      case Kind::power:
        print(e->parts[0].expr, atom_level);
        text_ += "^";
        return print(e->parts[1].expr, power_level);
      case Kind::function: return print_function(e);
      case Kind::derivative: return print_derivative(e->order, [&] { print(e->parts[0].expr, compare_level); });
    }
  }

  static std::string symbol_of(Function comparison) {
    switch (comparison) {
      case Function::less: return "<";
      case Function::less_equal: return "<=";
      case Function::equal: return "==";
      default: return "!=";
    }
  }

  void print_function(Expr e) {
    if (is_comparison(e->function)) {
      print(e->parts[0].expr, sum_level);
      text_ += " " + symbol_of(e->function) + " ";
      return print(e->parts[1].expr, sum_level);
    }
    text_ += name_of(e->function) + "(";
    for (std::size_t k = 0; k < e->parts.size(); ++k) {
      text_ += k > 0 ? ", " : "";
      print(e->parts[k].expr, compare_level);
    }
    text_ += ")";
  }

  /// What is added first, then what is subtracted.
  void print_sum(Expr e) {
    bool first = true;
    for (auto const& part : e->parts) {
      if (part.weight > 0.0) print_part(part, first);
    }
    if (e->value > 0.0 || (e->value < 0.0 && first)) text_ += (first ? "" : " + ") + shortest(e->value);
    bool const constant_done = e->value > 0.0 || (e->value < 0.0 && first);
    first = first && e->value == 0.0;
    for (auto const& part : e->parts) {
      if (part.weight < 0.0) print_part(part, first);
    }
    if (!constant_done && e->value < 0.0) text_ += " - " + shortest(-e->value);
  }

  void print_part(Part const& part, bool& first) {
    if (text_.size() > limit_) return;
    text_ += part.weight < 0.0 ? (first ? "-" : " - ") : (first ? "" : " + ");
    first = false;
    std::string const factor = std::abs(part.weight) == 1.0 ? "" : shortest(std::abs(part.weight));
    if (part.expr->kind == Kind::product) return print_product(part.expr, factor);
    text_ += factor.empty() ? "" : factor + "*";
    print(part.expr, product_level);
  }

  void print_product(Expr e, std::string const& factor) {
    text_ += factor;
    bool first = factor.empty();
    for (int side : {1, -1}) {
      if (side < 0 && first) text_ += "1";
      for (auto const& [part, exponent] : e->parts) {
        if (exponent * side < 0.0 || text_.size() > limit_) continue;
        text_ += side < 0 ? "/" : first ? "" : "*";
        first = false;
        bool const plain = std::abs(exponent) == 1.0;
        print(part, plain ? power_level : atom_level);
        if (!plain) text_ += "^" + shortest(std::abs(exponent));
      }
      if (side > 0 && !has_denominator(e)) return;
    }
  }

  static bool has_denominator(Expr e) {
    for (auto const& part : e->parts) {
      if (part.weight < 0.0) return true;
    }
    return false;
  }

  template <class Inside>
  void print_derivative(MultiIndex const& order, Inside const& inside) {
    std::string letters;
    for (std::size_t a = 0; a < symbols_.axes.size(); ++a) {
      for (int n = 0; n < order[a]; ++n) letters += symbols_.axes[a];
    }
    text_ += letters.empty() ? "" : letters.size() == 1 ? "d" + letters + "(" : "d(";
    inside();
    if (letters.size() > 1) text_ += ", \"" + letters + "\"";
    text_ += letters.empty() ? "" : ")";
  }

  void print_feature(Feature const& feature) {
    auto const i = static_cast<std::size_t>(feature.index);
    print_derivative(feature.order, [&] {
      switch (feature.kind) {
        case Feature::Kind::coordinate: text_ += symbols_.axes[i]; return;
        case Feature::Kind::state: text_ += symbols_.states[i]; return;
        case Feature::Kind::parameter: text_ += symbols_.parameters[i]; return;
        case Feature::Kind::field: text_ += symbols_.fields[i]; return;
        case Feature::Kind::variance: text_ += "var(" + symbols_.states[i] + ")"; return;
        case Feature::Kind::term: return print(terms_[i], compare_level);
      }
    });
  }

  Symbols const& symbols_;
  std::vector<Expr> const& terms_;
  std::size_t limit_;
  std::string text_;
};

}  // namespace

std::string to_text(Expr e, Symbols const& symbols, std::vector<Expr> const& terms, std::size_t limit) {
  return Printer(symbols, terms, limit).run(e);
}

}  // namespace mollis::equation

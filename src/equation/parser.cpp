#include "equation/parser.hpp"

#include <algorithm>
#include <cmath>

#include "equation/differentiate.hpp"
#include "equation/lexer.hpp"

namespace mollis::equation {

namespace {

class Parser {
 public:
  Parser(Scope& scope, Source const& source) : scope_(scope), source_(source), tokens_(tokens_of(source)) {}

  Expr run() {
    if (now().type == Token::Type::end) fail(0, "the expression is empty");
    try {
      Expr const result = value();
      if (now().type != Token::Type::end) fail(now().column, stray());
      return result;
    } catch (Limit const& limit) {
      fail(now().column, limit.what());
    }
  }

 private:
  struct Argument {
    Expr value;
    Token const* string;  ///< where it is one
    std::size_t column;
  };

  [[noreturn]] void fail(std::size_t column, std::string const& what) const { throw error_at(source_, column, what); }
  /// Remembers that a node was written from `start` up to the last token read.
  void remember(Expr e, std::size_t start) const {
    auto const& last = tokens_[at_ - 1];
    auto const end = last.column + last.text.size() + (last.type == Token::Type::string ? 2 : 0);
    scope_.remember(e, {&source_, start, end - start});
  }
  Token const& now() const { return tokens_[at_]; }
  Token const& next() { return tokens_[at_++]; }

  std::string stray() const {
    auto const& token = now();
    if (token.is(')')) return "this ')' closes nothing";
    if (token.is(',')) return "',' outside the arguments of a function";
    if (token.type == Token::Type::string) return "text in quotes only stands in d(., \"xx\")";
    return "expected an operator before '" + shown(token.text) + "'; a product is written with *";
  }

  Expr finite(Expr e, std::size_t column) const {
    if (e->kind == Kind::number && !std::isfinite(e->value)) fail(column, "this is not a finite number");
    return e;
  }

  std::optional<Function> comparison() const {
    if (now().type != Token::Type::symbol) return std::nullopt;
    auto const& text = now().text;
    if (text == "<" || text == ">") return Function::less;
    if (text == "<=" || text == ">=") return Function::less_equal;
    if (text == "==") return Function::equal;
    if (text == "!=") return Function::unequal;
    return std::nullopt;
  }

  Expr value() {
    auto const start = now().column;
    Expr left = sum();
    auto const compared = comparison();
    if (!compared) return left;
    bool const swapped = next().text[0] == '>';
    Expr right = sum();
    if (comparison()) fail(now().column, "one comparison at a time; write (a < b)*(b < c) for a < b < c");
    if (swapped) std::swap(left, right);
    Expr const result = scope_.context.function(*compared, {left, right});
    remember(result, start);
    return result;
  }

  Expr sum() {
    auto const start = now().column;
    std::vector<Part> parts{{product(), 1.0}};
    while (now().is('+') || now().is('-')) {
      double const sign = next().is('-') ? -1.0 : 1.0;
      parts.push_back({product(), sign});
    }
    return finite(scope_.context.sum(0.0, parts), start);
  }

  Expr product() {
    auto const start = now().column;
    std::vector<Part> parts{{signed_factor(), 1.0}};
    while (now().is('*') || now().is('/')) {
      double const exponent = next().is('/') ? -1.0 : 1.0;
      if (now().is('*')) fail(now().column, "'**' is not in the language; did you mean '^'?");
      auto const column = now().column;
      parts.push_back({signed_factor(), exponent});
      if (exponent < 0.0 && is_number(parts.back().expr, 0.0)) fail(column, "division by zero");
    }
    Expr const e = finite(scope_.context.product(1.0, parts), start);
    remember(e, start);
    return e;
  }

  Expr signed_factor() {
    if (++scope_.depth > max_nesting)
      fail(now().column, "nested more than " + std::to_string(max_nesting) + " deep; name parts in [equation.let]");
    Expr result = nullptr;
    if (now().is('-') || now().is('+')) {
      double const sign = next().is('-') ? -1.0 : 1.0;
      result = scope_.context.scale(sign, signed_factor());
    } else {
      result = power();
    }
    --scope_.depth;
    return result;
  }

  Expr power() {
    auto const column = now().column;
    Expr const base = primary();
    if (!now().is('^')) return base;
    next();
    Expr const result = finite(scope_.context.power(base, signed_factor()), column);
    remember(result, column);
    return result;
  }

  Expr primary() {
    auto const& token = now();
    if (token.type == Token::Type::number) return scope_.context.number(next().value);
    if (token.type == Token::Type::name) return name();
    if (token.is('(')) {
      next();
      Expr const inside = value();
      close(token.column);
      return inside;
    }
    if (token.type == Token::Type::end) fail(token.column, "the expression ends where a value should stand");
    if (token.type == Token::Type::string) fail(token.column, stray());
    fail(token.column, "expected a value before '" + shown(token.text) + "'");
  }

  void close(std::size_t opened) {
    if (now().type == Token::Type::end) fail(opened, "this '(' is never closed");
    if (!now().is(')')) fail(now().column, stray());
    next();
  }

  Expr name() {
    auto const& token = next();
    bool const called = now().is('(');
    bool const callable = is_operator(token.text) || find_function(token.text).has_value();
    if (callable && !called) fail(token.column, "'" + token.text + "' needs an argument in parentheses");
    Expr const result = callable ? call(token) : variable(token, called);
    remember(result, token.column);
    return result;
  }

  Expr variable(Token const& token, bool called) {
    auto const meaning = scope_.names.find(token.text);
    if (!meaning && token.text != "pi") unknown(token, called);
    if (called)
      fail(token.column, "'" + shown(token.text) + "' is not a function; write " + shown(token.text) + "*(...) for a product");
    if (token.text == "pi") return scope_.context.number(std::acos(-1.0));
    switch (meaning->kind) {
      case Meaning::Kind::axis: return feature(Feature::Kind::coordinate, meaning->index);
      case Meaning::Kind::state: return state(meaning->index);
      case Meaning::Kind::field: return feature(Feature::Kind::field, meaning->index);
      case Meaning::Kind::parameter: return parameter(meaning->index);
      case Meaning::Kind::let: break;
    }
    return scope_.let_value(token.text, {&source_, token.column});
  }

  Expr state(int index) const {
    auto const& about = scope_.names.symbols().state_about;
    Expr const deviation = feature(Feature::Kind::state, index);
    if (about.empty() || about[static_cast<std::size_t>(index)] == 0.0) return deviation;
    return scope_.context.add(deviation, scope_.context.number(about[static_cast<std::size_t>(index)]));
  }

  Expr feature(Feature::Kind kind, int index) const {
    return scope_.context.feature({kind, index, {}}, scope_.names.axes_of(kind, index));
  }

  Expr parameter(int index) const {
    Expr const raw = feature(Feature::Kind::parameter, index);
    auto const& logs = scope_.names.symbols().log_parameter;
    auto const i = static_cast<std::size_t>(index);
    return i < logs.size() && logs[i] ? scope_.context.function(Function::exp, raw) : raw;
  }

  [[noreturn]] void unknown(Token const& token, bool called) const {
    auto const& text = token.text;
    std::string const what = (called ? "unknown function '" : "unknown name '") + shown(text) + "'";
    bool const repeated =
        called && text.size() > 2 && text[0] == 'd' && text.find_first_not_of("txyz", 1) == std::string::npos;
    if (repeated) fail(token.column, what + "; did you mean d(., \"" + shown(text.substr(1)) + "\")?");
    auto const bar = text.find('_');
    bool const subscript = !called && bar != std::string::npos && bar > 0 && bar + 1 < text.size() &&
                           text.find_first_not_of("txyz", bar + 1) == std::string::npos &&
                           scope_.names.find(text.substr(0, bar));
    if (subscript) {
      fail(token.column, what + "; did you mean d(" + text.substr(0, bar) + ", \"" + shown(text.substr(bar + 1)) + "\")?");
    }
    fail(token.column, what + suggestion(text, called ? callable_names() : scope_.names.all()));
  }

  std::vector<Argument> arguments() {
    auto const opened = next().column;
    std::vector<Argument> result;
    if (now().is(')')) {
      next();
      return result;
    }
    for (;;) {
      bool const quoted = now().type == Token::Type::string;
      auto const column = now().column;
      Token const* const string = quoted ? &next() : nullptr;
      result.push_back({quoted ? nullptr : argument_value(), string, column});
      if (!now().is(',')) break;
      next();
    }
    close(opened);
    return result;
  }

  /// A value, or a bare word of axis letters, which d() asks to be quoted.
  Expr argument_value() {
    auto const& token = now();
    bool const bare = token.type == Token::Type::name && at_ >= 1 && tokens_[at_ - 1].is(',') &&
                      token.text.find_first_not_of("txyz") == std::string::npos && !scope_.names.find(token.text);
    if (bare) fail(token.column, "write the axes in quotes: d(., \"" + shown(token.text) + "\")");
    return value();
  }

  Expr call(Token const& token) {
    auto const given = arguments();
    auto const function = find_function(token.text);
    std::size_t const wanted = function ? arguments_of(*function) : token.text == "d" ? 2 : 1;
    bool const any = function && (*function == Function::min || *function == Function::max);
    if (given.size() < wanted || (given.size() > wanted && !any)) {
      fail(token.column, "'" + token.text + "' takes " + counted(wanted, "argument") + (any ? " or more" : "") +
                             (token.text == "d" ? ", an expression and the axes in quotes as \"xx\"" : "") + ", not " +
                             std::to_string(given.size()));
    }
    for (std::size_t k = 0; k < (function ? given.size() : 1); ++k)
      if (given[k].string != nullptr) fail(given[k].column, "expected an expression, not text in quotes");
    if (function) return applied(*function, given, token.column);
    if (token.text == "lap") return laplacian(given[0].value, token.column);
    if (token.text != "d")
      return derivative(given[0].value, order_of(token.text.substr(1), token.column), token.column);
    if (given[1].string == nullptr) fail(given[1].column, "write the axes in quotes: d(., \"xx\")");
    return derivative(given[0].value, order_of(given[1].string->text, given[1].column), token.column);
  }

  /// min and max of more than two from the left.
  Expr applied(Function function, std::vector<Argument> const& given, std::size_t column) const {
    std::vector<Expr> values;
    for (std::size_t k = 0; k < arguments_of(function); ++k) values.push_back(given[k].value);
    Expr result = scope_.context.function(function, values);
    for (std::size_t k = values.size(); k < given.size(); ++k)
      result = scope_.context.function(function, {result, given[k].value});
    return finite(result, column);
  }

  MultiIndex order_of(std::string const& letters, std::size_t column) const {
    if (letters.empty()) fail(column, "name the axes of the derivative, as in d(., \"xx\")");
    MultiIndex order{};
    for (char letter : letters) {
      int const axis = scope_.names.find_axis(std::string(1, letter));
      if (axis < 0) fail(column, std::string("the grid has no axis '") + letter + "'; its axes are " + axis_list());
      ++order[static_cast<std::size_t>(axis)];
    }
    return order;
  }

  std::string axis_list() const {
    std::string list;
    for (auto const& axis : scope_.names.symbols().axes) list += (list.empty() ? "" : ", ") + axis;
    return list.empty() ? "none" : list;
  }

  Expr derivative(Expr e, MultiIndex const& order, std::size_t column) const {
    try {
      (void)(order + MultiIndex{});
      return scope_.form == Form::weak ? scope_.context.derivative(e, order) : differentiate(scope_.context, e, order);
    } catch (Limit const& limit) {
      fail(column, limit.what());
    }
  }

  Expr laplacian(Expr e, std::size_t column) const {
    auto const& axes = scope_.names.symbols().axes;
    std::vector<Part> parts;
    for (std::size_t a = axes.size(); a-- > 0;) {
      if (axes[a] == "t") continue;
      MultiIndex order{};
      order[a] = 2;
      Expr const second = derivative(e, order, column);
      remember(second, column);
      parts.push_back({second, 1.0});
    }
    if (parts.empty()) fail(column, "lap() needs an axis in space; the grid's axes are " + axis_list());
    return scope_.context.sum(0.0, parts);
  }

  Scope& scope_;
  Source const& source_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

Expr Scope::parse(Source const& source) { return Parser(*this, source).run(); }

Expr Scope::let_value(std::string const& name, Position const& use) {
  auto const [it, fresh] = lets_.emplace(name, nullptr);
  if (!fresh && it->second == nullptr)
    throw error_at(*use.source, use.column, "'" + name + "' is defined by way of itself");
  if (fresh) it->second = parse(let_sources_.emplace_back(Source{"let." + name, names.symbols().let.at(name)}));
  return it->second;
}

void Scope::remember(Expr e, Position const& position) {
  if (form != Form::weak || e->kind == Kind::number) return;
  positions_.emplace(e, position);
  positions_.emplace(split_factor(e).second, position);
}

Position Scope::position_of(Expr e, Position const& fallback) const {
  auto const it = positions_.find(e);
  return it == positions_.end() ? fallback : it->second;
}

}  // namespace mollis::equation

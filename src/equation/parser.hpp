#pragma once
/// Text to expressions. Grammar, loosest first (^ binds right to left and tighter than a sign before it):
///   value   = sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)?
///   sum     = product (("+" | "-") product)*
///   product = signed (("*" | "/") signed)*
///   signed  = ("-" | "+") signed | power
///   power   = primary ("^" signed)?
///   primary = number | name | name "(" arguments ")" | "(" value ")"
#include <map>

#include "equation/names.hpp"

namespace mollis::equation {

constexpr int max_nesting = 200;  ///< signs, powers and brackets within each other

/// A place in a text, which outlives it.
struct Position {
  Source const* source = nullptr;
  std::size_t column = 0;
  std::size_t length = 1;
};

/// What the texts of one system share: names, nodes, the values of let names.
class Scope {
 public:
  /// Strong: derivative operators are carried out at once; weak: they stay as nodes.
  Scope(Context& nodes, Names const& known, Form form_) : context(nodes), names(known), form(form_) {}

  Expr parse(Source const& source);  ///< which outlives the scope
  /// The value of a let name, parsed at first use. Throws SyntaxError at `use` for cycles.
  Expr let_value(std::string const& name, Position const& use);
  /// Remembers where a node was first written, for errors found later.
  void remember(Expr e, Position const& position);
  /// Where a node was written; `fallback` where that is unknown.
  Position position_of(Expr e, Position const& fallback) const;

  Context& context;
  Names const& names;
  Form const form;
  int depth = 0;                            ///< nesting at this moment, over all texts

 private:
  std::deque<Source> let_sources_;
  std::map<std::string, Expr> lets_;        ///< null while it is being parsed
  std::map<Expr, Position> positions_;
};

}  // namespace mollis::equation

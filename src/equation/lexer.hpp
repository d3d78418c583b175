#pragma once
/// Text to tokens.
#include "equation/diagnostics.hpp"

namespace mollis::equation {

struct Token {
  enum class Type { number, name, string, symbol, end } type;
  std::string text;      ///< a name, the inside of a string, a symbol: one character, or a comparison
  double value = 0.0;
  std::size_t column = 0;

  bool is(char symbol) const { return type == Type::symbol && text.size() == 1 && text[0] == symbol; }
};

/// The tokens of a text, `end` last. Throws SyntaxError.
std::vector<Token> tokens_of(Source const& source);

/// Is it a letter or underscore followed by letters, digits, underscores (letters beyond ASCII are letters)?
bool is_identifier(std::string const& name);

}  // namespace mollis::equation

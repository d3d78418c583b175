#pragma once
/// Error messages that show the text with a caret, and suggestions for misspelt names.
#include <string>
#include <vector>

#include "equation/system.hpp"
#include "run/shown.hpp"

namespace mollis::equation {

using run::shown;

/// A text and what it is called in messages ("residual 1", "let.name").
struct Source {
  std::string which, text;
};

/// what, then the line of the text that holds `column` (byte offset), about 100 characters of it, then a caret under it,
/// drawn out (^~~~) under `length` bytes.
SyntaxError error_at(Source const& source, std::size_t column, std::string const& what, std::size_t length = 1);

/// "; did you mean 'x'?" for the nearest of the known names, or "; known names: ..." where none is near.
std::string suggestion(std::string const& name, std::vector<std::string> const& known);

/// "1 argument", "2 arguments".
std::string counted(std::size_t n, std::string const& noun);

}  // namespace mollis::equation

#pragma once
/// Names that a deck gives to states, fields, parameters and sub-expressions.
#include <map>
#include <string>

#include "deck/problems.hpp"

namespace mollis::deck {

/// A letter or underscore, then letters, digits and underscores (ASCII).
bool is_identifier(std::string const& name);

/// Functions, operators, constants and axes of the expression language; the same words as equation::is_reserved.
bool is_reserved(std::string const& name);

/// Hands out names: each must be an identifier, free of reserved words, and used once in the whole deck.
class Names {
 public:
  /// Reports what is wrong with a name; `what` says what it names ("a state"), `place` where.
  void claim(std::string const& name, std::string const& what, Place const& place, Problems& problems);

 private:
  std::map<std::string, std::string> taken_;  ///< name -> what it names
};

}  // namespace mollis::deck

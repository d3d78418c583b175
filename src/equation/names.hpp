#pragma once
/// What a name means. Not collective.
#include <optional>

#include "equation/diagnostics.hpp"
#include "equation/expression.hpp"

namespace mollis::equation {

/// The function of this name, if any.
std::optional<Function> find_function(std::string const& name);
std::string name_of(Function function);
/// How many arguments it takes (min and max: or more).
std::size_t arguments_of(Function function);
/// Derivative operators: dt, dx, dy, dz, d, lap.
bool is_operator(std::string const& name);
/// Names of all functions and operators, for suggestions.
std::vector<std::string> callable_names();

/// A word of the language and what it means, in the order in which help shows them.
struct Word {
  std::string name, meaning;
};
std::vector<Word> function_words();
std::vector<Word> operator_words();

struct Meaning {
  enum class Kind { axis, state, parameter, field, let } kind;
  int index;  ///< in its list of Symbols; -1 for let
};

/// The names of Symbols, free of collisions.
class Names {
 public:
  /// Throws SyntaxError (which: "let.NAME", "state.NAME", ...) for names that are no names, reserved, or taken twice.
  /// Those that residuals know in one of the experiments.
  explicit Names(Symbols const& symbols, std::size_t experiment = 0);

  Symbols const& symbols() const { return symbols_; }
  std::optional<Meaning> find(std::string const& name) const;
  int find_axis(std::string const& name) const;  ///< -1 where the grid has none
  std::vector<std::string> all() const;          ///< every name that may stand alone, pi too
  /// Bits of the axes along which a feature of this kind may vary.
  unsigned axes_of(Feature::Kind kind, int index) const;
  unsigned all_axes() const { return (1u << symbols_.axes.size()) - 1u; }

 private:
  void add(std::string const& name, char const* list, Meaning meaning);

  Symbols symbols_;
  std::map<std::string, Meaning> meanings_;
};

}  // namespace mollis::equation

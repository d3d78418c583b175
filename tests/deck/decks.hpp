#pragma once
/// Decks as texts, for the tests.
#include <string>

#include "deck/read.hpp"

namespace mollis::deck::test {

/// The deck that the design's contract shows, word for word.
std::string contract();

/// The least deck that can be inverted; `more` is appended.
inline std::string minimal(std::string const& more = "") {
  return R"([grid]
axes = ["y", "x"]
points = [8, 16]
lower = [0, 0]
upper = [1, 2]
[observations.u]
file = "obs.h5"
dataset = "u"
[parameters.a]
over = ["y", "x"]
[equation]
residual = "a*lap(u) + 1"
)" + more;
}

inline Deck parse_text(std::string const& text, std::vector<std::string> const& overrides = {},
                       Command command = Command::invert) {
  return parse({"case.toml", "/decks", text}, overrides, command);
}

}  // namespace mollis::deck::test

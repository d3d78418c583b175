#pragma once
/// Nearest words, for "did you mean".
#include <string>
#include <vector>

namespace mollis::deck {

/// Least number of insertions, deletions, substitutions and swaps of neighbours that turn one word into the other,
/// letters compared without regard to case.
std::size_t edit_distance(std::string const& a, std::string const& b);

/// The candidate that is near enough to be meant (a third of the word's letters, at least one), the nearest first; or
/// "".
std::string nearest(std::string const& word, std::vector<std::string> const& candidates);

/// `; did you mean "..."?` or "".
std::string did_you_mean(std::string const& word, std::vector<std::string> const& candidates);

/// `"a", "b", "c"`.
std::string quoted_list(std::vector<std::string> const& words);

}  // namespace mollis::deck

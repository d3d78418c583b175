#pragma once
/// What a deck may leave to Mollis.
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mollis::run {

struct Automatic {};                                   ///< the word "auto"
struct Relative { double fraction; };                  ///< { relative = 0.01 }: of the standard deviation of the data
using Weight = std::variant<Automatic, double>;        ///< a number or "auto"

inline bool is_automatic(Weight const& weight) { return std::holds_alternative<Automatic>(weight); }

template <class T>
using Named = std::vector<std::pair<std::string, T>>;  ///< by name, in the deck's order

}  // namespace mollis::run

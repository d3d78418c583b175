#pragma once
/// What exit codes mean, for `mollis help errors`.
#include <vector>

#include "run/error.hpp"

namespace mollis::run {

/// A code, what it says and what a user does next.
struct ExitMeaning {
  Exit code;
  char const* meaning;
  char const* next;
};

/// All codes, in order.
std::vector<ExitMeaning> exits();

}  // namespace mollis::run

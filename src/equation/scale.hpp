#pragma once
/// Whether a system tells how large its parameters are.
#include "equation/system.hpp"

namespace mollis::equation {

/// Whether every residual is homogeneous in the parameters and in the states of `with` (those that were not observed), one of them of a
/// degree k > 0:
///   R(c lambda) = c^k R(lambda).
/// Then data tell ratios alone, and 0 is an answer whatever the data are. Read off the form of the expressions; where that does not show it
/// the answer is false. Throws SyntaxError as compile does. Not collective.
bool is_scale_free(std::vector<std::string> const& residuals, Symbols const& symbols, std::vector<int> const& with = {});

}  // namespace mollis::equation

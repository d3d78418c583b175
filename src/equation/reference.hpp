#pragma once
/// `mollis help equation`.
#include <string>

namespace mollis::equation {

/// What may stand in an expression, from the tables of the parser, and residuals with what the compiler makes of them.
std::string reference();

}  // namespace mollis::equation

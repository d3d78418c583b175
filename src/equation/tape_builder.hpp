#pragma once
/// Expressions to straight-line code.
#include "equation/expression.hpp"

namespace mollis::equation {

/// Code for all outputs together; `inputs` are the features in the order in which the tape reads them. Every shared
/// value is computed once, registers are reused after their value's last use.
kernels::Tape build_tape(std::vector<Expr> const& outputs, std::vector<Expr> const& inputs);

}  // namespace mollis::equation

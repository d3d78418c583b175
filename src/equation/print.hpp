#pragma once
/// Expressions as text in the language of the deck (it parses back to the same expression).
#include "equation/names.hpp"

namespace mollis::equation {

/// `terms`: what term features stand for (weak form). Text longer than `limit` ends in "...".
std::string to_text(Expr e, Symbols const& symbols, std::vector<Expr> const& terms = {}, std::size_t limit = 2000);

}  // namespace mollis::equation

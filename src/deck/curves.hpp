#pragma once
/// Parameters over a state, D(u), as constants and a named sub-expression. With h the spacing of n - 3 intervals in [lower, upper],
///   D(u) = sum_k c_k B(s - k + 1),  k = 0 .. n - 1,   s = (min(max(u, lower), upper) - lower) / h,
///   B(s) = (max(2 - |s|, 0)^3 - 4 max(1 - |s|, 0)^3) / 6,
/// the cubic B-spline (de Boor 2001), constant outside. All c_k alike: a constant.
#include <optional>
#include <string>
#include <vector>

#include "deck/names.hpp"

namespace mollis::deck {

class Entry;

/// Names of states as the residuals have them.
std::vector<std::string> states_in_residuals(Deck const& deck);

/// Is it over a state?
bool is_curve(Parameter const& parameter, std::vector<std::string> const& states);

/// Adds the curve, and NAME_1, NAME_2, ... as constants with its first guess, bounds and transform. Reports a range that is none.
void add_curve(std::string const& name, Entry const& entry, Parameter const& parameter, Names& names, Deck& deck);

/// Puts the text of every curve into [equation.let]; over [0, 1] where its range is not known yet. To be called again when ranges change.
void name_curves(Deck& deck);

/// The same deck with every interval between knots halved: 2 n - 3 coefficients for n, which hold every curve of n. Nothing where it has no
/// curve, one would have more than `most` coefficients, or a name of theirs is taken.
std::optional<Deck> with_halved_intervals(Deck const& deck, int most);

/// B_k at a value of the state, one a coefficient; the curve has a range.
std::vector<double> basis(Curve const& curve, double u);

}  // namespace mollis::deck

#pragma once
/// Where states are not moved by their equations: at open ends, in the domain's rim, where nothing is known.
#include "predict/case.hpp"
#include "predict/lines.hpp"

namespace mollis::predict {

/// The unknowns at the first frame of the run, as fitted (less `about`): NaN outside the domain. A first derivative in time is that of
/// the polynomial through five frames. Collective.
std::vector<Field> initial_components(Case const& c);

/// One a state. Prescribed are, along open axes that stencils do not mirror, ceil(order / 2) points at both ends, `order` that of the
/// state's highest derivative there (one point where stencils see an odd mirror), and all points whose residual reads what is not finite: at the first frame, or at a later one of what is prescribed (a domain that moves).
/// Their values: those of walls where they are known, else the fitted states; after the last of these as they were then, or, where
/// `ends` is "data", as observed. run::Error bad_data where no point is left free. Collective.
std::vector<Prescribed> make_prescribed(Case const& c, Lines& lines, std::vector<Field> const& initial);

}  // namespace mollis::predict

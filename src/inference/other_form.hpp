#pragma once
/// Whether constants of mollified data are those that the weak form of the same equation finds.
#include <optional>
#include <string>

#include "inference/curves.hpp"
#include "inference/inference.hpp"

namespace mollis::inference {

/// An answer of the strong form from mollified data, constants alone, that is sound or doubted for what it leaves of the equation alone is asked once
/// more in the weak form (`again`, by the same method, radii automatic). That form differentiates no data, so that its fit is bent by nothing: what it
/// leaves tells of the equation, where the strong form leaves what mollifying bends, too. Its checks "misfit", "white", "complete" and "consistent"
/// take the place of the answer's, and with the equation right both find the same constants,
///   (p_strong - p_weak)^2 <= b^2 (sigma_strong^2 + sigma_weak^2),   b^2 = 3.5^2 + 2 log(number of constants),
/// the check "forms" (a specification test: Hausman, Econometrica 46, 1978; the variance of the difference of two estimates from the same data is
/// no larger where they are not negatively correlated). As it is, with a line in the log, where equation or data have no weak form, and where
/// that fit fails, has no standard errors, or says that the data tell too little (gaps, noise that it would take for signal). Collective.
Inference with_other_form(Inference answer, problem::Finer const& finer, Again const& again);

/// The check "forms" of two answers, for the constant that differs most. Collective.
verdict::Check agreement(Inference const& strong, Inference const& weak);

/// Whether there may be a weak form, which the answer of the strong one, if there is any, does not gainsay. Not collective.
bool can_ask(problem::Finer const& finer, Inference const* strong);

/// The answer of the weak form by a method, held against that of the strong one (the check "forms") if there is any with standard errors. Empty,
/// with a line in the log, where equation or data have no weak form, and where that fit fails or has no standard errors. Collective.
std::optional<Inference> in_weak_form(problem::Problem const& problem, std::string const& method, Inference const* strong, problem::Finer const& finer,
                                      Again const& again);

}  // namespace mollis::inference

#pragma once
/// What a joint fit says of its fields' degrees of freedom, by the averaged Hessian at the fit.
#include <string>
#include <vector>

#include "estimators/joint/objective.hpp"

namespace mollis::joint {

/// What each field may hide that its automatic weight has left without a degree of freedom of its own: the deviation of one of hidden_freedom, which
/// the data would not have told from none. 0 of all others. Collective.
std::vector<double> hidden(problem::Problem const& problem, Objective& objective);

/// Fields that may hide as much as matters. Collective.
std::vector<std::string> collapsed(problem::Problem const& problem, Objective const& objective, Vec parameters);

/// beta over f / <p, L p>, f the degrees of freedom of p: the weight that the fitted field supports (MacKay's fixed point). Of fields that were
/// made stiffer than the evidence has them, or by hand, more than 1: that much rougher they are than their prior says. Collective.
std::vector<double> overweight(problem::Problem const& problem, Objective& objective);

}  // namespace mollis::joint

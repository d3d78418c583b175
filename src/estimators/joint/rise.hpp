#pragma once
/// How far the quadratic of a joint fit holds.
#include "estimators/joint/objective.hpp"

namespace mollis::joint {

/// (f(x*) of moved parameters - f(x)) / (1/2 <v*, H v*>): how much the objective rises where the parameters move by those of v and the states follow, over what H at x
/// says of it. v* has the parameters of v and the states that follow by H; x* starts from x + v* and has its states fitted with the parameters held, until the objective changes
/// by less than a hundredth of what H says. 1 where rows are linear as far as that; 0 or less where x* is no worse than x. Along a draw of the error of x it tells whether
/// H^-1 is the covariance of that error: standard errors are right but for the factor r^(-1/2) where it is r, and of no use where it is far from 1 (profiles of nonlinear least
/// squares: Bates and Watts, Nonlinear Regression Analysis, 1988, ch. 6).
/// The objective stands at x, and again at the end. NaN where the states could not be solved for. Collective.
double rise(Objective& objective, Vec x, Vec v);

}  // namespace mollis::joint

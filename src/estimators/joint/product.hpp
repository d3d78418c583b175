#pragma once
/// out := H in, the Gauss-Newton matrix of the joint objective at its last linearise(), whatever of x may move. Collective.
#include "estimators/joint/objective.hpp"
#include "solver/operator.hpp"

namespace mollis::joint {

struct Product final : solver::Operator {
  explicit Product(Objective& objective_) : objective(objective_) {}
  void apply(Vec in, Vec out) override { objective.apply_hessian(in, out); }
  Objective& objective;
};

}  // namespace mollis::joint

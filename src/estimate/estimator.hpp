#pragma once
/// The one interface of all methods.
#include "estimate/estimate.hpp"
#include "estimate/quantities.hpp"
#include "problem/problem.hpp"
#include "run/stage.hpp"

namespace mollis::estimate {

class Estimator {
 public:
  virtual ~Estimator() = default;

  /// Lets the solvers that this method may come to use read their options from PETSc's database. Collective.
  virtual void offer_options() const {}

  /// The estimate; it refers to the problem, which has to outlive it. Errors are run::Error. Collective.
  virtual Estimate estimate(problem::Problem const& problem, Choices const& choices, run::Stages& stages) = 0;

  /// What the estimate has to be kept as, and the estimate from it, without a fit. Collective.
  virtual Quantities save(problem::Problem const& problem, Estimate const& estimate) const = 0;
  virtual Estimate restore(problem::Problem const& problem, Quantities const& quantities) = 0;
};

}  // namespace mollis::estimate

#pragma once
/// Equation error behind the interface of all methods: jets of the data, then the parameters alone. Collective; run::Error 65: no point has a residual.
#include "estimate/estimator.hpp"
#include "estimators/equation_error/candidate.hpp"

namespace mollis::equation_error {

class Estimator : public estimate::Estimator {
 public:
  void offer_options() const override;
  estimate::Estimate estimate(problem::Problem const& problem, estimate::Choices const& choices, run::Stages& stages) override;
  /// Parameters, smoothness weights, radii, W of the last pass; numbers of the fit.
  estimate::Quantities save(problem::Problem const& problem, estimate::Estimate const& estimate) const override;
  estimate::Estimate restore(problem::Problem const& problem, estimate::Quantities const& quantities) override;
};

}  // namespace mollis::equation_error

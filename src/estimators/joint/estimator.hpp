#pragma once
/// The joint fit behind the interface of all methods. Where the deck leaves the noise to Mollis and states that obey the
/// equation stay farther from the data than it (clean data of a coarser solver, as a rule), the noise is raised to what the fit
/// leaves and the fit is done again. Collective, all members; run::Error 78 where the splines' degree is too low or an axis too short.
#include "estimate/estimator.hpp"

namespace mollis::joint {

class Estimator final : public estimate::Estimator {
 public:
  void offer_options() const override;
  estimate::Estimate estimate(problem::Problem const& problem, estimate::Choices const& choices, run::Stages& stages) override;
  /// Parameters, coefficients of the states on the extended lattice, weights; numbers of the fit.
  estimate::Quantities save(problem::Problem const& problem, estimate::Estimate const& estimate) const override;
  estimate::Estimate restore(problem::Problem const& problem, estimate::Quantities const& quantities) override;
};

}  // namespace mollis::joint

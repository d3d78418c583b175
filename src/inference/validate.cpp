#include "inference/validate.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/equation_error/candidate.hpp"
#include "observations/loss.hpp"

namespace mollis::inference {
namespace {

using estimate::Validation;

/// The mean over all ranks of what was added up.
struct Mean {
  double sum = 0.0, count = 0.0;

  void add(double value) {
    if (!std::isfinite(value)) return;
    sum += value;
    count += 1.0;
  }
  Validation result(MPI_Comm comm, bool of_states) const {
    double both[2] = {sum, count};
    MPI_Allreduce(MPI_IN_PLACE, both, 2, MPI_DOUBLE, MPI_SUM, comm);
    return {static_cast<Index>(both[1]), both[1] > 0.0 ? std::sqrt(both[0] / both[1]) : NAN, of_states};
  }
};

Validation by_states(problem::Problem const& problem, estimate::Estimate const& estimate) {
  Mean mean;
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const held = on_host(problem.states[s].held_out), fitted = on_host(estimate.states[s]);
    auto const shape = on_host(problem.states[s].shape);
    for (std::size_t i = 0; i < held.extent(0); ++i) {
      double const sigma = estimate.noise[s] * (shape.extent(0) > 0 ? shape(i) : 1.0);
      mean.add(observations::cost_of(problem.states[s].loss, (fitted(i) - held(i)) / sigma));
    }
  }
  return mean.result(problem.grid.comm(), true);
}

/// The problem with nothing held out.
problem::Problem whole(problem::Problem const& problem) {
  auto result = problem;
  for (auto& state : result.states) {
    auto const held = on_host(state.held_out), data = on_host(state.data);
    Field const both = make_field("data", problem.grid.local_size());
    auto const host = Kokkos::create_mirror_view(both);
    for (std::size_t i = 0; i < held.extent(0); ++i) host(i) = std::isnan(held(i)) ? data(i) : held(i);
    Kokkos::deep_copy(both, host);
    state.data = both;
    state.filled = Field();
  }
  return result;
}

Validation by_residuals(problem::Problem const& problem, estimate::Estimate const& estimate) {
  auto const all = whole(problem);
  equation_error::Candidate candidate(all, estimate.smoother, problem.settings.inversion.tolerance);
  auto& model = candidate.model();
  model.move_to(problem.space().scatter(estimate.parameters));
  auto const residuals = model.residuals();
  auto const weights = model.weights();
  auto const used = on_host(estimate.mask);
  Mean mean;
  for (std::size_t k = 0; k < residuals.size(); ++k) {
    auto const r = on_host(residuals[k]), w = on_host(weights[k]);
    for (std::size_t i = 0; i < r.extent(0); ++i) {
      bool held = false;
      for (auto const& state : problem.states) held = held || !std::isnan(on_host(state.held_out)(i));
      if (held && used(i) == 0.0 && w(i) > 0.0) mean.add(w(i) * r(i) * r(i));
    }
  }
  return mean.result(problem.grid.comm(), false);
}

}  // namespace

std::optional<Validation> validate(problem::Problem const& problem, estimate::Estimate const& estimate) {
  auto const& states = problem.states;
  if (std::none_of(states.begin(), states.end(), [](auto const& state) { return !state.held_out.label().empty(); }))
    return std::nullopt;
  return estimate.penalty.empty() ? by_residuals(problem, estimate) : by_states(problem, estimate);
}

}  // namespace mollis::inference

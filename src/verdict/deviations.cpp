#include "verdict/deviations.hpp"

#include <algorithm>
#include <cmath>

#include "observations/states.hpp"
#include "observations/spikes.hpp"

namespace mollis::verdict {

std::vector<Deviation> deviations(problem::Problem const& problem, estimate::Estimate const& estimate, std::size_t s, Field const& taken) {
  auto const& state = problem.states[s];
  bool const fitted = !estimate.predicted.empty(), on_grid = !state.points;
  Field const spikes = on_grid ? observations::spikes(problem.grid, state.data) : Field();
  auto const value = on_host(fitted ? estimate.predicted[s] : spikes), spike = on_host(spikes), back = on_host(taken), data = on_host(state.data),
             shape = on_host(state.shape), known = on_host(state.known);
  std::vector<double> sizes;
  std::vector<Deviation> all;
  for (std::size_t i = 0; i < data.extent(0); ++i) {
    bool const counts = std::isfinite(data(i)) && (known.extent(0) == 0 || known(i) == 0.0);
    double const off = std::abs(fitted ? value(i) + (back.extent(0) > 0 ? back(i) : 0.0) - data(i) : value(i) / observations::spike_gain);
    bool const alone = !on_grid || spike(i) / observations::spike_gain >= 0.5 * off;
    all.push_back({counts ? off / (shape.extent(0) > 0 ? shape(i) : 1.0) : 0.0, alone});
    if (counts) sizes.push_back(all.back().off);
  }
  MPI_Comm const comm = problem.grid.comm();
  double const spread =
      fitted ? observations::robust_deviation(comm, sizes) : observations::estimate_noise(problem.grid, state.data);
  for (auto& deviation : all) deviation.off /= std::max(state.sigma, spread);
  return all;
}

}  // namespace mollis::verdict

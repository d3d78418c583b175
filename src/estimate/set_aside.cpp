#include "estimate/estimate.hpp"

namespace mollis::estimate {

double set_aside(problem::Problem const& problem, Estimate const& estimate, std::size_t state) {
  double count = 0.0;
  if (state < estimate.trust.size() && !estimate.trust[state].label().empty()) {
    auto const trust = on_host(estimate.trust[state]), data = on_host(problem.states[state].data);
    for (std::size_t i = 0; i < trust.extent(0); ++i) count += trust(i) < 0.5 && data(i) == data(i) ? 1.0 : 0.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
  return count;
}

}  // namespace mollis::estimate

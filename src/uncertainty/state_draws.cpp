#include "uncertainty/state_draws.hpp"

#include <cmath>

namespace mollis::uncertainty {
namespace {

constexpr double least_known = 0.5;  ///< error of the mean over the size of the state from which the mean is not known

}  // namespace

StateDraws::StateDraws(problem::Problem const& problem) : problem_(problem) {
  if (problem.mask.extent(0) > 0) inside_ = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), problem.mask);
  auto const points = static_cast<std::size_t>(problem.grid.local_size());
  for (std::size_t s = 0; s < problem.states.size(); ++s)
    if (problem.states[s].unobserved) sums_.push_back({s, Field("squares", points), Field("squares", points)});
}

/// Over the points of the domain, all ranks. Collective.
double StateDraws::mean_of(HostField const& values) const {
  double sums[2] = {0.0, 0.0};
  for (std::size_t i = 0; i < values.extent(0); ++i) {
    double const counts = inside_.extent(0) == 0 || inside_(i) != 0.0 ? 1.0 : 0.0;
    sums[0] += counts * values(i);
    sums[1] += counts;
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return sums[0] / std::max(sums[1], 1.0);
}

void StateDraws::add(estimate::Linearisation& linear, Vec x) {
  for (auto& own : sums_) {
    auto const drawn = on_host(linear.state(x, own.state));
    double const mean = mean_of(drawn);
    own.means += mean * mean;
    auto const squares = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), own.squares);
    auto const about_mean = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), own.about_mean);
    for (std::size_t i = 0; i < drawn.extent(0); ++i) {
      squares(i) += drawn(i) * drawn(i);
      about_mean(i) += (drawn(i) - mean) * (drawn(i) - mean);
    }
    Kokkos::deep_copy(own.squares, squares);
    Kokkos::deep_copy(own.about_mean, about_mean);
  }
}

void StateDraws::keep(checkpoint::Quantities& kept) const {
  for (auto const& own : sums_) {
    auto const& name = problem_.states[own.state].name;
    kept.put("states/" + name + "/squares", problem_.grid, own.squares);
    kept.put("states/" + name + "/about_mean", problem_.grid, own.about_mean);
    kept.put("states/" + name + "/means", {own.means});
  }
}

void StateDraws::go_on(checkpoint::Quantities const& kept) {
  for (auto& own : sums_) {
    auto const& name = problem_.states[own.state].name;
    Kokkos::deep_copy(own.squares, kept.field("states/" + name + "/squares", problem_.grid));
    Kokkos::deep_copy(own.about_mean, kept.field("states/" + name + "/about_mean", problem_.grid));
    own.means = kept.numbers("states/" + name + "/means").front();
  }
}

std::vector<Unobserved> StateDraws::result(estimate::Estimate const& estimate, int draws) const {
  std::vector<Unobserved> out;
  for (auto const& own : sums_) {
    Unobserved found;
    found.state = own.state;
    auto const fitted = on_host(estimate.states[own.state]);
    auto const work = make_host_field("work", problem_.grid.local_size());
    double const mean = mean_of(fitted);
    for (std::size_t i = 0; i < work.extent(0); ++i) work(i) = (fitted(i) - mean) * (fitted(i) - mean);
    found.size = std::sqrt(mean_of(work));
    found.error_of_mean = std::sqrt(own.means / draws);
    found.mean_known = found.error_of_mean <= least_known * found.size;
    auto const squares = on_host(found.mean_known ? own.squares : own.about_mean);
    for (std::size_t i = 0; i < work.extent(0); ++i) work(i) = squares(i) / draws;
    found.error = std::sqrt(mean_of(work));
    for (std::size_t i = 0; i < work.extent(0); ++i) work(i) = std::sqrt(work(i));
    found.deviation = make_field("deviation", problem_.grid.local_size());
    Kokkos::deep_copy(found.deviation, work);
    out.push_back(found);
  }
  return out;
}

}  // namespace mollis::uncertainty

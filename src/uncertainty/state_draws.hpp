#pragma once
/// What draws of the error tell of states that were not observed: where they are known, and whether up to a constant
/// alone.
#include "checkpoint/quantities.hpp"
#include "uncertainty/uncertainty.hpp"

namespace mollis::uncertainty {

class StateDraws {
 public:
  explicit StateDraws(problem::Problem const& problem);   ///< which outlives this; not collective
  /// Of a draw x of the error. Collective.
  void add(estimate::Linearisation& linear, Vec x);
  /// The sums so far, as parts of a checkpoint, and back. Collective.
  void keep(checkpoint::Quantities& kept) const;
  void go_on(checkpoint::Quantities const& kept);
  /// From the sums over `draws`: deviations at each point (local box), in the unit of the state. Collective.
  std::vector<Unobserved> result(estimate::Estimate const& estimate, int draws) const;

 private:
  struct Sums {
    std::size_t state;
    Field squares, about_mean;  ///< of the draws, of what they differ from their mean over the points
    double means = 0.0;         ///< of the squared means
  };
  double mean_of(HostField const& values) const;
  problem::Problem const& problem_;
  HostField inside_;  ///< the domain; empty: the whole grid
  std::vector<Sums> sums_;
};

}  // namespace mollis::uncertainty

#pragma once
/// Draws of the parameters that are kept to be written.
#include <vector>

#include "checkpoint/quantities.hpp"
#include "parameters/parameter_space.hpp"
#include "run/automatic.hpp"

namespace mollis::uncertainty {

class Samples {
 public:
  /// wanted: whether any are kept. space: outlives this. Not collective.
  Samples(parameters::ParameterSpace const& space, bool wanted) : space_(space), wanted_(wanted) {}
  /// The values at `fitted` + `error` (pieces, as fitted). Not collective.
  void add(std::vector<Field> const& fitted, std::vector<Field> const& error);
  /// Those so far, as parts of a checkpoint, and `count` of them back. Collective.
  void keep(checkpoint::Quantities& kept) const;
  void go_on(checkpoint::Quantities const& kept, int count);
  /// Of each parameter. Not collective.
  run::Named<std::vector<Field>> result() const;

 private:
  parameters::ParameterSpace const& space_;
  bool wanted_;
  std::vector<std::vector<Field>> samples_;   ///< [draw][unknown]
};

}  // namespace mollis::uncertainty

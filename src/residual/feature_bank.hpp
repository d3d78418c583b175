#pragma once
/// The arrays behind a system's features: coordinates, jets of the states (or of the weak terms), known fields and the
/// current derivatives of the parameters, as operands of the tapes over the local box.
#include <vector>

#include "equation/system.hpp"
#include "kernels/tape.hpp"
#include "parameters/parameter_space.hpp"

namespace mollis::residual {

/// An array over the local box of the grid restricted to some axes.
struct Placed {
  Field values;
  Extents stride{};
};

/// The coordinates along an axis of the grid, over the local box. Not collective.
Placed coordinates_along(grid::Grid const& grid, int axis);

class FeatureBank {
 public:
  FeatureBank(grid::Grid grid, equation::System const& system);

  /// Sets a feature that does not move during a fit.
  void set(int feature, Placed array) { arrays_[static_cast<std::size_t>(feature)] = std::move(array); }
  Placed const& at(int feature) const { return arrays_[static_cast<std::size_t>(feature)]; }

  /// Takes the parameters' current pieces: computes the derivatives that the system reads. Collective.
  void set_parameters(parameters::ParameterSpace const& space, std::vector<Field> const& pieces);

  std::vector<kernels::Operand> operands() const;
  Extents const& extents() const { return extents_; }
  Index size() const { return size_; }

 private:
  Extents extents_;
  Index size_;
  std::vector<Placed> arrays_;
};

}  // namespace mollis::residual

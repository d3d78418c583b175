#pragma once
/// Scattered points: the spline's value at each, exactly.
#include "halo/plan.hpp"
#include "kernels/point_samples.hpp"
#include "observations/operator.hpp"

namespace mollis::observations {

/// H S g = sum_j g_j B_j(x_p), a tensor product of spline_taps. Each point lies in a cell of this rank's block (read_points), the
/// coefficients around it come by a halo.
class PointSampling final : public Operator {
 public:
  /// Collective.
  PointSampling(Points const& points, grid::Grid const& grid, SplineLattice const& lattice);
  Index rows() const override { return samples_.points; }
  bool reads_state() const override { return false; }
  Field apply(Field const& coefficients, Field const& state) const override;
  Field apply_transpose_add(Field const& rows, Field const& coefficients) const override;

 private:
  halo::Plan plan_;
  kernels::PointSamples samples_;
};

}  // namespace mollis::observations

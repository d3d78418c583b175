#pragma once
/// How a recovered parameter compares with a known truth. Scored only: the fit never sees the truth.
#include <cmath>
#include <optional>
#include <vector>

#include "kernels/field.hpp"
#include "parameters/parameter_space.hpp"

namespace mollis::scores {

/// NaN where it cannot be computed: no point where both are finite, a truth that is 0, an overflow.
struct Score {
  std::optional<double> correlation;   ///< Pearson; none for constants and where either field does not vary
  double relative_l2 = NAN;            ///< |p - truth| / |truth|
  double max_relative = NAN;           ///< max |p - truth| / max |truth|
};

/// Points that are left out at each end of an axis of the core: ceil(n / 10) on open axes, none on periodic ones.
std::vector<Index> core_rim(grid::Grid const& grid);

/// Scores over all points, or over the core alone; points where either is not finite are left out. `piece` and `truth`
/// are the local pieces of the unknown. Collective on the whole grid's communicator.
Score score(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece, Field const& truth, bool core);

/// Of the finite values; NaN where there is none.
struct Range3 {
  double min = NAN, max = NAN, mean = NAN;
};
/// Collective.
Range3 range_of(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece);

/// Mean of the finite values, of the core alone if asked. Collective.
double mean_of(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece, bool core);

/// Share of the points where |piece - truth| <= 1.96 deviation. Collective.
double coverage95(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece, Field const& truth,
                  Field const& deviation, bool core);

}  // namespace mollis::scores

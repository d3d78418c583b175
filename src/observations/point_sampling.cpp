#include "observations/point_sampling.hpp"

#include <algorithm>

#include "mollifier/spline_taps.hpp"

namespace mollis::observations {
namespace {

/// The coefficients that points in the cells of a block read, folded back at reflecting ends.
grid::Range reach(grid::Axis const& axis, grid::Range block, int degree) {
  if (block.size() == 0) return {block.lower, block.lower};
  Index const radius = (degree - 1) / 2, n = axis.size(), last = n - 1;
  grid::Range range{block.lower - radius, block.upper + radius + 1};
  if (axis.periodic) return range;
  if (axis.reflection != grid::Reflection::none) {
    Index const below = range.lower, above = range.upper - 1;
    if (below < 0) range.upper = std::max(range.upper, -below + 1);
    if (above > last) range.lower = std::min(range.lower, 2 * last - above);
  }
  return {std::max<Index>(range.lower, 0), std::min(range.upper, n)};
}

halo::Needs needs_of(SplineLattice const& lattice) {
  halo::Needs needs;
  for (int a = 0; a < lattice.extended.dimension(); ++a) {
    needs.emplace_back();
    for (int b = 0; b < lattice.extended.decomposition().ranks[static_cast<std::size_t>(a)]; ++b)
      needs.back().push_back(reach(lattice.extended.axis(a), lattice.extended.block_range(a, b), lattice.degrees[static_cast<std::size_t>(a)]));
  }
  return needs;
}

/// Taps of every point among the entries of the ghosted box.
kernels::PointSamples samples_in(grid::Box const& ghosted, Points const& points, grid::Grid const& observed, SplineLattice const& lattice) {
  auto const& grid = lattice.extended;
  kernels::PointSamples samples;
  samples.points = static_cast<Index>(points.number.size());
  auto const extents = ghosted.extents();
  std::size_t const first_axis = static_cast<std::size_t>(max_axes - grid.dimension());
  for (std::size_t a = 0; a < max_axes; ++a) {
    samples.extents[a] = extents[a];
    samples.taps[a] = a < first_axis ? 1 : lattice.degrees[a - first_axis] + 1;
  }
  auto const entries = static_cast<std::size_t>(samples.points * samples.of_point());
  samples.index = kernels::Indices("index", entries);
  samples.weight = Field("weight", entries);
  auto const index = Kokkos::create_mirror_view(samples.index);
  auto const weight = Kokkos::create_mirror_view(samples.weight);
  std::size_t at = 0;
  for (std::size_t p = 0; p < points.number.size(); ++p) {
    for (std::size_t a = 0; a < first_axis; ++a) {
      index(at) = 0;
      weight(at++) = 1.0;
    }
    for (int a = 0; a < grid.dimension(); ++a) {
      auto const axis = static_cast<std::size_t>(a);
      double const x = points.coordinates[axis][p];
      Index const cell = mollifier::cell_of(observed.axis(a), x) + lattice.margins[axis];  // as points were dealt to ranks
      auto const taps = mollifier::spline_taps(grid.axis(a), lattice.degrees[axis], cell, x);
      for (std::size_t k = 0; k < taps.points.size(); ++k) {
        index(at) = taps.points[k] - ghosted[a].lower;
        weight(at++) = taps.weights[k];
      }
    }
  }
  Kokkos::deep_copy(samples.index, index);
  Kokkos::deep_copy(samples.weight, weight);
  kernels::order_by_slab(samples);
  return samples;
}

}  // namespace

PointSampling::PointSampling(Points const& points, grid::Grid const& observed, SplineLattice const& lattice)
    : plan_(lattice.extended, needs_of(lattice)), samples_(samples_in(plan_.ghosted(), points, observed, lattice)) {}

Field PointSampling::apply(Field const& coefficients, Field const&) const {
  Field const ghosted = make_field("coefficients", plan_.ghosted_size()), rows = make_field("rows", samples_.points);
  plan_.forward(coefficients, ghosted);
  kernels::sample(samples_, ghosted, rows);
  return rows;
}

Field PointSampling::apply_transpose_add(Field const& rows, Field const& coefficients) const {
  Field const ghosted("coefficients", static_cast<std::size_t>(plan_.ghosted_size()));
  kernels::spread_add(samples_, rows, ghosted);
  plan_.reverse_add(ghosted, coefficients);
  return {};
}

}  // namespace mollis::observations

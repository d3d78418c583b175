#include "mollifier/radius_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "halo/plan.hpp"
#include "kernels/field.hpp"

namespace mollis::mollifier {
namespace {

constexpr double fine = 64.0;  ///< steps of a level, from one rung to the next

Index narrowest(AxisRadius const& radii) {
  Index least = std::numeric_limits<Index>::max();
  for (auto const& [order, radius] : radii) least = std::min(least, radius);
  return least;
}

/// Radii of each rung over those of the first: the greatest of the axes, increasing.
std::vector<double> scales(RadiusMap const& map) {
  std::vector<double> out;
  for (auto const& rung : map.rungs) {
    double scale = 1.0;
    for (auto const& [axis, radii] : rung) {
      auto const first = static_cast<double>(std::max<Index>(narrowest(map.rungs.front().at(axis)), 1));
      scale = std::max(scale, static_cast<double>(narrowest(radii)) / first);
    }
    out.push_back(out.empty() ? scale : std::max(scale, out.back()));
  }
  return out;
}

/// Geometric between the entries.
double between(std::vector<double> const& values, double level) {
  auto const first = std::min(static_cast<std::size_t>(level), values.size() - 1), next = std::min(first + 1, values.size() - 1);
  double const share = level - static_cast<double>(first);
  return std::pow(values[first], 1.0 - share) * std::pow(values[next], share);
}

/// The level of a scale.
double level_of(std::vector<double> const& scales, double scale) {
  for (std::size_t k = 1; k < scales.size(); ++k)
    if (scale < scales[k]) return static_cast<double>(k) - 1.0 + std::max(0.0, std::log(scale / scales[k - 1]) / std::log(scales[k] / scales[k - 1]));
  return static_cast<double>(scales.size() - 1);
}

/// What each block reads: as far as the cone from the narrowest radius reaches up to the widest.
halo::Needs cones(grid::Grid const& grid, RadiusMap const& map, double top) {
  halo::Needs needs;
  for (int a = 0; a < grid.dimension(); ++a) {
    needs.emplace_back();
    Index const n = grid.axis(a).size();
    auto const reach = static_cast<Index>(std::ceil((top - 1.0) * static_cast<double>(narrowest(map.rungs.front().at(grid.axis(a).name)))));
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      auto const own = grid.block_range(a, b);
      grid::Range range{own.lower - std::min(reach, n / 2), own.upper + std::min(reach, n / 2)};
      if (own.size() == 0) range = own;
      if (!grid.axis(a).periodic) range = {std::max<Index>(range.lower, 0), std::min(range.upper, n)};
      needs.back().push_back(range);
    }
  }
  return needs;
}

/// values[i] := min over j of values[j] + |i - j| step, along an axis of a box.
void spread(HostField const& values, grid::Box const& box, int axis, double step) {
  Index inner = 1;
  for (int a = axis + 1; a < box.dimension(); ++a) inner *= box[a].size();
  Index const n = box[axis].size();
  for (Index line = 0; line < (n == 0 ? 0 : box.size() / n); ++line) {
    Index const from = line / inner * n * inner + line % inner;
    auto const at = [&](Index i) -> double& { return values(static_cast<std::size_t>(from + i * inner)); };
    for (Index i = 1; i < n; ++i) at(i) = std::min(at(i), at(i - 1) + step);
    for (Index i = n - 1; i-- > 0;) at(i) = std::min(at(i), at(i + 1) + step);
  }
}

void keep_used_rungs(grid::Grid const& grid, RadiusMap& map) {
  auto const levels = levels_of(grid, map);
  auto const first = static_cast<std::ptrdiff_t>(levels.least), last = static_cast<std::ptrdiff_t>(std::ceil(levels.most));
  map.rungs = {map.rungs.begin() + first, map.rungs.begin() + last + 1};
  for (double& level : map.level) level -= static_cast<double>(first);
}

}  // namespace

Settings at_rung(Settings settings, std::size_t rung) {
  settings.radius = settings.map.rungs.at(rung);
  settings.map = {};
  return settings;
}

void for_each_radius(Settings& settings, std::function<void(std::string const& axis, AxisRadius&)> const& change) {
  for (auto& [axis, radii] : settings.radius) change(axis, radii);
  for (auto& rung : settings.map.rungs)
    for (auto& [axis, radii] : rung) change(axis, radii);
}

double radius_at(RadiusMap const& map, std::string const& axis, double level) {
  std::vector<double> radii;
  for (auto const& rung : map.rungs) radii.push_back(static_cast<double>(narrowest(rung.at(axis))));
  return radii.front() > 0.0 ? between(radii, level) : 0.0;
}

Levels levels_of(grid::Grid const& grid, RadiusMap const& map) {
  std::vector<Index> counts(static_cast<std::size_t>(fine) * map.rungs.size() + 1, 0);
  for (double const level : map.level) ++counts[static_cast<std::size_t>(std::lround(level * fine))];
  MPI_Allreduce(MPI_IN_PLACE, counts.data(), static_cast<int>(counts.size()), MPI_INT64_T, MPI_SUM, grid.comm());
  auto const at = [&](Index number) {
    std::size_t k = 0;
    for (Index seen = counts[0]; seen <= number && k + 1 < counts.size(); seen += counts[k]) ++k;
    return static_cast<double>(k) / fine;
  };
  return {at(0), at(grid.points() / 2), at(grid.points() - 1)};
}

void limit_slope(grid::Grid const& grid, RadiusMap& map) {
  auto const scale = scales(map);
  halo::Plan const plan(grid, cones(grid, map, scale.back()));
  Field const own = make_field("scale", grid.local_size()), ghosted = make_field("scale", plan.ghosted_size());
  auto const host = Kokkos::create_mirror_view(own);
  for (std::size_t i = 0; i < map.level.size(); ++i)
    host(i) = map.level[i] < static_cast<double>(scale.size() - 1) ? between(scale, map.level[i]) : scale.back();
  Kokkos::deep_copy(own, host);
  plan.forward(own, ghosted);
  HostField const values = make_host_field("scale", plan.ghosted_size());
  Kokkos::deep_copy(values, ghosted);
  for (int a = 0; a < grid.dimension(); ++a)
    if (auto const r = narrowest(map.rungs.front().at(grid.axis(a).name)); r > 0) spread(values, plan.ghosted(), a, 1.0 / static_cast<double>(r));
  auto const inside = plan.ghosted();
  for (Index p = 0; p < grid.local_size(); ++p) {
    Index rest = p, at = 0, stride = 1;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const range = grid.owned()[a];
      at += (range.lower + rest % range.size() - inside[a].lower) * stride;
      rest /= range.size();
      stride *= inside[a].size();
    }
    map.level[static_cast<std::size_t>(p)] = std::round(level_of(scale, values(static_cast<std::size_t>(at))) * fine) / fine;
  }
  keep_used_rungs(grid, map);
}

}  // namespace mollis::mollifier

#include "observations/pixel_means.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "mollifier/jets.hpp"
#include "observations/stencils.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

using Taps = std::map<Index, double>;  ///< by point

/// The cell about point 0 as a sum of rules that are exact for quintics: of whole gaps, or of the halves to each side of points.
Taps inside(Index factor) {
  Taps taps;
  std::vector<double> const gap{11.0, -93.0, 802.0, 802.0, -93.0, 11.0}, point{-17.0, 308.0, 5178.0, 308.0, -17.0};
  bool const even = factor % 2 == 0;
  auto const& rule = even ? gap : point;
  double const whole = even ? 1440.0 : 5760.0;
  Index const first = -(factor / 2);
  for (Index part = 0; part < factor; ++part)
    for (std::size_t k = 0; k < rule.size(); ++k)
      taps[first + part - 2 + static_cast<Index>(k)] += rule[k] / whole / static_cast<double>(factor);
  return taps;
}

/// Values that polynomials beyond an end go through. A quintic far out would magnify what is small at the end.
Index nodes_of(Index factor) { return factor <= 2 ? 6 : 4; }

/// Adds what a value at a point past an end is in values of the axis.
void fold(grid::Axis const& axis, Index nodes, Index point, double weight, Taps& taps) {
  Index const last = axis.size() - 1;
  if (point >= 0 && point <= last) {
    taps[point] += weight;
    return;
  }
  if (axis.reflection != grid::Reflection::none) {
    taps[point < 0 ? -point : 2 * last - point] += axis.reflection == grid::Reflection::even ? weight : -weight;
    return;
  }
  for (Index k = 0; k < nodes; ++k) {  // Lagrange's polynomial through the last ones
    auto const node = [&](Index i) { return point < 0 ? i : last - i; };
    double factor = weight;
    for (Index other = 0; other < nodes; ++other)
      if (other != k) factor *= static_cast<double>(point - node(other)) / static_cast<double>(node(k) - node(other));
    taps[node(k)] += factor;
  }
}

class PixelMeans final : public Operator {
 public:
  explicit PixelMeans(mollifier::Jets jets, Index points) : jets_(std::move(jets)), points_(points) {}
  Index rows() const override { return points_; }
  bool reads_state() const override { return true; }
  Field apply(Field const&, Field const& state) const override { return jets_.apply(state).front(); }
  Field apply_transpose_add(Field const& rows, Field const&) const override {
    Field const box("means", static_cast<std::size_t>(points_));
    jets_.apply_transpose_add({rows}, box);
    return box;
  }

 private:
  mollifier::Jets jets_;
  Index points_;
};

Index factor_of(Factors const& factors, int axis) { return factors.empty() ? 1 : factors[static_cast<std::size_t>(axis)]; }

}  // namespace

mollifier::LineFilter cell_means(grid::Axis const& axis, Index factor) {
  auto const taps = inside(factor);
  Index const reach = std::max<Index>(taps.rbegin()->first, 3), n = axis.size();  // wide enough for the ends
  auto filter = identity(axis);
  filter.width = 2 * reach + 1;
  filter.interior_row.assign(static_cast<std::size_t>(filter.width), 0.0);
  for (auto const& [at, weight] : taps) filter.interior_row[static_cast<std::size_t>(at + reach)] = weight;
  if (axis.periodic) return filter;
  filter.interior = {reach, n - reach};
  for (Index row = 0; row < n; ++row) {
    if (filter.interior.contains(row)) continue;
    Taps folded;
    for (auto const& [at, weight] : taps) fold(axis, nodes_of(factor), row + at, weight, folded);
    for (Index tap = 0; tap < filter.width; ++tap) {
      auto const found = folded.find(filter.start(row) + tap);
      filter.edge_rows.push_back(found == folded.end() ? 0.0 : found->second);
    }
  }
  return filter;
}

std::unique_ptr<Operator> make_pixel_means(grid::Grid const& grid, Factors const& factors) {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid.dimension(); ++a)
    filters.push_back(grid.axis(a).name == "t" ? identity(grid.axis(a)) : cell_means(grid.axis(a), factor_of(factors, a)));
  return std::make_unique<PixelMeans>(mollifier::Jets(grid, std::move(filters), {mollifier::MultiIndex{}}), grid.local_size());
}

void check_means(grid::Grid const& grid, Factors const& factors, Settings const& observation) {
  if (!observation.means) return;
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    Index const least = factor_of(factors, a) + 7;
    if (axis.name == "t") continue;
    if (!axis.uniform)
      throw run::deck_error(observation.places.of("sampling"), fmt::format("the points along {} are not evenly spaced, and means over cells are of even ones; "
                                                                           "use sampling = \"point\"", axis.name));
    if (axis.size() < least)
      throw run::deck_error(observation.places.of("sampling"), fmt::format("means along {} take {} points of the lattice, it has {}; use a finer grid",
                                                                           axis.name, least, axis.size()));
  }
}

}  // namespace mollis::observations

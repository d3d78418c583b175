#include "parameters/smoothness_draw.hpp"

#include <cmath>

namespace mollis::parameters {
namespace {

constexpr std::uint32_t most_terms = 64;  ///< of a form: 35 at order 4 over four axes

/// The entry of R^T z at one point: the sum over the rows that reach it.
double at_point(grid::Grid const& grid, std::vector<LineRoot> const& roots, Extents const& point, random::Stream const& stream) {
  auto const axes = roots.size();
  std::array<int, max_axes> offset{};
  double sum = 0.0;
  for (bool more = true; more;) {
    double value = 1.0;
    Index row = 0;
    for (std::size_t a = 0; a < axes && value != 0.0; ++a) {
      auto const& axis = grid.axes()[a];
      Index at = point[a] - offset[a];
      if (axis.periodic && at < 0) at += axis.size();
      value = at >= 0 && at < roots[a].rows() ? value * roots[a].at(at, offset[a]) : 0.0;
      row = row * axis.size() + at;
    }
    if (value != 0.0) sum += value * random::normal(stream, row);
    more = false;  // the next offset, like an odometer
    for (std::size_t a = axes; a-- > 0 && !more;) {
      more = offset[a] < roots[a].order();
      offset[a] = more ? offset[a] + 1 : 0;
    }
  }
  return sum;
}

}  // namespace

void add_root_draw(grid::Grid const& grid, std::vector<LineRoot> const& roots, double scale, random::Stream const& stream, HostField const& out) {
  Extents point{};
  for (Index i = 0; i < grid.local_size(); ++i) {
    Index rest = i;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const range = grid.owned()[a];
      point[static_cast<std::size_t>(a)] = range.lower + rest % range.size();
      rest /= range.size();
    }
    out(static_cast<std::size_t>(i)) += scale * at_point(grid, roots, point, stream);
  }
}

SmoothnessDraw::SmoothnessDraw(grid::Grid grid, int order) : grid_(std::move(grid)) {
  for (auto const& term : smoothness_terms(grid_, order)) {
    terms_.push_back({term.factor, {}});
    for (std::size_t a = 0; a < term.orders.size(); ++a) terms_.back().roots.emplace_back(grid_.axes()[a], term.orders[a]);
  }
}

HostField SmoothnessDraw::draw(int number, std::uint32_t unknown) const {
  HostField const out("smoothness draw", static_cast<std::size_t>(grid_.local_size()));
  for (std::size_t k = 0; k < terms_.size(); ++k)
    add_root_draw(grid_, terms_[k].roots, std::sqrt(terms_[k].factor),
                  {static_cast<std::uint64_t>(number), unknown * most_terms + static_cast<std::uint32_t>(k), random::Stream::Purpose::prior}, out);
  return out;
}

}  // namespace mollis::parameters

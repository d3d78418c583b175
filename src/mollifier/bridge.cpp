#include "mollifier/bridge.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "halo/plan.hpp"

namespace mollis::mollifier {
namespace {

constexpr Index narrowest = 2, widest = 4;  ///< cells to each side
constexpr double most_variance = 1.0;       ///< of a bridged value, over that of a datum
constexpr double least_points = 1.5;        ///< a coefficient
constexpr double dependent = 1e-10;         ///< of a column that the ones before it span

halo::Needs needs_of(grid::Grid const& grid) {
  halo::Needs needs;
  for (int a = 0; a < grid.dimension(); ++a) {
    needs.emplace_back();
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      auto const own = grid.block_range(a, b);
      grid::Range range{own.lower - widest, own.upper + widest};
      if (own.size() == 0) range = own;
      if (!grid.axis(a).periodic) range = {std::max<Index>(range.lower, 0), std::min(range.upper, grid.axis(a).size())};
      needs.back().push_back(range);
    }
  }
  return needs;
}

/// All exponents of monomials of total degree `degree` or less.
std::vector<std::vector<int>> exponents(int axes, int degree) {
  if (axes == 0) return {{}};
  std::vector<std::vector<int>> all;
  for (int first = 0; first <= degree; ++first)
    for (auto rest : exponents(axes - 1, degree - first)) {
      rest.insert(rest.begin(), first);
      all.push_back(std::move(rest));
    }
  std::stable_sort(all.begin(), all.end(), [](auto const& a, auto const& b) {
    int sums[2] = {0, 0};
    for (int const e : a) sums[0] += e;
    for (int const e : b) sums[1] += e;
    return sums[0] < sums[1];
  });
  return all;
}

/// An observed point near a gap.
struct Neighbour {
  std::vector<double> offset;  ///< over the half width
  double weight, value;
};

/// The fit's value at offset 0; nothing where too few points, or points that do not tell, stand around. Orthonormal columns by
/// Gram and Schmidt, twice; the value of each at 0 goes along.
std::optional<double> fitted(std::vector<Neighbour> const& around, std::vector<std::vector<int>> const& powers) {
  std::size_t const n = around.size();
  if (static_cast<double>(n) < least_points * static_cast<double>(powers.size())) return {};
  std::vector<std::vector<double>> columns;  // sqrt(weight) q at the points, then q(0)
  std::vector<double> row(n, 0.0);           // of the value at 0: its weights over sqrt(weight)
  for (auto const& power : powers) {
    std::vector<double> q(n + 1);
    bool constant = true;
    for (int const e : power) constant = constant && e == 0;
    q[n] = constant ? 1.0 : 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      q[i] = std::sqrt(around[i].weight);
      for (std::size_t a = 0; a < power.size(); ++a)
        for (int k = 0; k < power[a]; ++k) q[i] *= around[i].offset[a];
    }
    auto const size = [&] {
      double square = 0.0;
      for (std::size_t i = 0; i < n; ++i) square += q[i] * q[i];
      return std::sqrt(square);
    };
    double const before = size();
    for (int pass = 0; pass < 2; ++pass)
      for (auto const& other : columns) {
        double product = 0.0;
        for (std::size_t i = 0; i < n; ++i) product += q[i] * other[i];
        for (std::size_t i = 0; i <= n; ++i) q[i] -= product * other[i];
      }
    double const after = size();
    if (!(after > dependent * before)) return {};
    for (double& value : q) value /= after;
    for (std::size_t i = 0; i < n; ++i) row[i] += q[n] * q[i];
    columns.push_back(std::move(q));
  }
  double sum = 0.0, variance = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    double const w = row[i] * std::sqrt(around[i].weight);
    sum += w * around[i].value;
    variance += w * w;
  }
  if (!(variance <= most_variance)) return {};
  return sum;
}

class Bridge {
 public:
  Bridge(grid::Grid const& grid, grid::Box const& ghosted, HostField const& values)
      : grid_(grid), ghosted_(ghosted), values_(values), powers_(exponents(grid.dimension(), bridge_degree(grid.dimension()))) {}

  std::optional<double> at(std::vector<Index> const& point) const {
    if (!is_between(point)) return {};
    for (Index half = narrowest; half <= widest; ++half)
      if (auto const value = fitted(around(point, half), powers_)) return value;
    return {};
  }

 private:
  /// Whether something was observed to both sides along some axis, no further than the widest box: else there is nothing to interpolate
  /// between, and of a wide hole (land, what lies about a nucleus) no box need be searched.
  bool is_between(std::vector<Index> point) const {
    for (std::size_t a = 0; a < point.size(); ++a) {
      auto const range = ghosted_[static_cast<int>(a)];
      Index const here = point[a];
      auto const sees = [&](Index step) {
        for (Index k = 1; k <= widest; ++k) {
          point[a] = here + step * k;
          if (point[a] < range.lower || point[a] >= range.upper) return false;
          if (std::isfinite(values_(number_of(point)))) return true;
        }
        return false;
      };
      bool const both = sees(-1) && sees(1);
      point[a] = here;
      if (both) return true;
    }
    return false;
  }

  double coordinate(int a, Index i) const { return grid_.axis(a).periodic ? grid_.axis(a).at(i) : grid_.axis(a).coordinate(i); }

  std::vector<Neighbour> around(std::vector<Index> const& point, Index half) const {
    std::vector<Neighbour> found;
    std::vector<grid::Range> ranges;
    std::vector<double> widths;
    for (int a = 0; a < grid_.dimension(); ++a) {
      auto const axis = static_cast<std::size_t>(a);
      ranges.push_back({std::max(point[axis] - half, ghosted_[a].lower), std::min(point[axis] + half + 1, ghosted_[a].upper)});
      double const here = coordinate(a, point[axis]);
      double const reach = std::max(here - coordinate(a, ranges.back().lower), coordinate(a, ranges.back().upper - 1) - here);
      widths.push_back(reach * static_cast<double>(half + 1) / static_cast<double>(half));
    }
    std::vector<Index> at;
    for (auto const& range : ranges) at.push_back(range.lower);
    for (bool more = true; more;) {
      Neighbour neighbour{{}, 1.0, values_(number_of(at))};
      for (std::size_t a = 0; a < at.size(); ++a) {
        int const axis = static_cast<int>(a);
        double const s = widths[a] > 0.0 ? (coordinate(axis, at[a]) - coordinate(axis, point[a])) / widths[a] : 0.0;
        neighbour.offset.push_back(s);
        neighbour.weight *= (1.0 - s * s) * (1.0 - s * s);
      }
      if (std::isfinite(neighbour.value)) found.push_back(std::move(neighbour));
      more = false;
      for (std::size_t a = at.size(); a-- > 0 && !more;) {
        more = ++at[a] < ranges[a].upper;
        if (!more) at[a] = ranges[a].lower;
      }
    }
    return found;
  }

  std::size_t number_of(std::vector<Index> const& at) const {
    Index number = 0;
    for (int a = 0; a < grid_.dimension(); ++a) number = number * ghosted_[a].size() + at[static_cast<std::size_t>(a)] - ghosted_[a].lower;
    return static_cast<std::size_t>(number);
  }

  grid::Grid const& grid_;
  grid::Box const& ghosted_;
  HostField const& values_;
  std::vector<std::vector<int>> powers_;
};

}  // namespace

int bridge_degree(int axes) { return axes <= 2 ? 4 : 3; }

Field bridged(grid::Grid const& grid, Field const& data, Field const& allowed) {
  halo::Plan const plan(grid, needs_of(grid));
  Field const ghosted = make_field("ghosted", plan.ghosted_size());
  plan.forward(data, ghosted);
  HostField const values = make_host_field("ghosted", plan.ghosted_size());
  Kokkos::deep_copy(values, ghosted);
  Bridge const bridge(grid, plan.ghosted(), values);
  Field const out = make_field("bridged", grid.local_size());
  Kokkos::deep_copy(out, data);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), out);
  auto const may = on_host(allowed);
  for (Index n = 0; n < grid.local_size(); ++n) {
    auto const i = static_cast<std::size_t>(n);
    if (std::isfinite(host(i)) || (may.extent(0) > 0 && may(i) == 0.0)) continue;
    std::vector<Index> point(grid.axes().size());
    Index rest = n;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      point[static_cast<std::size_t>(a)] = grid.owned()[a].lower + rest % grid.owned()[a].size();
      rest /= grid.owned()[a].size();
    }
    if (auto const value = bridge.at(point)) host(i) = *value;
  }
  Kokkos::deep_copy(out, host);
  return out;
}

}  // namespace mollis::mollifier

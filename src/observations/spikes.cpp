#include "observations/spikes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "mollifier/jets.hpp"
#include "observations/stencils.hpp"

namespace mollis::observations {
namespace {

constexpr Index taps = 7;

/// The fourth difference at the point `shift` (-1, 0, 1) beside each.
Field differences_beside(grid::Grid const& grid, int along, Index shift, Field const& data) {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid.dimension(); ++a)
    filters.push_back(a == along ? fourth_difference(grid.axis(a), shift) : identity(grid.axis(a)));
  return mollifier::Jets(grid, std::move(filters), {mollifier::MultiIndex{}}).apply(data).front();
}

constexpr double of_others = 6.0;  ///< times what the cubic leaves of other points

/// What the cubics of ends leave, one field a filter.
std::array<HostField, 3> left_at_ends_along(grid::Grid const& grid, int along, Field const& data) {
  std::array<HostField, 3> fields;
  auto const ends = left_at_ends(grid.axis(along));
  for (std::size_t m = 0; m < 3; ++m) {
    std::vector<mollifier::LineFilter> filters;
    for (int a = 0; a < grid.dimension(); ++a) filters.push_back(a == along ? ends[m] : identity(grid.axis(a)));
    fields[m] = on_host(mollifier::Jets(grid, std::move(filters), {mollifier::MultiIndex{}}).apply(data).front());
  }
  return fields;
}

/// Spikes in corners, where ends of two axes or more are near; infinite elsewhere.
std::vector<double> corner_spikes(grid::Grid const& grid, Field const& data) {
  auto const size = static_cast<std::size_t>(grid.local_size());
  std::vector<double> most(size, 0.0);
  std::vector<int> told(size, 0);
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).size() < taps || grid.axis(a).periodic) continue;
    auto const left = left_at_ends_along(grid, a, data);
    for (std::size_t i = 0; i < size; ++i) {
      if (!std::isfinite(left[0](i)) || left[0](i) == 0.0) continue;
      ++told[i];
      most[i] = std::max(most[i], std::abs(left[0](i)) - of_others * std::hypot(left[1](i), left[2](i)));
    }
  }
  for (std::size_t i = 0; i < size; ++i)
    if (told[i] < 2) most[i] = std::numeric_limits<double>::infinity();
  return most;
}

}  // namespace

Field spikes(grid::Grid const& grid, Field const& data) {
  Field const out = make_field("spikes", grid.local_size());
  auto const least = Kokkos::create_mirror_view(out);
  std::fill(least.data(), least.data() + least.extent(0), std::numeric_limits<double>::infinity());
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).size() < taps) continue;
    auto const before = on_host(differences_beside(grid, a, -1, data)),
               here = on_host(differences_beside(grid, a, 0, data)),
               after = on_host(differences_beside(
                   grid, a, 1, data));  // NaN where the footprint meets a gap, 0 where it meets an end
    for (std::size_t i = 0; i < least.extent(0); ++i) {
      double const sign = here(i) < 0.0 ? -1.0 : 1.0, beside = 1.5 * std::min(-sign * before(i), -sign * after(i));
      bool const told = std::isfinite(here(i)) && std::isfinite(before(i)) && std::isfinite(after(i)) &&
                        here(i) != 0.0 && before(i) != 0.0 && after(i) != 0.0;
      if (told) least(i) = std::min(least(i), std::max(std::min(std::abs(here(i)), beside), 0.0));
    }
  }
  auto const corners = corner_spikes(grid, data);
  for (std::size_t i = 0; i < least.extent(0); ++i) {
    if (!std::isfinite(least(i))) least(i) = corners[i];
    if (!std::isfinite(least(i))) least(i) = 0.0;
  }
  Kokkos::deep_copy(out, least);
  return out;
}

}  // namespace mollis::observations

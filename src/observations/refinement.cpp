#include "observations/refinement.hpp"

namespace mollis::observations {
namespace {

/// Calls visit(point of the local box, number of its datum) at points of `grid` that hold one, in order.
template <class Visit>
void at_data(grid::Grid const& grid, Factors const& factors, Visit const& visit) {
  std::size_t datum = 0;
  for (Index point = 0; point < grid.local_size(); ++point) {
    Index rest = point;
    bool holds = true;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const& range = grid.owned()[a];
      holds = holds && (range.lower + rest % range.size()) % factors[static_cast<std::size_t>(a)] == 0;
      rest /= range.size();
    }
    if (holds) visit(static_cast<std::size_t>(point), datum++);
  }
}

}  // namespace

grid::Grid data_grid(grid::Grid const& grid, Factors const& factors) { return factors.empty() ? grid : grid.thinned(factors); }

Field spread(grid::Grid const& grid, Factors const& factors, Field const& data, double elsewhere) {
  if (factors.empty()) return data;
  Field const values(data.label(), static_cast<std::size_t>(grid.local_size()));
  Kokkos::deep_copy(values, elsewhere);
  auto const from = on_host(data);
  auto const to = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), values);
  at_data(grid, factors, [&](std::size_t point, std::size_t datum) { to(point) = from(datum); });
  Kokkos::deep_copy(values, to);
  return values;
}

Field picked(grid::Grid const& grid, Factors const& factors, Field const& values) {
  if (factors.empty() || values.label().empty()) return values;
  std::size_t data = 0;
  at_data(grid, factors, [&](std::size_t, std::size_t) { ++data; });
  Field const some(values.label(), data);
  auto const from = on_host(values);
  auto const to = Kokkos::create_mirror_view(some);
  at_data(grid, factors, [&](std::size_t point, std::size_t datum) { to(datum) = from(point); });
  Kokkos::deep_copy(some, to);
  return some;
}

}  // namespace mollis::observations

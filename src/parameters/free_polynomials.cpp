#include "parameters/free_polynomials.hpp"

#include <cmath>
#include <numeric>

namespace mollis::parameters {
namespace {

Field monomial(grid::Grid const& grid, std::vector<int> const& powers) {
  auto const& box = grid.owned();
  Field const values("polynomial", static_cast<std::size_t>(grid.local_size()));
  auto const host = Kokkos::create_mirror_view(values);
  for (Index n = 0; n < grid.local_size(); ++n) {
    double value = 1.0;
    Index rest = n;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const& axis = grid.axis(a);
      double const half = 0.5 * (axis.back() - axis.front());
      double const place = axis.coordinate(box[a].lower + rest % box[a].size()) - axis.front();
      rest /= box[a].size();
      value *= std::pow(half > 0.0 ? place / half - 1.0 : 0.0, powers[static_cast<std::size_t>(a)]);
    }
    host(static_cast<std::size_t>(n)) = value;
  }
  Kokkos::deep_copy(values, host);
  return values;
}

/// The next of all powers below the order, along open axes; false after the last.
bool next(grid::Grid const& grid, int order, std::vector<int>& powers) {
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    auto& power = powers[static_cast<std::size_t>(a)];
    if (!grid.axis(a).periodic && ++power < order) return true;
    power = 0;
  }
  return false;
}

}  // namespace

std::vector<Field> free_polynomials(grid::Grid const& grid, int order) {
  std::vector<Field> found;
  std::vector<int> powers(static_cast<std::size_t>(grid.dimension()), 0);
  do {
    if (std::accumulate(powers.begin(), powers.end(), 0) < order) found.push_back(monomial(grid, powers));
  } while (next(grid, order, powers));
  return found;
}

}  // namespace mollis::parameters

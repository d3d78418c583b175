#include "mollifier/smooth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mollifier/blended_jets.hpp"

namespace mollis::mollifier {
namespace {

std::string suffix_of(grid::Grid const& grid, MultiIndex const& order) {
  std::string suffix;
  for (int a = 0; a < grid.dimension(); ++a)
    for (int k = 0; k < order[static_cast<std::size_t>(a)]; ++k) suffix += grid.axis(a).name;
  return suffix;
}

/// Noise variance of a derivative at every local point: that of the data times the square of its row.
Field variance(BlendedJets const& jets, kernels::GramTables const& gram, std::size_t member, double sigma, grid::Grid const& grid) {
  Field const one = make_field("one", grid.local_size()), variance("variance", static_cast<std::size_t>(grid.local_size()));
  Kokkos::deep_copy(one, 1.0);
  kernels::add_variance({{one}, {jets.slots(member)}}, gram, sigma, grid.owned().extents(), variance);
  return variance;
}

}  // namespace

std::vector<Smooth> smooth(grid::Grid const& grid, Settings const& settings, Field const& data, double sigma,
                           std::vector<MultiIndex> const& set) {
  BlendedJets jets(grid, settings, false, set);
  jets.refit_around(data);
  auto const fields = jets.apply(data);
  auto const gram = jets.gram();
  auto const valid = on_host(jets.valid());
  double const none = std::numeric_limits<double>::quiet_NaN();
  std::vector<Smooth> result;
  for (std::size_t k = 0; k < set.size(); ++k) {
    auto const values = on_host(fields[k]);
    auto const square = on_host(variance(jets, gram, k, sigma, grid));
    Smooth out{suffix_of(grid, set[k]), make_field("derivative", grid.local_size()), make_field("error", grid.local_size())};
    auto const v = Kokkos::create_mirror_view(out.values), e = Kokkos::create_mirror_view(out.error);
    for (std::size_t i = 0; i < square.extent(0); ++i) {
      bool const defined = valid(i) != 0.0 && std::isfinite(values(i));
      v(i) = defined ? values(i) : none;
      e(i) = defined ? std::sqrt(square(i)) : none;
    }
    Kokkos::deep_copy(out.values, v);
    Kokkos::deep_copy(out.error, e);
    result.push_back(out);
  }
  return result;
}

}  // namespace mollis::mollifier

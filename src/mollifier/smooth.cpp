#include "mollifier/smooth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>


namespace mollis::mollifier {
namespace {

std::string suffix_of(grid::Grid const& grid, MultiIndex const& order) {
  std::string suffix;
  for (int a = 0; a < grid.dimension(); ++a)
    for (int k = 0; k < order[static_cast<std::size_t>(a)]; ++k) suffix += grid.axis(a).name;
  return suffix;
}

/// Standard deviation of a derivative at every local point: sigma times the norm of the product of its rows.
std::vector<double> standard_error(Jets const& jets, std::optional<LineRefit> const& refit,
                                   MultiIndex const& order, double sigma) {
  auto const& grid = jets.grid();
  std::vector<std::vector<double>> norms;
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& filter = jets.filter(a);
    int const slot = filter.slot(order[static_cast<std::size_t>(a)]);
    norms.emplace_back();
    for (Index i = grid.owned()[a].lower; i < grid.owned()[a].upper; ++i) norms.back().push_back(std::sqrt(filter.gram(i, slot, slot)));
  }
  std::vector<double> error(static_cast<std::size_t>(grid.local_size()), sigma);
  for (std::size_t i = 0; i < error.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t a = norms.size(); a-- > 0;) {
      error[i] *= norms[a][rest % norms[a].size()];
      rest /= norms[a].size();
    }
  }
  if (!refit) return error;
  auto const axis = *only_filtered_axis(jets);
  int const slot = jets.filter(axis).slot(order[static_cast<std::size_t>(axis)]);
  for (std::size_t i = 0; i < refit->points().size(); ++i)
    error[static_cast<std::size_t>(refit->points()[i])] = sigma * std::sqrt(refit->gram(i, slot, slot));
  return error;
}

}  // namespace

std::vector<Smooth> smooth(grid::Grid const& grid, Settings const& settings, Field const& data, double sigma,
                           std::vector<MultiIndex> const& set) {
  Jets const jets(grid, make_filters(grid, settings, false, set), set);
  auto const fields = jets.apply(data);
  auto const refit = make_refit(jets, settings, data);
  if (refit) refit->apply(data, fields);
  auto const valid = on_host(jets.valid());
  double const none = std::numeric_limits<double>::quiet_NaN();
  std::vector<Smooth> result;
  for (std::size_t k = 0; k < set.size(); ++k) {
    auto const values = on_host(fields[k]);
    auto const error = standard_error(jets, refit, set[k], sigma);
    Smooth out{suffix_of(grid, set[k]), make_field("derivative", grid.local_size()), make_field("error", grid.local_size())};
    auto const v = Kokkos::create_mirror_view(out.values), e = Kokkos::create_mirror_view(out.error);
    for (std::size_t i = 0; i < error.size(); ++i) {
      bool const defined = valid(i) != 0.0 && std::isfinite(values(i));
      v(i) = defined ? values(i) : none;
      e(i) = defined ? error[i] : none;
    }
    Kokkos::deep_copy(out.values, v);
    Kokkos::deep_copy(out.error, e);
    result.push_back(out);
  }
  return result;
}

}  // namespace mollis::mollifier

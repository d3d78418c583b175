#include "mollifier/filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mollifier/local_rows.hpp"
#include "run/error.hpp"

namespace mollis::mollifier {
namespace {

std::vector<int> orders_along(std::vector<MultiIndex> const& set, std::size_t axis) {
  std::vector<int> orders;
  for (auto const& index : set) orders.push_back(index[axis]);
  std::sort(orders.begin(), orders.end());
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  return orders;
}

Radii radii_along(Settings const& settings, std::string const& axis, std::vector<int> const& orders) {
  auto const found = settings.radius.find(axis);
  AxisRadius const radii = found == settings.radius.end() ? AxisRadius{{-1, 0}} : found->second;
  Radii by_order;
  for (int const order : orders) by_order.emplace_back(order, radius_for(radii, order));
  return by_order;
}

/// Of the orders that no radius serves.
Radii any_radii(std::vector<int> const& orders, int degree) {
  Radii radii;
  for (int const order : orders)
    if (order > degree) radii.emplace_back(order, 0);
  return radii;
}

bool is_analytic(Settings const& settings, bool weak) { return weak || settings.filter == "analytic"; }

}  // namespace

Index radius_for(AxisRadius const& radii, int order) {
  auto above = radii.upper_bound(order);
  if (above == radii.begin()) return above == radii.end() ? 0 : above->second;
  return std::prev(above)->second;
}

Settings with_radii(grid::Grid const& grid, Settings mollifier, AxisRadii const& radii) {
  mollifier.automatic = false;
  mollifier.map = {};
  mollifier.radius.clear();
  for (std::size_t a = 0; a < radii.size(); ++a)
    mollifier.radius[grid.axis(static_cast<int>(a)).name] = AxisRadius{{-1, radii[a]}};
  return mollifier;
}

Kernel make_kernel(Settings const& settings) {
  using Family = Kernel::Family;
  auto const family = settings.kernel == "polynomial" ? Family::polynomial
                      : settings.kernel == "cosine"   ? Family::cosine
                      : settings.kernel == "gaussian" ? Family::gaussian
                                                  : Family::bump;
  return {family, settings.exponent};
}

void check_filters(grid::Grid const& grid, Settings const& settings, bool weak, std::vector<MultiIndex> const& set) {
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    auto const orders = orders_along(set, static_cast<std::size_t>(a));
    auto const radii = settings.automatic ? any_radii(orders, settings.degree) : radii_along(settings, axis.name, orders);
    try {
      if (!is_analytic(settings, weak)) check_moment(axis, radii, settings.degree);
      if (is_analytic(settings, weak)) check_analytic(axis, settings.automatic ? Radii{} : radii);
    } catch (Unfit const& reason) {
      bool const by_form = weak && reason.key == "filter";
      throw run::deck_error(settings.places.of(by_form ? "form" : reason.key),
                            by_form ? fmt::format("{}; use form = \"strong\"", reason.what()) : reason.what());
    }
  }
}

std::vector<LineFilter> make_filters(grid::Grid const& grid, Settings const& settings, bool weak,
                                     std::vector<MultiIndex> const& set) {
  check_filters(grid, settings, weak, set);
  std::vector<LineFilter> filters;
  auto const kernel = make_kernel(settings);
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    auto const by_order = radii_along(settings, axis.name, orders_along(set, static_cast<std::size_t>(a)));
    filters.push_back(is_analytic(settings, weak) ? analytic_filter(axis, kernel, by_order)
                                                  : moment_filter(axis, kernel, by_order, settings.degree));
  }
  return filters;
}

std::optional<LineRefit> make_refit(Jets const& jets, Settings const& settings, Field const& data) {
  auto const axis = only_filtered_axis(jets);
  if (!axis || settings.filter == "analytic") return std::nullopt;
  auto const radii = radii_along(settings, jets.grid().axis(*axis).name, jets.filter(*axis).orders);
  return LineRefit(jets, make_kernel(settings), radii, settings.degree, data);
}

std::optional<MaskedJets> make_masked(Jets const& jets, Settings const& settings, Field const& data) {
  auto const& grid = jets.grid();
  std::vector<Radii> radii;
  int filtered = 0;
  for (int a = 0; a < grid.dimension(); ++a) {
    filtered += is_identity(jets.filter(a)) ? 0 : 1;
    radii.push_back(radii_along(settings, grid.axis(a).name, jets.filter(a).orders));
  }
  if (filtered < 2 || settings.filter == "analytic") return std::nullopt;
  auto const host = on_host(data);
  int gaps = 0;
  for (std::size_t i = 0; i < host.extent(0); ++i) gaps = gaps != 0 || !std::isfinite(host(i)) ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &gaps, 1, MPI_INT, MPI_MAX, grid.comm());
  if (gaps == 0) return std::nullopt;
  return MaskedJets(jets, {make_kernel(settings), settings.degree}, radii, data);
}

}  // namespace mollis::mollifier

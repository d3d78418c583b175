#include "inverse/filters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/error.hpp"

namespace mollis::inverse {
namespace {

std::vector<int> orders_along(std::vector<mollifier::MultiIndex> const& set, std::size_t axis) {
  std::vector<int> orders;
  for (auto const& index : set) orders.push_back(index[axis]);
  std::sort(orders.begin(), orders.end());
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  return orders;
}

mollifier::Radii radii_along(deck::Mollifier const& deck, std::string const& axis, std::vector<int> const& orders) {
  auto const found = deck.radius.find(axis);
  deck::AxisRadius const radii = found == deck.radius.end() ? deck::AxisRadius{{-1, 0}} : found->second;
  mollifier::Radii by_order;
  for (int const order : orders) by_order.emplace_back(order, radius_for(radii, order));
  return by_order;
}

}  // namespace

Index radius_for(deck::AxisRadius const& radii, int order) {
  auto above = radii.upper_bound(order);
  if (above == radii.begin()) return above == radii.end() ? 0 : above->second;
  return std::prev(above)->second;
}

deck::Mollifier with_radii(grid::Grid const& grid, deck::Mollifier mollifier, AxisRadii const& radii) {
  mollifier.automatic = false;
  mollifier.radius.clear();
  for (std::size_t a = 0; a < radii.size(); ++a)
    mollifier.radius[grid.axis(static_cast<int>(a)).name] = deck::AxisRadius{{-1, radii[a]}};
  return mollifier;
}

mollifier::Kernel make_kernel(deck::Mollifier const& deck) {
  using Family = mollifier::Kernel::Family;
  auto const family = deck.kernel == "polynomial" ? Family::polynomial
                      : deck.kernel == "cosine"   ? Family::cosine
                      : deck.kernel == "gaussian" ? Family::gaussian
                                                  : Family::bump;
  return {family, deck.exponent};
}

std::vector<mollifier::LineFilter> make_filters(grid::Grid const& grid, deck::Mollifier const& deck, bool weak,
                                                std::vector<mollifier::MultiIndex> const& set) {
  std::vector<mollifier::LineFilter> filters;
  auto const kernel = make_kernel(deck);
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    auto const by_order = radii_along(deck, axis.name, orders_along(set, static_cast<std::size_t>(a)));
    try {
      filters.push_back(weak || deck.filter == "analytic" ? mollifier::analytic_filter(axis, kernel, by_order)
                                                          : mollifier::moment_filter(axis, kernel, by_order, deck.degree));
    } catch (std::invalid_argument const& reason) {
      throw run::Error(run::Exit::bad_deck, fmt::format("{}:{}:{}: [mollifier] radius: axis {}: {}", deck.place.file,
                                                        deck.place.line, deck.place.column, axis.name, reason.what()));
    }
  }
  return filters;
}

std::optional<mollifier::LineRefit> make_refit(mollifier::Jets const& jets, deck::Mollifier const& deck, Field const& data) {
  auto const axis = mollifier::only_filtered_axis(jets);
  if (!axis || deck.filter == "analytic") return std::nullopt;
  auto const radii = radii_along(deck, jets.grid().axis(*axis).name, jets.filter(*axis).orders);
  return mollifier::LineRefit(jets, make_kernel(deck), radii, deck.degree, data);
}

}  // namespace mollis::inverse

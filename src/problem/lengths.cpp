#include "problem/lengths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "deck/problems.hpp"
#include "estimators/methods.hpp"
#include "mollifier/filters.hpp"

namespace mollis::problem {
namespace {

using equation::Feature;

/// Highest order along each axis of the features of one kind (and index, unless -1).
std::vector<int> highest_orders(equation::System const& system, std::size_t axes, Feature::Kind kind, int index = -1) {
  std::vector<int> highest(axes, 0);
  for (auto const& feature : system.features)
    for (std::size_t a = 0; a < axes; ++a)
      if (feature.kind == kind && (index < 0 || feature.index == index)) highest[a] = std::max(highest[a], feature.order[a]);
  return highest;
}

void check_stencils(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, deck::Problems& problems) {
  for (std::size_t p = 0; p < deck.parameters.size(); ++p) {
    auto const orders = highest_orders(system, grid.axes().size(), Feature::Kind::parameter, static_cast<int>(p));
    for (std::size_t a = 0; a < orders.size(); ++a) {
      int const taps = 2 * ((orders[a] + 1) / 2) + 1;
      if (grid.axes()[a].size() < taps)
        problems.add(deck.parameters[p].second.places.of("over"),
                     fmt::format("its derivative of order {} along {} takes {} points, the axis has {}; use a finer grid",
                                 orders[a], grid.axes()[a].name, taps, grid.axes()[a].size()));
    }
  }
}

void check_splines(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, deck::Problems& problems) {
  int const degree = deck.joint.spline_degree;
  auto const orders = highest_orders(system, grid.axes().size(), Feature::Kind::state);
  for (std::size_t a = 0; a < orders.size(); ++a) {
    auto const& axis = grid.axes()[a];
    if (orders[a] > 0 && degree < orders[a] + 3)
      problems.add(deck.joint.places.of("spline_degree"),
                   fmt::format("derivatives of order {} along {} need a degree of at least {}, not {}", orders[a], axis.name,
                               orders[a] + 3 + orders[a] % 2, degree));
    else if (orders[a] > 0 && axis.size() < degree)
      problems.add(deck.joint.places.of("spline_degree"),
                   fmt::format("splines of degree {} need {} points along {}, the axis has {}; let the states have more than the data "
                               "([grid] refine = {{ {} = {} }}), or choose a lower degree",
                               degree, degree, axis.name, axis.size(), axis.name, axis.size() < 2 ? 2 : (degree + axis.size() - 3) / (axis.size() - 1)));
  }
}

void check_radii(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const kind = deck.equation.weak ? Feature::Kind::term : Feature::Kind::state;
  std::map<int, std::vector<mollifier::MultiIndex>> sets;
  for (auto const& feature : system.features)
    if (feature.kind == kind) sets[feature.index].push_back(feature.order);
  for (auto const& [index, set] : sets) mollifier::check_filters(grid, deck.mollifier, deck.equation.weak, set);
}

}  // namespace

void check_lengths(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  deck::Problems problems;
  bool const splines = estimators::method_named(deck.inversion.method).fits_states;
  check_stencils(deck, grid, system, problems);
  if (splines) check_splines(deck, grid, system, problems);
  problems.raise();
  if (!splines) check_radii(deck, grid, system);
}

}  // namespace mollis::problem

// The Hessian of a joint fit while it is factorised.
#include <algorithm>
#include <numeric>
#include <variant>

#include "estimators/elimination.hpp"
#include "estimators/methods.hpp"
#include "grid/open_axis.hpp"
#include "problem/memory.hpp"
#include "problem/memory_parts.hpp"
#include "problem/section.hpp"
#include "solver/sparse_inverse.hpp"

namespace mollis::problem {
namespace {

constexpr int highest_roughness = 6;   ///< joint::Roughness: differences of two orders more than the equation has, of this one at most

/// Nothing for methods that fit no states.
std::optional<estimators::SectionShape> shape_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const& method = deck.inversion.method;
  if (deck.equation.weak || !(estimators::is_automatic(method) || estimators::method_named(method).fits_states)) return {};
  return section_shape(grid, system, deck.joint.spline_degree, deck.observations.size(), axes_of_parameters(deck, grid));
}

int highest_order(equation::System const& system, equation::Feature::Kind kind, int axis) {
  int order = 0;
  for (auto const& feature : system.features)
    if (feature.kind == kind) order = std::max(order, feature.order[static_cast<std::size_t>(axis)]);
  return order;
}

/// Coefficients of splines, which points read to one side of their place on the extended lattice, and entries of the fields, which points read
/// as far as their derivatives go. Periodic axes as if they ended.
estimators::Domain domain_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, estimators::SectionShape const& shape,
                             std::vector<char> const& inside) {
  using Kind = equation::Feature::Kind;
  estimators::UnknownKind states, fields;
  estimators::Domain domain;
  states.count = shape.states;
  fields.count = shape.whole;
  fields.diagonal = true;
  Index smoothness = 0;
  for (auto const& [name, parameter] : deck.parameters) smoothness = std::max<Index>(smoothness, parameter.smoothness_order);
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const at = static_cast<std::size_t>(a);
    bool const longer = is_open(grid.axis(a)) && shape.reach[at] > 0;
    domain.points.push_back(grid.axis(a).size());
    states.places.push_back(shape.points[at]);
    states.before.push_back(longer ? shape.reach[at] : shape.reach[at] / 2);
    states.after.push_back(shape.reach[at] - states.before.back());
    states.prior.push_back(longer ? std::min(highest_order(system, Kind::state, a) + 2, highest_roughness) : 0);
    fields.places.push_back(grid.axis(a).size());
    fields.before.push_back(highest_order(system, Kind::parameter, a));
    fields.after.push_back(fields.before.back());
    fields.prior.push_back(smoothness);
  }
  domain.inside = inside;
  domain.kinds.push_back(states);
  if (shape.whole > 0.0) domain.kinds.push_back(fields);
  domain.profiles = shape.profiles;
  return domain;
}

}  // namespace

std::vector<std::vector<int>> axes_of_parameters(deck::Deck const& deck, grid::Grid const& grid) {
  std::vector<std::vector<int>> parameters;
  for (auto const& [name, parameter] : deck.parameters) {
    parameters.emplace_back();
    for (int a = 0; a < grid.dimension(); ++a)
      if (std::count(parameter.over.begin(), parameter.over.end(), grid.axis(a).name) > 0) parameters.back().push_back(a);
  }
  return parameters;
}

bool has_factors(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const shape = shape_of(deck, grid, system);
  return shape && estimators::choose_section(*shape);
}

/// At the peak, while one Hessian is factorised: places of its entries (12 bytes each) and the Hessian itself; half of it as PETSc hands it
/// to MUMPS (8) and as MUMPS sorts it (6); the factors and what they are made of. Where the evidence is asked for it is a second one,
/// beside another copy, what MUMPS was handed before and the factors of the first. MUMPS makes factors in one array, `work_space` per cent
/// larger than it foresees, all of which is written and kept: it holds the fronts too.
std::optional<Factors> factors_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, std::vector<char> const& inside) {
  auto shape = shape_of(deck, grid, system);
  if (!shape) return {};
  if (!inside.empty()) shape->inside = std::accumulate(inside.begin(), inside.end(), 0.0) / static_cast<double>(inside.size());
  auto const choice = estimators::choose_section(*shape);
  if (!choice) return {};
  bool const automatic = std::any_of(deck.parameters.begin(), deck.parameters.end(), [](auto const& named) {
    return !named.second.over.empty() && std::holds_alternative<run::Automatic>(named.second.smoothness_weight);
  });
  bool const evidence = automatic && choice->wave < 0;
  double bytes = choice->peak(evidence);
  if (!inside.empty() && choice->wave < 0) {
    auto const counted = estimators::eliminate(domain_of(deck, grid, system, *shape, inside));
    double const array = 8.0 * (1.0 + solver::SparseInverse::work_space / 100.0) * counted.factor;
    bytes = estimators::bytes_of_entry(evidence) * (counted.entries + 2.0 * shape->crossed * (shape->states + shape->whole)) + (evidence ? 2.0 : 1.0) * array;
  }
  bool const uneven = deck.grid.mask || std::any_of(deck.observations.begin(), deck.observations.end(), [](auto const& named) {
    return named.second.kind == observations::Kind::points || named.second.kind == observations::Kind::none;
  });
  return Factors{bytes, !choice->is_dear && choice->rows <= static_cast<double>(solver::SparseInverse::small), uneven && !choice->is_dear};
}

}  // namespace mollis::problem

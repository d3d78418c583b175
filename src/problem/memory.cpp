#include "problem/memory.hpp"

#include <algorithm>
#include <variant>
#include <vector>

#include "estimators/methods.hpp"
#include "problem/memory_parts.hpp"
#include "problem/section.hpp"
#include "solver/sparse_inverse.hpp"

namespace mollis::problem {
namespace {

/// Of methods that mollify the data.
Memory mollified(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const doubles = mollified_doubles(deck, grid, system);
  return {8.0 * doubles.a_point, libraries + 8.0 * doubles.a_rank};
}

}  // namespace

double entries_a_row(deck::Parameter const& parameter) {
  double const axes = static_cast<double>(parameter.over.size());
  return parameter.smoothness_order == 1 ? 2.0 * axes + 1.0 : 2.0 * axes * axes + 2.0 * axes + 1.0;
}

/// At the peak, while one Hessian is factorised: places of its entries (12 bytes each) and the Hessian itself; half of it as PETSc hands it
/// to MUMPS (8) and as MUMPS sorts it (6); the factors and what they are made of. Where the evidence is asked for it is a second one,
/// beside another copy, what MUMPS was handed before and the factors of the first.
std::optional<Factors> factors_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, double inside) {
  auto const& method = deck.inversion.method;
  bool const joint = !deck.equation.weak && (estimators::is_automatic(method) || estimators::method_named(method).fits_states);
  if (!joint) return {};
  std::vector<std::vector<int>> parameters;
  bool automatic = false;
  for (auto const& [name, parameter] : deck.parameters) {
    parameters.emplace_back();
    for (int a = 0; a < grid.dimension(); ++a)
      if (std::count(parameter.over.begin(), parameter.over.end(), grid.axis(a).name) > 0) parameters.back().push_back(a);
    automatic = automatic || (!parameter.over.empty() && std::holds_alternative<run::Automatic>(parameter.smoothness_weight));
  }
  auto shape = section_shape(grid, system, deck.joint.spline_degree, deck.observations.size(), parameters);
  shape.inside = inside;
  auto const choice = estimators::choose_section(shape);
  if (!choice) return {};
  bool const evidence = automatic && choice->wave < 0;
  double const an_entry = evidence ? 12.0 + 12.0 + 12.0 + 2.0 * 8.0 + 6.0 : 12.0 + 12.0 + 8.0 + 6.0;
  bool const from_start = deck.grid.mask || std::any_of(deck.observations.begin(), deck.observations.end(), [](auto const& named) {
    return named.second.kind == observations::Kind::points || named.second.kind == observations::Kind::none;
  });
  return Factors{an_entry * choice->entries + (evidence ? 2.0 : 1.0) * choice->bytes + choice->stack,
                 choice->rows <= static_cast<double>(solver::SparseInverse::small), from_start};
}

Memory memory_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, double inside) {
  auto const& method = deck.inversion.method;
  Memory const jets = mollified(deck, grid, system);
  Memory joint{8.0 * joint_doubles(deck, grid, system), libraries};
  if (auto const factors = factors_of(deck, grid, system, inside); factors && factors->from_start)
    (factors->on_each ? joint.a_rank : joint.a_point) += factors->bytes / (factors->on_each ? 1.0 : static_cast<double>(grid.points()));
  if (!estimators::is_automatic(method)) return estimators::method_named(method).fits_states ? joint : jets;
  double const points = static_cast<double>(grid.points()) / std::max(grid.blocks(), 1);
  return deck.equation.weak || jets.of(points) > joint.of(points) ? jets : joint;
}

double bytes_per_point(deck::Deck const& deck) {
  return 8.0 * (static_cast<double>(deck.observations.size()) + 3.0 * (static_cast<double>(deck.derivatives.size()) + 1.0));
}

}  // namespace mollis::problem

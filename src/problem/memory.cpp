#include "problem/memory.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <variant>
#include <vector>

#include "estimators/methods.hpp"
#include "problem/section.hpp"
#include "solver/sparse_inverse.hpp"

namespace mollis::problem {
namespace {

/// Parameters that are fields over all axes, two and more.
double count_fields(deck::Deck const& deck) {
  return static_cast<double>(std::count_if(deck.parameters.begin(), deck.parameters.end(), [&](auto const& parameter) {
    return parameter.second.over.size() == deck.grid.axes.size() && parameter.second.over.size() > 1;
  }));
}

/// Bytes on each rank of what `mollis info` does not touch: code of PETSc, MPI, HDF5 and FFTW, their buffers, plans. A run on 16 x 16
/// points has next to nothing else.
constexpr double libraries = 1.3e7;

/// Fields that hold the jets of the states: a feature each and the states themselves, and what passes along the faster axes leave to those
/// along the slower ones (mollifier::DerivativeTree), which share them.
struct JetFields {
  double features = 0.0, passes = 0.0;
};

JetFields jet_fields(equation::System const& system, int dimension) {
  JetFields fields;
  std::set<std::vector<int>> tails;
  for (auto const& feature : system.features) {
    if (feature.kind != equation::Feature::Kind::state) continue;
    fields.features += 1.0;
    for (int first = 1; first < dimension; ++first) {
      std::vector<int> tail{feature.index, first};
      tail.insert(tail.end(), feature.order.begin() + first, feature.order.begin() + dimension);
      tails.insert(tail);
    }
  }
  fields.passes = static_cast<double>(tails.size());
  return fields;
}

/// Rows of a line's factors that are kept, the mean over its waves (spectral::BandedSystems): those near its ends, which are not alike, and
/// those until factors settle to 1e-9. A wave of m half turns across the n points of another axis decays along the line by exp(-pi m / n) a row,
/// and factors settle by the square of that: after c n / m rows, c = log(1e9) / (2 pi). For m over one other axis and over two.
double rows_kept(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, int axis) {
  auto const points = static_cast<double>(grid.axis(axis).size());
  if (!grid.axis(axis).uniform || grid.dimension() == 1) return points;
  int order = 0;
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::state) order = std::max(order, feature.order[static_cast<std::size_t>(axis)]);
  double const c = std::log(1e9) / (2.0 * std::acos(-1.0)), ends = 2.0 * (2.0 * (order + 2.0) + 1.0) + deck.joint.spline_degree;
  return std::min(points, ends + c * (grid.dimension() == 2 ? 1.0 + std::log(std::max(points / c, 1.0)) : 2.0));
}

/// Doubles a grid point that a joint fit holds while it takes a step of the smoothness.
double joint_doubles_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  double lattice = 1.0, lines = 0.0;
  for (int a = 0; a < grid.dimension(); ++a)
    if (!grid.axis(a).periodic && grid.axis(a).reflection == grid::Reflection::none) {
      auto const points = static_cast<double>(grid.axis(a).size());
      lattice *= 1.0 + (deck.joint.spline_degree - 1.0) / points;
      lines += deck.joint.spline_degree * rows_kept(deck, grid, system, a) / points;
    }
  bool const open = lines > 0.0;
  auto const states = static_cast<double>(deck.observations.size());
  auto const fields = static_cast<double>(std::count_if(deck.parameters.begin(), deck.parameters.end(), [&](auto const& parameter) {
    return parameter.second.over.size() == deck.grid.axes.size();
  }));
  auto const jets = jet_fields(system, grid.dimension());
  double const both = states + fields;
  // Of x: 4 of conjugate gradients, 6 of TAO and its search, the fit's own, one to go back to.
  double const vectors = 12.0 * (lattice * states + fields);
  // Jets to be weighed; the prior's pull, coefficients and their copy for a checkpoint; the prior's rows.
  double const objective = lattice * (jets.features + 3.0 * states + (open ? 2.0 : 0.0));
  double const passes = jets.features + states + lattice * jets.passes;
  // Parameters as they go in; what comes out, what is transformed.
  double const preconditioner = lattice * (2.0 * both + fields);
  double const factors = both * both * lattice * (open ? lines : 1.0);
  double const partials = static_cast<double>(system.by_state.size() + system.by_parameter.size()) + system.residuals;
  // Mask, spectrum, copies; data, weights, states, predictions; parameters, their scale and what is kept of them.
  double const on_grid = 6.0 + 4.0 * states + 5.0 * fields;
  return vectors + objective + passes + preconditioner + factors + partials + on_grid;
}

/// Doubles a grid point of the other methods, one fit: data, jets and their passes, partial derivatives, weights and residuals; for each
/// field over two axes and more (over all: fewer hardly count) its vectors and those of the solver, blocks of the data's part and of
/// the preconditioner, what line filters keep between their passes, and its results.
double doubles_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  constexpr double vectors = 20.0;
  // Passes read a block with its halo where an axis is cut or wraps: one more each.
  double const halos = grid.blocks() > 1 || std::any_of(grid.axes().begin(), grid.axes().end(), [](auto const& axis) { return axis.periodic; }) ? 2.0 : 1.0;
  double doubles = static_cast<double>(deck.observations.size() + system.features.size() + system.by_state.size() +
                                       system.by_parameter.size() + 4 * static_cast<std::size_t>(system.residuals)) +
                   halos * jet_fields(system, grid.dimension()).passes;
  double const fields = count_fields(deck);
  bool const derived = std::any_of(system.features.begin(), system.features.end(), [](auto const& feature) {
    return feature.kind == equation::Feature::Kind::parameter && feature.order != mollifier::MultiIndex{};
  });
  if (derived) doubles += static_cast<double>(system.by_parameter.size());  // J times a vector
  return doubles + fields * (vectors + 2.0 * fields);
}

/// Doubles on each rank of one fit, whatever its points: modes, forth and back, of axes that no fast transform has.
double modes_per_rank(deck::Deck const& deck, grid::Grid const& grid) {
  bool const rough = std::any_of(deck.parameters.begin(), deck.parameters.end(),
                                 [](auto const& parameter) { return parameter.second.smoothness_order > 1; });
  double doubles = 0.0;
  for (auto const& axis : grid.axes())
    if (count_fields(deck) > 0.0 && (!axis.uniform || (rough && !axis.periodic))) doubles += 2.0 * std::pow(static_cast<double>(axis.size()), 2);
  return doubles;
}

/// Of methods that mollify the data. Two fits may stand side by side: those of trials and what validates them, or the estimate's and
/// the one at narrower radii, which is made while the first keeps but its factors.
Memory mollified(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  constexpr double low_modes = 400.0;  // the smoothest, dense: the matrix and its factor
  auto const* const samples = std::get_if<int>(&deck.uncertainty.samples);
  double const fits = deck.mollifier.automatic || samples == nullptr || *samples > 0 ? 2.0 : 1.0;
  /// Radii that vary: what the jets of each rung keep, and what the search holds of each of its radii.
  double const varying = deck.mollifier.adaptive ? 6.0 * static_cast<double>(1 + system.features.size()) + 15.0 * system.residuals : 0.0;
  double const dense = count_fields(deck) > 0.0 ? 2.0 * low_modes * low_modes : 0.0;
  return {8.0 * (varying + fits * doubles_per_point(deck, grid, system)), libraries + 8.0 * (dense + fits * modes_per_rank(deck, grid))};
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
  Memory joint{8.0 * joint_doubles_per_point(deck, grid, system), libraries};
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

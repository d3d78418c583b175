#pragma once
/// Between the lattice of the states and what was observed of one: d = H S g + noise, S g the spline with coefficients g. The
/// lattice is a matter of the physics, the place of the observations is not.
#include <memory>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "observations/states.hpp"

namespace mollis::observations {

/// H S of one state. A row is a datum on this rank.
class Operator {
 public:
  virtual ~Operator() = default;
  virtual Index rows() const = 0;
  /// Whether rows are made of S g at the points of the grid; else they are made of g.
  virtual bool reads_state() const = 0;
  /// H S g, from g over the lattice's box or, where it reads the state, S g over the grid's. May be the argument itself. Collective.
  virtual Field apply(Field const& coefficients, Field const& state) const = 0;
  /// (H S)^T rows: `coefficients` += what belongs to g; what belongs to S g over the grid's box is returned (may be `rows` itself),
  /// empty where it does not read the state. Collective.
  virtual Field apply_transpose_add(Field const& rows, Field const& coefficients) const = 0;
};

/// Where the coefficients of the states live: the grid with margins at open ends, and the splines' degree along each axis, 1 where
/// S g = g at the points of the grid.
struct SplineLattice {
  grid::Grid extended;
  std::vector<Index> margins;
  std::vector<int> degrees;
};

/// The operator of a state's observations: all points of the grid, or those of state.points. Collective.
std::unique_ptr<Operator> make_operator(State const& state, grid::Grid const& grid, SplineLattice const& lattice);

}  // namespace mollis::observations

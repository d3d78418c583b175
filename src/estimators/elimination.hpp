#pragma once
/// What the Cholesky factor of the Hessian of a joint fit takes in a domain of any shape: unknowns that are coupled wherever a point of the
/// domain reads both, or by their prior, eliminated by bisection (A. George, SIAM J. Numer. Anal. 10, 1973), unknown by unknown.
#include <vector>

#include "kernels/index.hpp"

namespace mollis::estimators {

/// Unknowns of a kind at the places of a lattice, `count` at each.
struct UnknownKind {
  double count = 1.0;
  std::vector<Index> places;           ///< along each axis
  std::vector<Index> before, after;    ///< the grid's points x - before ... x + after read the unknown at place x, along each axis
  std::vector<Index> prior;            ///< couples it with its own kind as far as this along each axis,
  bool diagonal = false;               ///< and between the axes as far in sum; else along them alone
};

struct Domain {
  std::vector<Index> points;           ///< of the grid, along each axis
  std::vector<char> inside;            ///< row-major
  std::vector<UnknownKind> kinds;
  double profiles = 0.0;               ///< unknowns that are coupled with all
};

struct Eliminated {
  double factor = 0.0;                 ///< doubles: a rectangle of pivots by front each
  double entries = 0.0;                ///< of the matrix, both triangles
};

/// Work and memory by rows times their length. Not collective.
Eliminated eliminate(Domain const& domain);

}  // namespace mollis::estimators

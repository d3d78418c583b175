#pragma once
/// The same problem put otherwise, as only who sees the deck can: on a lattice that is finer in time, for states that change a lot between two
/// times, with curves of more coefficients, in the weak form.
#include <functional>
#include <string>
#include <vector>

#include "problem/problem.hpp"

namespace mollis::problem {

/// What an estimate chose, not to be chosen again, and on what lattice; empty: all is open.
struct Chosen {
  Index steps = 1;
  std::vector<double> noise;        ///< one a state, in its unit
  std::vector<double> smoothness;   ///< beta, one a parameter
  std::vector<double> penalty;      ///< w, one a residual; taken where there is one
};

/// Where the coefficients of a curve over a state stand among the unknowns.
struct CurveEntries {
  std::string name;
  std::size_t first = 0;
  int coefficients = 0;
  bool log = false;                 ///< they are fitted by their logarithms
};

struct Bent;

struct Finer {
  /// The problem as the deck has it, every gap between two times cut into `steps`; penalties to the same worth, since sums over the
  /// lattice have more terms. Collective. Empty where the lattice has no open axis t of two times and more, or where a parameter, or a
  /// known field from a file, is over t.
  std::function<Problem(Index steps, Chosen const& chosen)> make;
  bool open = false;                ///< the deck says nothing of the steps
  /// The problem with the intervals between the knots of every curve halved, run::Error where it is too large. Collective. Empty where there is
  /// no curve, or nothing finer.
  std::function<Bent()> halve;
  /// The problem in the weak form, radii automatic; run::Error where the equation or the data have none. Collective. Empty where it is in that
  /// form, and beside curves.
  std::function<Problem()> weak;
  bool curves_open = false;         ///< the deck says nothing of the coefficients, and could say as many
};

struct Bent {
  Problem problem;
  Finer finer;
  std::vector<CurveEntries> curves;
};

}  // namespace mollis::problem

#pragma once
/// Whether the Hessian of a joint fit is factorised, and what that costs, by sizes alone: of all axes, or, where time is one, of the space
/// axes for each wave of it.
#include <optional>
#include <vector>

#include "kernels/index.hpp"

namespace mollis::estimators {

struct SectionShape {
  std::vector<Index> points, reach;  ///< of the lattice of splines, extended past open ends; of a row, to one side
  std::vector<bool> wraps;           ///< axes that are periodic
  double states = 1.0, whole = 0.0;  ///< states; parameters over all axes
  double profiles = 0.0;             ///< entries of parameters over some of them,
  double crossed = 0.0;              ///< and points of the lattice that they reach, summed over them
  bool has_waves = false;            ///< of the first axis, time
  double inside = 1.0;               ///< share of the points inside the domain, which work and memory go by
};

/// What a section leaves out, and what its factors cost.
struct SectionChoice {
  int wave = -1;            ///< the axis whose waves are taken apart, -1: none
  double operations = 0.0;  ///< of a factorisation,
  bool is_dear = false;     ///< so many that it is for problems alone that averages do not serve
  double bytes = 0.0;       ///< of the factors, all ranks
  double stack = 0.0;       ///< and beside them while they are made
  double entries = 0.0;     ///< of the matrices
  double rows = 0.0;        ///< of all of them

  /// Bytes at the peak, while one is factorised, all ranks. for_evidence: where degrees of freedom are asked for, a second one.
  double peak(bool for_evidence) const;
};

/// Of an entry of a matrix while it is factorised: its place (12) and its value, which stand twice for the evidence, as PETSc hands it to MUMPS
/// and as MUMPS sorts it.
double bytes_of_entry(bool for_evidence);

/// Nothing where no section is cheap enough. Not collective.
std::optional<SectionChoice> choose_section(SectionShape const& shape);

}  // namespace mollis::estimators

#pragma once
/// The coarse functions of a joint fit's preconditioner (joint::CoarseModel), in two sets:
///   smooth: cubic splines on a lattice that is `ratio` times as coarse along all axes, for states and parameters;
///   slow: where there is an axis over which no field varies (time, for a parameter over space), few slow functions along such axes, and splines on a
///   finer lattice along the others, still finer for the parameters: what a field does to the states at all times at once.
/// Not collective, the same on all ranks.
#include <vector>

#include "kernels/index.hpp"

namespace mollis::problem {

/// What stands for an axis of a state's lattice, or of a parameter.
struct CoarseLine {
  Index places;
  bool periodic;
  double ratio = 1.0;      ///< places a gap of cubic splines, or roughly so
  bool slow = false;       ///< Legendre polynomials, or the longest waves, in their place

  Index functions() const;   ///< no more than places; splines as many as places where that is no fewer
  bool is_whole() const { return functions() == places; }
};

/// Those of a state or a parameter, one an axis that it has.
struct CoarseBlock {
  std::vector<int> axes;   ///< of the grid
  std::vector<CoarseLine> lines;

  Index size() const;      ///< their products; no more than most_functions and one
};

using CoarseBlocks = std::vector<CoarseBlock>;

/// In a set: every rank holds and factorises its matrix. One set of 2500, or two.
constexpr Index most_functions = 2500, most_smooth = 1500, most_slow = 2200;

/// Sets of functions for blocks of states, then of parameters, of which places and axes are known: none where there are too many states and parameters,
/// or where nothing is slow.
std::vector<CoarseBlocks> coarse_sets(CoarseBlocks const& states, CoarseBlocks const& parameters);

}  // namespace mollis::problem

#pragma once
/// What the estimates of memory count: fields of the grid that objects of each kind hold, in doubles a point.
#include "deck/deck.hpp"
#include "equation/system.hpp"
#include "grid/grid.hpp"

namespace mollis::problem {

/// Bytes on each rank of what `mollis info` does not touch: code of PETSc, MPI, HDF5 and FFTW, their buffers, plans (14.3 to 16.0 MB above `info` on
/// 16 x 16 points, of which the points and what goes with them have 0.3 to 1.5).
constexpr double libraries = 1.42e7;

/// What a problem is made of.
struct Counts {
  Counts(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system);

  double states, residuals;
  double fields;             ///< parameters over all axes, two and more
  double state_features;     ///< jets of the states, or of terms of the weak form, that residuals read
  double other_features;     ///< what else they read that has to be made: known fields, derivatives of parameters
  double by_state, by_parameter;   ///< partial derivatives, those by states that are the same counted once
  double sums;               ///< sums of derivatives that products of a joint fit read alike, the states themselves among them
  double jet_passes;         ///< fields between passes along the faster axes and that along the slowest, which derivatives share (mollifier::DerivativeTree)
  double smoothness_passes;  ///< the same of the smoothness of a field
  double noise_sums;         ///< what noise adds to the normal equations of constants and profiles (residual::NoiseBias): of every two, and of each
  double noise_pairs;        ///< weak form: the same of every two terms
  bool affine;               ///< in the parameters
  bool derived;              ///< residuals read derivatives of parameters
  bool ghosts;               ///< some axis is cut or wraps: passes read a copy of the block with its halo
};

/// Doubles of a joint fit a point of the grid, on each rank. Not collective.
double joint_doubles(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system);
/// The matrix of the second level of its preconditioner and a copy (joint::CoarseModel), doubles a rank; 0 where it is not wanted.
/// Not collective.
double second_level_doubles(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system);
/// Positions among the grid's of each parameter's axes. Not collective.
std::vector<std::vector<int>> axes_of_parameters(deck::Deck const& deck, grid::Grid const& grid);
/// Doubles of methods that mollify the data a point, and what does not grow with the points. Not collective.
struct Doubles {
  double a_point = 0.0, a_rank = 0.0;
};
Doubles mollified_doubles(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system);

}  // namespace mollis::problem

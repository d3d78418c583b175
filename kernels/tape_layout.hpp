#pragma once
/// The loop nest of a tape evaluation: axes that every input runs through alike are merged, axes of one point dropped.
#include <vector>

#include "kernels/tape.hpp"

namespace mollis::kernels {

/// A box in fewest axes, slowest first (none where the box is a single point); the row-major order of points is kept.
struct Layout {
  std::vector<Index> extents;
  std::vector<std::vector<Index>> strides;  ///< [input][axis]
};

/// Merges axes a and a+1 wherever stride[a] = stride[a+1] extent[a+1] for all inputs. Extents must be positive.
Layout collapse(std::vector<Operand> const& inputs, Extents const& extents);

/// The two ways to run a tape, both used by evaluate() and tested against each other. Blocks of points with a register
/// file on the host's execution space (data accessible from the host); a point a thread on the default one.
void evaluate_blocks(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
                     Extents const& extents);
void evaluate_points(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
                     Extents const& extents);

}  // namespace mollis::kernels

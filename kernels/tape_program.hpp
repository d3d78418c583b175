#pragma once
/// A tape made ready for blocks of points on the host: inputs are read in place, what does not vary inside a row is
/// computed once a block, and only values that vary get a register of the block.
#include <vector>

#include "kernels/tape_layout.hpp"

namespace mollis::kernels {

/// Where a value lives while a block runs.
struct Slot {
  enum class Kind { block, stream, scalar, result } kind = Kind::scalar;  ///< register, input in place, number, output
  std::int32_t index = 0;
};

struct Step {
  Op op;
  Slot target, a, b;
  std::int32_t exponent;
};

/// How an input runs along a row: next to each other, one value, or picked one by one.
enum class Access { contiguous, uniform, scattered };

struct Program {
  std::vector<Step> steps;
  std::vector<double> scalars;       ///< one an input (set for each block where uniform), then constants and results
  std::vector<Slot> outputs;
  std::int32_t registers = 0;        ///< of the block
  std::vector<Index> outer, inner;   ///< extents; a row is the whole of the inner ones
  std::vector<std::vector<Index>> strides;
  std::vector<Access> access;
  Index length = 1, rows = 1;
};

/// Outputs are written as soon as they are known; inputs that share an output's memory are picked up beforehand.
Program make_program(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
                     Extents const& extents);

}  // namespace mollis::kernels

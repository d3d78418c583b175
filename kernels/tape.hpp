#pragma once
/// A pointwise program: straight-line code over registers that reads features of a point and writes results.
/// Runs over blocks of points along the fastest axis on the CPU (vectorised over the block), a point a thread on GPUs.
#include <cstdint>
#include <vector>

#include "kernels/index.hpp"

namespace mollis::kernels {

enum class Op : std::uint8_t {
  constant,
  input,
  add,
  subtract,
  multiply,
  divide,
  negate,
  power,
  integer_power,
  sqrt,
  exp,
  log,
  sin,
  cos,
  tan,
  tanh,
  sinh,
  cosh,
  asin,
  acos,
  atan,
  erf,
  abs,
  sign,
  step,
  atan2,
  min,
  max,
  less,
  less_equal,
  equal,
  unequal,
  when,
  unless
};

/// Does the operation read register b? (The host's: kernels are given code for which it does not matter.)
constexpr bool is_binary(Op op) {
  return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::divide || op == Op::power ||
         (op >= Op::atan2 && op <= Op::unless);
}

/// register[target] := op(register[a], register[b]); `value` for constant; `a` is the input's number for input and `b`
/// the exponent for integer_power. Comparisons give 1 or 0; when(a, b) is b where a is not 0 and 0 elsewhere, unless(a, b) the
/// other way round. What is not a number stays so: a comparison with NaN, min(NaN, 1), when(NaN, 1) are NaN, but
/// when(0, NaN) is 0.
struct Instruction {
  Op op;
  std::int32_t target, a, b;
  double value;
};

/// Code in static single order with registers reused; result k stands in register outputs[k] at the end.
struct Tape {
  std::vector<Instruction> code;
  std::int32_t registers = 0;
  std::int32_t inputs = 0;
  std::vector<std::int32_t> outputs;
};

/// An input: value at local point (i0, i1, i2, i3) is data[sum_a i_a stride[a]] (device memory). Stride 0 along axes on
/// which it does not depend; the last stride is 0 or 1.
struct Operand {
  double const* data;
  Extents stride;
};

/// Evaluates `tape` at all points of a box of `extents`; outputs[k] is row-major over the box, on the device. A null
/// output is skipped. An output may be the array of an input that is read point by point (in place); other overlaps are
/// not allowed. Throws std::invalid_argument when the numbers of inputs or outputs do not fit. Not collective.
void evaluate(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
              Extents const& extents);

}  // namespace mollis::kernels

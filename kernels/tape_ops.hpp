#pragma once
/// The operations of a tape on one number, for every backend.
#include <cmath>

#include "kernels/tape.hpp"

namespace mollis::kernels {

/// x^exponent by repeated squaring; negative exponents give the reciprocal.
KOKKOS_INLINE_FUNCTION double raise(double x, std::int32_t exponent) {
  double result = 1.0;
  auto left = static_cast<std::uint32_t>(exponent < 0 ? -static_cast<std::int64_t>(exponent) : exponent);
  for (double square = x; left != 0; left >>= 1, square *= square) {
    if (left & 1u) result *= square;
  }
  return exponent < 0 ? 1.0 / result : result;
}

/// op(a, b) for every operation but constant and input; unary operations ignore b, integer_power takes `exponent`.
template <Op op>
KOKKOS_INLINE_FUNCTION double apply(double a, [[maybe_unused]] double b, [[maybe_unused]] std::int32_t exponent) {
  if constexpr (op == Op::add) return a + b;
  else if constexpr (op == Op::subtract) return a - b;
  else if constexpr (op == Op::multiply) return a * b;
  else if constexpr (op == Op::divide) return a / b;
  else if constexpr (op == Op::negate) return -a;
  else if constexpr (op == Op::power) return ::pow(a, b);
  else if constexpr (op == Op::integer_power) return raise(a, exponent);
  else if constexpr (op == Op::sqrt) return ::sqrt(a);
  else if constexpr (op == Op::exp) return ::exp(a);
  else if constexpr (op == Op::log) return ::log(a);
  else if constexpr (op == Op::sin) return ::sin(a);
  else if constexpr (op == Op::cos) return ::cos(a);
  else if constexpr (op == Op::tan) return ::tan(a);
  else if constexpr (op == Op::tanh) return ::tanh(a);
  else if constexpr (op == Op::abs) return ::fabs(a);
  else return a > 0.0 ? 1.0 : (a < 0.0 ? -1.0 : a);
}

/// Does the operation read register b?
KOKKOS_INLINE_FUNCTION constexpr bool is_binary(Op op) {
  return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::divide || op == Op::power;
}

/// op(a, b) with the operation chosen at run time.
KOKKOS_INLINE_FUNCTION double apply(Op op, double a, double b, std::int32_t exponent) {
  switch (op) {
    case Op::add: return apply<Op::add>(a, b, exponent);
    case Op::subtract: return apply<Op::subtract>(a, b, exponent);
    case Op::multiply: return apply<Op::multiply>(a, b, exponent);
    case Op::divide: return apply<Op::divide>(a, b, exponent);
    case Op::negate: return apply<Op::negate>(a, b, exponent);
    case Op::power: return apply<Op::power>(a, b, exponent);
    case Op::integer_power: return apply<Op::integer_power>(a, b, exponent);
    case Op::sqrt: return apply<Op::sqrt>(a, b, exponent);
    case Op::exp: return apply<Op::exp>(a, b, exponent);
    case Op::log: return apply<Op::log>(a, b, exponent);
    case Op::sin: return apply<Op::sin>(a, b, exponent);
    case Op::cos: return apply<Op::cos>(a, b, exponent);
    case Op::tan: return apply<Op::tan>(a, b, exponent);
    case Op::tanh: return apply<Op::tanh>(a, b, exponent);
    case Op::abs: return apply<Op::abs>(a, b, exponent);
    case Op::sign: return apply<Op::sign>(a, b, exponent);
    case Op::constant:
    case Op::input: break;
  }
  return a;
}

}  // namespace mollis::kernels

#pragma once
/// The operations of a tape on one number, for every backend.
#include <Kokkos_Core.hpp>

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
  else if constexpr (op == Op::sinh) return ::sinh(a);
  else if constexpr (op == Op::cosh) return ::cosh(a);
  else if constexpr (op == Op::asin) return ::asin(a);
  else if constexpr (op == Op::acos) return ::acos(a);
  else if constexpr (op == Op::atan) return ::atan(a);
  else if constexpr (op == Op::erf) return ::erf(a);
  else if constexpr (op == Op::abs) return ::fabs(a);
  else if constexpr (op == Op::sign) return a > 0.0 ? 1.0 : (a < 0.0 ? -1.0 : a);
  else if constexpr (op == Op::step) return a >= 0.0 ? 1.0 : (a < 0.0 ? 0.0 : a);
  else if constexpr (op == Op::atan2) return ::atan2(a, b);
  else if constexpr (op == Op::min) return a < b ? a : (a >= b ? b : a + b);
  else if constexpr (op == Op::max) return a > b ? a : (a <= b ? b : a + b);
  else if constexpr (op == Op::less) return a < b ? 1.0 : (a >= b ? 0.0 : a + b);
  else if constexpr (op == Op::less_equal) return a <= b ? 1.0 : (a > b ? 0.0 : a + b);
  else if constexpr (op == Op::equal) return a == b ? 1.0 : (a < b || a > b ? 0.0 : a + b);
  else if constexpr (op == Op::unequal) return a == b ? 0.0 : (a < b || a > b ? 1.0 : a + b);
  else if constexpr (op == Op::when) return a == 0.0 ? 0.0 : (a < 0.0 || a > 0.0 ? b : a);
  else return a == 0.0 ? b : (a < 0.0 || a > 0.0 ? 0.0 : a);
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
    case Op::sinh: return apply<Op::sinh>(a, b, exponent);
    case Op::cosh: return apply<Op::cosh>(a, b, exponent);
    case Op::asin: return apply<Op::asin>(a, b, exponent);
    case Op::acos: return apply<Op::acos>(a, b, exponent);
    case Op::atan: return apply<Op::atan>(a, b, exponent);
    case Op::erf: return apply<Op::erf>(a, b, exponent);
    case Op::abs: return apply<Op::abs>(a, b, exponent);
    case Op::sign: return apply<Op::sign>(a, b, exponent);
    case Op::step: return apply<Op::step>(a, b, exponent);
    case Op::atan2: return apply<Op::atan2>(a, b, exponent);
    case Op::min: return apply<Op::min>(a, b, exponent);
    case Op::max: return apply<Op::max>(a, b, exponent);
    case Op::less: return apply<Op::less>(a, b, exponent);
    case Op::less_equal: return apply<Op::less_equal>(a, b, exponent);
    case Op::equal: return apply<Op::equal>(a, b, exponent);
    case Op::unequal: return apply<Op::unequal>(a, b, exponent);
    case Op::when: return apply<Op::when>(a, b, exponent);
    case Op::unless: return apply<Op::unless>(a, b, exponent);
    case Op::constant:
    case Op::input: break;
  }
  return a;
}

}  // namespace mollis::kernels

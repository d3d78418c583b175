#pragma once
/// Packs of doubles as wide as the host's registers (vector extension of GCC and Clang), and loops unrolled at compile
/// time. Host code only.
#include <cstring>
#include <type_traits>
#include <utility>

namespace mollis::kernels {

#if defined(__AVX512F__)
constexpr int lanes = 8, registers = 32;
#elif defined(__AVX__)
constexpr int lanes = 4, registers = 16;
#else
constexpr int lanes = 2, registers = 16;
#endif

typedef double Pack __attribute__((vector_size(lanes * sizeof(double))));

/// Number of doubles in a Pack or a double.
template <class P>
constexpr int lanes_of = static_cast<int>(sizeof(P) / sizeof(double));

template <class P>
[[gnu::always_inline]] inline P load(double const* from) {
  P value;
  std::memcpy(&value, from, sizeof(P));
  return value;
}

/// As many numbers of single precision.
[[gnu::always_inline]] inline Pack load_single(float const* from) {
  if constexpr (lanes == 2) return Pack{static_cast<double>(from[0]), static_cast<double>(from[1])};   // GCC converts a vector of two one by one
  typedef float Single __attribute__((vector_size(lanes * sizeof(float))));
  Single value;
  std::memcpy(&value, from, sizeof(Single));
  return __builtin_convertvector(value, Pack);
}

template <class P>
[[gnu::always_inline]] inline void store(double* to, P value) {
  std::memcpy(to, &value, sizeof(P));
}

/// A pack (or double) of equal lanes.
template <class P>
[[gnu::always_inline]] inline P broadcast(double value) {
  return P{} + value;
}

inline double sum_of_lanes(Pack pack) {
  double sum = 0.0;
  for (int l = 0; l < lanes; ++l) sum += pack[l];
  return sum;
}

template <class Body, int... I>
[[gnu::always_inline]] inline void repeat(Body&& body, std::integer_sequence<int, I...>) {
  (body(std::integral_constant<int, I>()), ...);
}

/// body(0), ..., body(N - 1), unrolled: arrays indexed by the argument live in registers.
template <int N, class Body>
[[gnu::always_inline]] inline void repeat(Body&& body) {
  repeat(body, std::make_integer_sequence<int, N>());
}

}  // namespace mollis::kernels

#pragma once
/// Row kernels of line filters on the host: a run of consecutive results, all from the same taps, in blocks of U packs.
/// Value number c of a run takes tap t from in[c + t * stride]. Radius and number of taps are known at run time only.
#include <algorithm>

#include "kernels/lanes.hpp"

namespace mollis::kernels {

using Size = std::ptrdiff_t;

/// Packs a block for K accumulators each: enough to hide the latency of multiply-adds, few enough for the registers.
constexpr int packs_of_block(int orders) {
  int const fit = (registers - 4) / orders;
  return fit >= 8 ? 8 : fit >= 4 ? 4 : fit >= 2 ? 2 : 1;
}

template <class P, int U>
[[gnu::always_inline]] inline void store_block(double* out, P const (&sum)[U], bool add) {
  if (add)
    repeat<U>([&](auto u) { store(out + u * lanes_of<P>, load<P>(out + u * lanes_of<P>) + sum[u]); });
  else
    repeat<U>([&](auto u) { store(out + u * lanes_of<P>, sum[u]); });
}

/// Symmetric rows: NE even and NO odd orders share in(+t) + in(-t) and in(+t) - in(-t).
template <int NE, int NO>
struct FoldedRows {
  static constexpr int orders = NE + NO;
  double const* centre;  ///< tap 0 of value 0
  Size stride;
  double* const* out;     ///< [order]
  bool const* add;        ///< [order] to what is there
  double const* weights;  ///< [t = 0 .. radius][order], even orders first
  int radius;

  template <class P, int U>
  [[gnu::always_inline]] void block(Size c) const {
    P sum[orders][U];
    double const *high = centre + c, *low = high, *w = weights;
    repeat<U>([&](auto u) {
      P const value = load<P>(high + u * lanes_of<P>);
      repeat<orders>([&](auto k) { sum[k][u] = w[k] * value; });
    });
    for (int t = 1; t <= radius; ++t) {
      high += stride;
      low -= stride;
      w += orders;
      repeat<U>([&](auto u) {
        P const a = load<P>(high + u * lanes_of<P>), b = load<P>(low + u * lanes_of<P>);
        if constexpr (NE > 0) {
          P const even = a + b;
          repeat<NE>([&](auto k) { sum[k][u] += w[k] * even; });
        }
        if constexpr (NO > 0) {
          P const odd = a - b;
          repeat<NO>([&](auto k) { sum[NE + k][u] += w[NE + k] * odd; });
        }
      });
    }
    repeat<orders>([&](auto k) { store_block<P, U>(out[k] + c, sum[k], add[k]); });
  }
};

/// Rows of any shape, K orders from one input.
template <int K>
struct GeneralRows {
  static constexpr int orders = K;
  double const* first;  ///< first tap of value 0
  Size stride;
  double* const* out;     ///< [order]
  bool const* add;        ///< [order] to what is there
  double const* weights;  ///< [order][tap]
  int taps;

  template <class P, int U>
  [[gnu::always_inline]] void block(Size c) const {
    P sum[K][U];
    repeat<K>([&](auto k) { repeat<U>([&](auto u) { sum[k][u] = P{}; }); });
    double const* in = first + c;
    for (int t = 0; t < taps; ++t, in += stride) {
      repeat<U>([&](auto u) {
        P const value = load<P>(in + u * lanes_of<P>);
        repeat<K>([&](auto k) { sum[k][u] += weights[k * taps + t] * value; });
      });
    }
    repeat<K>([&](auto k) { store_block<P, U>(out[k] + c, sum[k], add[k]); });
  }
};

/// The transpose: one result from `inputs` inputs; added to what is there if `add`.
struct GatherRows {
  static constexpr int orders = 1;
  double const* const* first;  ///< [input] first tap of value 0
  Size stride;
  double* out;
  double const* weights;  ///< [input][tap]
  int taps, inputs;
  bool add;

  template <class P, int U>
  [[gnu::always_inline]] void block(Size c) const {
    P sum[U];
    repeat<U>([&](auto u) { sum[u] = add ? load<P>(out + c + u * lanes_of<P>) : P{}; });
    double const* w = weights;
    for (int k = 0; k < inputs; ++k) {
      double const* in = first[k] + c;
      for (int t = 0; t < taps; ++t, in += stride, ++w) {
        repeat<U>([&](auto u) { sum[u] += *w * load<P>(in + u * lanes_of<P>); });
      }
    }
    repeat<U>([&](auto u) { store(out + c + u * lanes_of<P>, sum[u]); });
  }
};

/// The transpose for R results in a row along the axis, all of the same weights: what is loaded serves all of them, and arithmetic bounds, not loads.
template <int R>
struct GatherRowBlock {
  static constexpr int orders = R;
  double const* const* first;  ///< [input] first tap of value 0 of the first row
  Size stride;
  double* out;
  Size out_stride;
  double const* weights;       ///< [input][tap]
  int taps, inputs;            ///< taps >= R
  bool add;

  template <class P, int U>
  [[gnu::always_inline]] void block(Size c) const {
    P sum[R][U];
    repeat<R>([&](auto r) {
      double const* row = out + r * out_stride + c;
      repeat<U>([&](auto u) { sum[r][u] = add ? load<P>(row + u * lanes_of<P>) : P{}; });
    });
    double const* w = weights;
    for (int k = 0; k < inputs; ++k, w += taps) {
      double const* in = first[k] + c;
      repeat<R - 1>([&](auto s) {  // rows 0 to s reach it
        repeat<s + 1>([&](auto r) { take<P, U>(sum[r], w[s - r], in); });
        in += stride;
      });
      for (int s = R - 1; s < taps; ++s, in += stride) repeat<R>([&](auto r) { take<P, U>(sum[r], w[s - r], in); });
      repeat<R - 1>([&](auto s) {  // rows s + 1 to R - 1
        repeat<R - 1 - s>([&](auto r) { take<P, U>(sum[s + 1 + r], w[taps - 1 - r], in); });
        in += stride;
      });
    }
    repeat<R>([&](auto r) { repeat<U>([&](auto u) { store(out + r * out_stride + c + u * lanes_of<P>, sum[r][u]); }); });
  }

 private:
  template <class P, int U>
  [[gnu::always_inline]] static void take(P (&sum)[U], double weight, double const* in) {
    repeat<U>([&](auto u) { sum[u] += weight * load<P>(in + u * lanes_of<P>); });
  }
};

template <class P, int U, class Rows>
[[gnu::always_inline]] inline Size blocks(Rows const& rows, Size c, Size length) {
  for (; length - c >= U * lanes_of<P>; c += U * lanes_of<P>) rows.template block<P, U>(c);
  if constexpr (U > 1) return blocks<P, U / 2>(rows, c, length);
  return c;
}

/// All `length` values of a run.
template <class Rows>
void run(Rows const& rows, Size length) {
  Size c = blocks<Pack, packs_of_block(Rows::orders)>(rows, 0, length);
  for (; c < length; ++c) rows.template block<double, 1>(c);
}

/// sum_t weights[t] in[t].
inline double dot(double const* weights, double const* in, int taps) {
  Pack sum{};
  int t = 0;
  for (; t + lanes <= taps; t += lanes) sum += load<Pack>(weights + t) * load<Pack>(in + t);
  double tail = 0.0;
  for (; t < taps; ++t) tail += weights[t] * in[t];
  return sum_of_lanes(sum) + tail;
}

}  // namespace mollis::kernels

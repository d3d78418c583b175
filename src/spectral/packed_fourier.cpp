#include "spectral/packed_fourier.hpp"

#include <cmath>
#include <utility>

namespace mollis::spectral {
namespace {

using kernels::Pack;
using kernels::repeat;

constexpr double pi = 3.14159265358979323846;

PackedComplex operator+(PackedComplex a, PackedComplex b) { return {a.re + b.re, a.im + b.im}; }
PackedComplex operator-(PackedComplex a, PackedComplex b) { return {a.re - b.re, a.im - b.im}; }
/// -i a.
PackedComplex turned(PackedComplex a) { return {a.im, -a.re}; }
PackedComplex product(double const* turn, PackedComplex a) {
  Pack const c = kernels::broadcast<Pack>(turn[0]), s = kernels::broadcast<Pack>(turn[1]);
  return {c * a.re - s * a.im, c * a.im + s * a.re};
}

void put_circle(Index count, Index of, std::vector<double>& to) {
  double const angle = -2.0 * pi * static_cast<double>(count % of) / static_cast<double>(of);
  to.push_back(std::cos(angle));
  to.push_back(std::sin(angle));
}

/// Sums of two or four terms `step` apart; put(k, sum).
template <int radix, class Put>
[[gnu::always_inline]] inline void even_sums(PackedComplex const* from, Index step, Put const& put) {
  if constexpr (radix == 2) {
    put(0, from[0] + from[step]);
    put(1, from[0] - from[step]);
  } else {
    auto const a = from[0] + from[2 * step], b = from[0] - from[2 * step], c = from[step] + from[3 * step], d = turned(from[step] - from[3 * step]);
    put(0, a + c);
    put(1, b + d);
    put(2, a - c);
    put(3, b - d);
  }
}

/// Sums of an odd number of terms: those of z_j + z_(r - j) and z_j - z_(r - j). fixed: their number where it is known; at most most_terms.
constexpr Index most_terms = 63;
template <int fixed, class Put>
[[gnu::always_inline]] inline void odd_sums(Index terms, PackedComplex const* from, Index step, double const* circle, Put const& put) {
  Index const r = fixed > 0 ? fixed : terms, half = r / 2;
  PackedComplex even[fixed > 0 ? fixed / 2 : most_terms / 2], odd[fixed > 0 ? fixed / 2 : most_terms / 2];
  PackedComplex const first = from[0];
  PackedComplex all = first;
  for (Index j = 0; j < half; ++j) {
    PackedComplex const a = from[(j + 1) * step], b = from[(r - j - 1) * step];
    even[j] = a + b;
    odd[j] = turned(a - b);
    all = all + even[j];
  }
  put(0, all);
  for (Index k = 1; k <= half; ++k) {
    PackedComplex sum = first, difference{};
    for (Index j = 0, at = k; j < half; ++j, at = at + k < r ? at + k : at + k - r) {
      Pack const c = kernels::broadcast<Pack>(circle[2 * at]), s = kernels::broadcast<Pack>(-circle[2 * at + 1]);
      sum.re += c * even[j].re;
      sum.im += c * even[j].im;
      difference.re += s * odd[j].re;
      difference.im += s * odd[j].im;
    }
    put(k, sum + difference);
    put(r - k, sum - difference);
  }
}

/// sums(p, q, put) for all p and q of a pass; what it puts is turned.
template <class Sums>
[[gnu::always_inline]] inline void over_pass(Index radix, Index rest, Index stride, double const* turns, PackedComplex const* from, PackedComplex* to, Sums const& sums) {
  for (Index p = 0; p < rest; ++p, turns += 2 * (radix - 1), from += stride, to += stride * radix)
    for (Index q = 0; q < stride; ++q) {
      PackedComplex* const out = to + q;
      sums(from + q, rest * stride, [&](Index k, PackedComplex value) { out[k * stride] = k > 0 ? product(turns + 2 * (k - 1), value) : value; });
    }
}

}  // namespace

PackedFourier::PackedFourier(Index points) : points_(points) {
  Index rest = points, stride = 1;
  auto const take = [&](Index radix) {
    for (; rest % radix == 0; stride *= radix) {
      rest /= radix;
      passes_.push_back(pass_of(radix, rest, stride));
    }
  };
  for (Index const radix : {4, 2}) take(radix);
  for (Index radix = 3; rest > 1; radix += 2) take(radix);
}

PackedFourier::Pass PackedFourier::pass_of(Index radix, Index rest, Index stride) {
  Pass pass{radix, rest, stride, {}, {}};
  for (Index p = 0; p < rest; ++p)
    for (Index k = 1; k < radix; ++k) put_circle(p * k, radix * rest, pass.turns);
  for (Index k = 0; radix % 2 != 0 && k < radix; ++k) put_circle(k, radix, pass.circle);
  return pass;
}

void PackedFourier::run_pass(Pass const& pass, PackedComplex const* from, PackedComplex* to) {
  double const* const circle = pass.circle.data();
  auto const run = [&](auto const& sums) { over_pass(pass.radix, pass.rest, pass.stride, pass.turns.data(), from, to, sums); };
  switch (pass.radix) {
    case 2: return run([](auto const* in, Index step, auto const& put) { even_sums<2>(in, step, put); });
    case 3: return run([=](auto const* in, Index step, auto const& put) { odd_sums<3>(3, in, step, circle, put); });
    case 4: return run([](auto const* in, Index step, auto const& put) { even_sums<4>(in, step, put); });
    case 5: return run([=](auto const* in, Index step, auto const& put) { odd_sums<5>(5, in, step, circle, put); });
    case 7: return run([=](auto const* in, Index step, auto const& put) { odd_sums<7>(7, in, step, circle, put); });
    default: return run([=, radix = pass.radix](auto const* in, Index step, auto const& put) { odd_sums<0>(radix, in, step, circle, put); });
  }
}

PackedComplex* PackedFourier::run(PackedComplex* values, PackedComplex* work) const {
  for (auto const& pass : passes_) {
    run_pass(pass, values, work);
    std::swap(values, work);
  }
  return values;
}

}  // namespace mollis::spectral

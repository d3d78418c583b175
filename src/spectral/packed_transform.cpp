#include "spectral/packed_transform.hpp"

#include <algorithm>
#include <cmath>

#include "spectral/packed_fourier.hpp"

namespace mollis::spectral {
namespace {

using kernels::Pack;

constexpr double pi = 3.14159265358979323846;
constexpr Index lanes = kernels::lanes;

PackedComplex product(double const* factor, PackedComplex a) {
  Pack const c = kernels::broadcast<Pack>(factor[0]), s = kernels::broadcast<Pack>(factor[1]);
  return {c * a.re - s * a.im, c * a.im + s * a.re};
}
/// By the conjugate of the factor.
PackedComplex product_back(double const* factor, PackedComplex a) {
  Pack const c = kernels::broadcast<Pack>(factor[0]), s = kernels::broadcast<Pack>(factor[1]);
  return {c * a.re + s * a.im, c * a.im - s * a.re};
}

/// V_k = sum_j v_j exp(-2 pi i j k / n) of real lines, by half as many complex terms v_2j + i v_(2j+1). Waves are (1/n, 2/n)^(1/2) times its real and
/// imaginary part, v the line itself; cosines the same of exp(-i pi k / 2n) V_k, v the even points and then the odd ones backwards
/// (Makhoul 1980, IEEE Trans. ASSP 28, 27). Coefficient k holds the real part, n - k the imaginary one.
class PackedTransform final : public LineTransform {
 public:
  PackedTransform(Basis basis, Index outer, Index points, Index inner)
      : LineTransform(outer, points, inner), n_(points), half_(points / 2), sums_(half_), sign_(basis == Basis::cosine ? -1.0 : 1.0),
        end_(std::sqrt(1.0 / static_cast<double>(points))) {
    for (Index i = 0; i < n_; ++i) place_.push_back(basis == Basis::fourier ? i : i % 2 == 0 ? i / 2 : n_ - 1 - i / 2);
    for (Index k = 0; k <= half_; ++k) {
      double const share = static_cast<double>(k) / static_cast<double>(n_), size = std::sqrt(0.5) * end_;
      double const angle = basis == Basis::cosine ? -0.5 * pi * share : 0.0;
      for (double const part : {std::cos(-2.0 * pi * share), std::sin(-2.0 * pi * share)}) turns_.push_back(part);
      for (double const part : {size * std::cos(angle), size * std::sin(angle)}) factors_.push_back(part);
    }
  }
  void forward(double* data) const override { apply({data, n_}, {data, n_}, true); }
  void backward(double* data) const override { apply({data, n_}, {data, n_}, false); }
  void forward_from(double const* from, Index points, double* to) const override { apply({from, points}, {to, n_}, true); }
  void backward_to(double* data, double* to, Index points) const override { apply({data, n_}, {to, points}, false); }

 private:
  /// Points of lines: those of one `step` apart.
  template <class Value>
  struct Points {
    Value* data;
    Index count, step = 0;
  };
  using From = Points<double const>;
  using To = Points<double>;
  struct Workspace {
    std::vector<Pack> values, work, tile;
    /// Room for lines of so many points. Each by itself: of a list of their addresses nvcc makes device functions, which take no packs.
    void fit(std::size_t points) {
      values.resize(points);
      work.resize(points);
      tile.resize(points);
    }
  };

  /// Every group of lines; those that do not stand side by side by way of a tile.
  void apply(From from, To to, bool forward) const {
    Index const across = inner_ > 1 ? inner_ : outer_, groups = (across + lanes - 1) / lanes, planes = inner_ > 1 ? outer_ : 1;
    using Host = Kokkos::DefaultHostExecutionSpace;
    Kokkos::parallel_for("mollis::packed_transform", Kokkos::RangePolicy<Host, Kokkos::IndexType<Index>>(0, planes * groups), [=](Index item) {
      thread_local Workspace workspace;
      workspace.fit(static_cast<std::size_t>(n_));
      Index const plane = item / groups, first = item % groups * lanes, count = std::min(lanes, across - first);
      auto const begins = [&](Index points) { return plane * points * inner_ + first * (inner_ > 1 ? 1 : points); };
      From const in{from.data + begins(from.count), from.count, inner_};
      To const out{to.data + begins(to.count), to.count, inner_};
      inner_ > 1 && count == lanes ? lines(in, out, forward, workspace) : by_tile(in, out, count, forward, workspace);
    });
  }

  void by_tile(From in, To out, Index count, bool forward, Workspace& workspace) const {
    auto* const tile = reinterpret_cast<double*>(workspace.tile.data());
    Index const in_line = inner_ > 1 ? 1 : in.count, out_line = inner_ > 1 ? 1 : out.count;
    for (Index i = 0; i < in.count; ++i)
      for (Index l = 0; l < lanes; ++l) tile[i * lanes + l] = l < count ? in.data[i * inner_ + l * in_line] : 0.0;
    lines({tile, in.count, lanes}, {tile, out.count, lanes}, forward, workspace);
    for (Index l = 0; l < count; ++l)
      for (Index i = 0; i < out.count; ++i) out.data[i * inner_ + l * out_line] = tile[i * lanes + l];
  }

  /// Lines side by side.
  void lines(From in, To out, bool forward, Workspace& workspace) const {
    Pack* const values = workspace.values.data();
    auto* const z = reinterpret_cast<PackedComplex*>(values);
    auto* const work = reinterpret_cast<PackedComplex*>(workspace.work.data());
    if (forward) {
      for (Index i = 0; i < in.count; ++i) values[place_[static_cast<std::size_t>(i)]] = kernels::load<Pack>(in.data + i * in.step);
      for (Index i = in.count; i < n_; ++i) values[place_[static_cast<std::size_t>(i)]] = Pack{};
      separate(sums_.run(z, work), out.data, out.step);
      return;
    }
    join(in.data, in.step, z);
    auto const* const result = reinterpret_cast<Pack const*>(sums_.run(z, work));
    for (Index i = 0; i < out.count; ++i)   // real and imaginary parts change places
      kernels::store(out.data + i * out.step, result[place_[static_cast<std::size_t>(i)] ^ 1]);
  }

  /// Coefficients from Z = E + i O, V_k = E_k + exp(-2 pi i k / n) O_k.
  void separate(PackedComplex const* z, double* data, Index step) const {
    kernels::store(data, end_ * (z[0].re + z[0].im));
    kernels::store(data + half_ * step, end_ * (z[0].re - z[0].im));
    for (Index k = 1; 2 * k <= half_; ++k) {
      PackedComplex const a = z[k], b = z[half_ - k];
      PackedComplex const even{a.re + b.re, a.im - b.im}, odd = product(turns_.data() + 2 * k, {a.im + b.im, b.re - a.re});
      put(k, {even.re + odd.re, even.im + odd.im}, data, step);
      put(half_ - k, {even.re - odd.re, odd.im - even.im}, data, step);
    }
  }
  void put(Index k, PackedComplex v, double* data, Index step) const {
    PackedComplex const c = product(factors_.data() + 2 * k, v);
    kernels::store(data + k * step, c.re);
    kernels::store(data + (n_ - k) * step, sign_ * c.im);
  }

  /// And back, real and imaginary parts of Z in each other's place: sums of the other sign.
  void join(double const* data, Index step, PackedComplex* z) const {
    Pack const first = end_ * kernels::load<Pack>(data), last = end_ * kernels::load<Pack>(data + half_ * step);
    z[0] = {first - last, first + last};
    for (Index k = 1; 2 * k <= half_; ++k) {
      PackedComplex const a = take(k, data, step), b = take(half_ - k, data, step);
      PackedComplex const even{a.re + b.re, a.im - b.im}, odd = product_back(turns_.data() + 2 * k, {a.re - b.re, a.im + b.im});
      z[k] = {even.im + odd.re, even.re - odd.im};
      z[half_ - k] = {odd.re - even.im, even.re + odd.im};
    }
  }
  PackedComplex take(Index k, double const* data, Index step) const {
    return product_back(factors_.data() + 2 * k, {kernels::load<Pack>(data + k * step), sign_ * kernels::load<Pack>(data + (n_ - k) * step)});
  }

  Index n_, half_;
  PackedFourier sums_;
  double sign_, end_;
  std::vector<Index> place_;                ///< of each point in v
  std::vector<double> turns_, factors_;     ///< real and imaginary parts, k <= n / 2
};

}  // namespace

bool can_pack(Basis basis, Index points) {
  return (basis == Basis::fourier || basis == Basis::cosine) && points % 2 == 0 && points >= 4 && !has_slow_factor(points);
}

std::unique_ptr<LineTransform> make_packed_transform(Basis basis, Index outer, Index points, Index inner) {
  return std::make_unique<PackedTransform>(basis, outer, points, inner);
}

}  // namespace mollis::spectral

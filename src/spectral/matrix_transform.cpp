#include "spectral/matrix_transform.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "spectral/dense_rows.hpp"

namespace mollis::spectral {
namespace {

constexpr Index width = (kernels::registers >= 32 ? 1 : 2) * wide * kernels::lanes;   ///< lines side by side in a tile
constexpr Index few = tall;   ///< lines of contiguous values, one below another

Index padded(Index columns) { return (columns + kernels::lanes - 1) / kernels::lanes * kernels::lanes; }

/// Modes that are even or odd about a mirror need half the sums: those of x_i + x_m(i), those of x_i - x_m(i).
struct Fold {
  std::vector<Index> first, second;   ///< points and their mirrors; pairs of two come first, then points that are their own
  std::vector<Index> evens, odds;     ///< modes
  Index pairs = 0;                    ///< of two
};

/// Of the mirror i -> about - i (mod n), if each mode is even or odd about it to rounding.
std::optional<Fold> fold_about(std::vector<double> const& modes, Index n, Index about) {
  Fold fold;
  auto const mirror = [&](Index i) { return (about - i + n) % n; };
  for (Index i = 0; i < n; ++i)
    if (i < mirror(i)) fold.first.push_back(i);
  fold.pairs = static_cast<Index>(fold.first.size());
  for (Index i = 0; i < n; ++i)
    if (i == mirror(i)) fold.first.push_back(i);
  for (Index const i : fold.first) fold.second.push_back(mirror(i));
  for (Index k = 0; k < n; ++k) {
    double even = 0.0, odd = 0.0;
    for (Index i = 0; i < n; ++i) {
      double const here = modes[static_cast<std::size_t>(i * n + k)], there = modes[static_cast<std::size_t>(mirror(i) * n + k)];
      even = std::max(even, std::abs(here - there));
      odd = std::max(odd, std::abs(here + there));
    }
    constexpr double rounding = 1e-14;
    if (std::min(even, odd) > rounding) return std::nullopt;
    (even <= odd ? fold.evens : fold.odds).push_back(k);
  }
  bool const fits = static_cast<Index>(fold.odds.size()) == fold.pairs;
  return fits ? std::optional(fold) : std::nullopt;
}

Fold fold_of(std::vector<double> const& modes, Index n) {
  for (Index const about : {n - 1, n})
    if (auto const fold = fold_about(modes, n, about)) return *fold;
  Fold whole;
  for (Index i = 0; i < n; ++i)
    for (auto* all : {&whole.first, &whole.second, &whole.evens}) all->push_back(i);
  return whole;
}

/// Rows and columns of the modes as a product reads them, and the transpose; rows padded with zeros to whole packs.
struct Half {
  Half(std::vector<double> const& modes, Index n, Index points_, std::vector<Index> const& first, std::vector<Index> const& modes_)
      : points(points_), count(static_cast<Index>(modes_.size())), forward(static_cast<std::size_t>(points * padded(count))),
        backward(static_cast<std::size_t>(count * padded(points))) {
    for (Index p = 0; p < points; ++p)
      for (Index k = 0; k < count; ++k) {
        double const value = modes[static_cast<std::size_t>(first[static_cast<std::size_t>(p)] * n + modes_[static_cast<std::size_t>(k)])];
        forward[static_cast<std::size_t>(p * padded(count) + k)] = value;
        backward[static_cast<std::size_t>(k * padded(points) + p)] = value;
      }
  }
  Index points, count;
  std::vector<double> forward, backward;
};

/// Contiguous lines of a tile: `length` of them from `line` on, values at data + at, one point `inner` after another.
struct Run {
  Index line, length, at;
};

class MatrixTransform final : public LineTransform {
 public:
  MatrixTransform(std::vector<double> const& modes, Index outer, Index points, Index inner)
      : LineTransform(outer, points, inner), fold_(fold_of(modes, points)), even_(modes, points, static_cast<Index>(fold_.first.size()), fold_.first, fold_.evens),
        odd_(modes, points, fold_.pairs, fold_.first, fold_.odds) {}
  void forward(double* data) const override { apply(data, true); }
  void backward(double* data) const override { apply(data, false); }

 private:
  void apply(double* data, bool forward) const {
    Index const lines = outer_ * inner_, tile = inner_ == 1 ? few : width;
    using Host = Kokkos::DefaultHostExecutionSpace;
    Kokkos::parallel_for("mollis::matrix_transform", Kokkos::RangePolicy<Host, Kokkos::IndexType<Index>>(0, (lines + tile - 1) / tile), [=](Index t) {
      thread_local std::vector<double> workspace;
      Index const first = t * tile, count = std::min(tile, lines - first);
      inner_ == 1 ? rows(data + first * points_, count, forward, workspace) : columns(data, first, count, forward, workspace);
    });
  }

  /// Lines of contiguous values: sums run along packs of modes.
  void rows(double* data, Index count, bool forward, std::vector<double>& workspace) const {
    Index const e = forward ? even_.points : even_.count, o = forward ? odd_.points : odd_.count;
    Index const to_e = padded(forward ? even_.count : even_.points), to_o = padded(forward ? odd_.count : odd_.points);
    workspace.resize(static_cast<std::size_t>(few * (e + o + to_e + to_o)));
    double *const s = workspace.data(), *const d = s + few * e, *const out_s = d + few * o, *const out_d = out_s + few * to_e;
    for (Index l = 0; l < count; ++l) forward ? fold(data + l * points_, s + l * e, d + l * o) : part(data + l * points_, s + l * e, d + l * o);
    dense_product(count, to_e, e, {s, e, 1}, (forward ? even_.forward : even_.backward).data(), to_e, out_s, to_e);
    dense_product(count, to_o, o, {d, o, 1}, (forward ? odd_.forward : odd_.backward).data(), to_o, out_d, to_o);
    for (Index l = 0; l < count; ++l) forward ? join(out_s + l * to_e, out_d + l * to_o, data + l * points_) : unfold(out_s + l * to_e, out_d + l * to_o, data + l * points_);
  }
  void fold(double const* x, double* s, double* d) const {
    for (Index p = 0; p < fold_.pairs; ++p) {
      double const here = x[at(fold_.first, p)], there = x[at(fold_.second, p)];
      s[p] = here + there;
      d[p] = here - there;
    }
    for (Index p = fold_.pairs; p < even_.points; ++p) s[p] = x[at(fold_.first, p)];
  }
  void unfold(double const* s, double const* d, double* x) const {
    for (Index p = 0; p < fold_.pairs; ++p) {
      x[at(fold_.first, p)] = s[p] + d[p];
      x[at(fold_.second, p)] = s[p] - d[p];
    }
    for (Index p = fold_.pairs; p < even_.points; ++p) x[at(fold_.first, p)] = s[p];
  }
  void part(double const* x, double* s, double* d) const {
    for (Index k = 0; k < even_.count; ++k) s[k] = x[at(fold_.evens, k)];
    for (Index k = 0; k < odd_.count; ++k) d[k] = x[at(fold_.odds, k)];
  }
  void join(double const* s, double const* d, double* x) const {
    for (Index k = 0; k < even_.count; ++k) x[at(fold_.evens, k)] = s[k];
    for (Index k = 0; k < odd_.count; ++k) x[at(fold_.odds, k)] = d[k];
  }

  /// Lines side by side: sums run along packs of lines.
  void columns(double* data, Index first, Index count, bool forward, std::vector<double>& workspace) const {
    Index const e = even_.count, o = odd_.count, most_e = std::max(e, even_.points), most_o = std::max(o, odd_.points);
    workspace.resize(static_cast<std::size_t>(2 * width * (most_e + most_o)));
    double *const s = workspace.data(), *const d = s + width * most_e, *const out_s = d + width * most_o, *const out_d = out_s + width * most_e;
    thread_local std::vector<Run> runs;
    runs.clear();
    for (Index l = 0; l < count;) {
      Index const c = (first + l) % inner_, length = std::min(count - l, inner_ - c);
      runs.push_back({l, length, (first + l) / inner_ * points_ * inner_ + c});
      l += length;
    }
    if (count < width) std::fill_n(s, width * (most_e + most_o), 0.0);
    for (Run const& run : runs) forward ? fold(data, run, s, d) : part(data, run, s, d);
    if (forward) {
      dense_product(e, width, even_.points, {even_.forward.data(), 1, padded(e)}, s, width, out_s, width);
      dense_product(o, width, odd_.points, {odd_.forward.data(), 1, padded(o)}, d, width, out_d, width);
    } else {
      dense_product(even_.points, width, e, {even_.backward.data(), 1, padded(even_.points)}, s, width, out_s, width);
      dense_product(odd_.points, width, o, {odd_.backward.data(), 1, padded(odd_.points)}, d, width, out_d, width);
    }
    for (Run const& run : runs) forward ? join(out_s, out_d, run, data) : unfold(out_s, out_d, run, data);
  }
  void fold(double const* data, Run run, double* s, double* d) const {
    s += run.line;
    d += run.line;
    for (Index p = 0; p < even_.points; ++p, s += width, d += width) {
      double const *const x = data + run.at + at(fold_.first, p) * inner_, *const y = data + run.at + at(fold_.second, p) * inner_;
      if (p >= fold_.pairs)
        for (Index l = 0; l < run.length; ++l) s[l] = x[l];
      else
        for (Index l = 0; l < run.length; ++l) {
          double const here = x[l], there = y[l];
          s[l] = here + there;
          d[l] = here - there;
        }
    }
  }
  void unfold(double const* s, double const* d, Run run, double* data) const {
    s += run.line;
    d += run.line;
    for (Index p = 0; p < even_.points; ++p, s += width, d += width) {
      double *const x = data + run.at + at(fold_.first, p) * inner_, *const y = data + run.at + at(fold_.second, p) * inner_;
      if (p >= fold_.pairs)
        for (Index l = 0; l < run.length; ++l) x[l] = s[l];
      else
        for (Index l = 0; l < run.length; ++l) {
          double const here = s[l], there = d[l];
          x[l] = here + there;
          y[l] = here - there;
        }
    }
  }
  void part(double const* data, Run run, double* s, double* d) const {
    for (Index k = 0; k < even_.count; ++k) std::copy_n(data + run.at + at(fold_.evens, k) * inner_, run.length, s + k * width + run.line);
    for (Index k = 0; k < odd_.count; ++k) std::copy_n(data + run.at + at(fold_.odds, k) * inner_, run.length, d + k * width + run.line);
  }
  void join(double const* s, double const* d, Run run, double* data) const {
    for (Index k = 0; k < even_.count; ++k) std::copy_n(s + k * width + run.line, run.length, data + run.at + at(fold_.evens, k) * inner_);
    for (Index k = 0; k < odd_.count; ++k) std::copy_n(d + k * width + run.line, run.length, data + run.at + at(fold_.odds, k) * inner_);
  }
  static Index at(std::vector<Index> const& of, Index i) { return of[static_cast<std::size_t>(i)]; }

  Fold fold_;
  Half even_, odd_;
};

}  // namespace

std::unique_ptr<LineTransform> make_matrix_transform(Modes modes, Index outer, Index points, Index inner) {
  return std::make_unique<MatrixTransform>(*modes, outer, points, inner);
}

}  // namespace mollis::spectral

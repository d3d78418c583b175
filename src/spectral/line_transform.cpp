#include "spectral/line_transform.hpp"

#include <fftw3.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "spectral/matrix_transform.hpp"
#include "spectral/packed_transform.hpp"

namespace mollis::spectral {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr Index block = 32;       ///< lines that are transformed together where all at once are slow
constexpr Index far_apart = 8;    ///< their values, in lengths of the line: planes of an axis of three or more

class None : public LineTransform {
 public:
  using LineTransform::LineTransform;
  void forward(double*) const override {}
  void backward(double*) const override {}
};

/// An FFTW real-to-real transform with factors on its input and output. FFTW's own loops are two to four times slower than blocks of
/// lines where values are far apart, which are copied side by side, and for short lines of Fourier series.
class Fftw : public LineTransform {
 public:
  Fftw(Basis basis, Index outer, Index points, Index inner) : LineTransform(outer, points, inner) {
    bool const odd = basis == Basis::odd;
    first_ = odd ? 1 : 0;
    n_ = odd ? points - 2 : points;
    copied_ = inner >= far_apart * points;
    in_blocks_ = basis == Basis::fourier && inner == 1 && outer > block;
    auto const kind = [&](bool back) {
      switch (basis) {
        case Basis::fourier: return back ? FFTW_HC2R : FFTW_R2HC;
        case Basis::cosine: return back ? FFTW_REDFT01 : FFTW_REDFT10;
        case Basis::even: return FFTW_REDFT00;
        default: return FFTW_RODFT00;
      }
    };
    forward_ = plan(kind(false));
    backward_ = plan(kind(true));
    set_factors(basis);
  }
  ~Fftw() override {
    if (forward_ != nullptr) fftw_destroy_plan(forward_);
    if (backward_ != nullptr) fftw_destroy_plan(backward_);
  }
  Fftw(Fftw const&) = delete;
  Fftw& operator=(Fftw const&) = delete;

  void forward(double* data) const override {
    scale(before_, data);
    run(forward_, data);
    scale(after_, data);
  }
  void backward(double* data) const override {
    scale(back_before_, data);
    run(backward_, data);
    scale(back_after_, data);
  }

 private:
  fftw_plan plan(fftw_r2r_kind kind) const {
    if (outer_ * points_ * inner_ == 0) return nullptr;
    Index const step = copied_ ? block : inner_;
    fftw_iodim64 const line{n_, step, step};
    fftw_iodim64 const many[2] = {{copied_ ? 1 : in_blocks_ ? block : outer_, points_ * inner_, points_ * inner_}, {step, 1, 1}};
    std::vector<double> scratch(static_cast<std::size_t>(copied_ ? points_ * block : outer_ * points_ * inner_));
    double* const at = scratch.data() + (copied_ ? 0 : first_ * inner_);
    fftw_plan const made = fftw_plan_guru64_r2r(1, &line, 2, many, at, at, &kind, FFTW_ESTIMATE | FFTW_UNALIGNED);
    if (made == nullptr) throw std::runtime_error("FFTW has no plan for a transform");
    return made;
  }
  void run(fftw_plan plan, double* data) const {
    if (plan == nullptr) return;
    double* const first = data + first_ * inner_;
    if (copied_) return run_on_copies(plan, first);
    if (!in_blocks_) return fftw_execute_r2r(plan, first, first);
    Index o = 0;
    for (; o + block <= outer_; o += block) fftw_execute_r2r(plan, first + o * points_, first + o * points_);
    run_rest(plan, first + o * points_, outer_ - o);
  }
  /// Fewer lines than a block.
  void run_rest(fftw_plan plan, double* first, Index lines) const {
    if (lines == 0) return;
    std::vector<double> copy(static_cast<std::size_t>(block * points_));
    std::copy_n(first, lines * points_, copy.begin());
    fftw_execute_r2r(plan, copy.data(), copy.data());
    std::copy_n(copy.begin(), lines * points_, first);
  }
  void run_on_copies(fftw_plan plan, double* first) const {
    std::vector<double> copy(static_cast<std::size_t>(n_ * block));
    for (Index o = 0; o < outer_; ++o, first += points_ * inner_)
      for (Index c = 0; c < inner_; c += block) {
        Index const width = std::min(block, inner_ - c);
        for (Index i = 0; i < n_; ++i) std::copy_n(first + i * inner_ + c, width, copy.begin() + i * block);
        fftw_execute_r2r(plan, copy.data(), copy.data());
        for (Index i = 0; i < n_; ++i) std::copy_n(copy.begin() + i * block, width, first + i * inner_ + c);
      }
  }
  void scale(std::vector<double> const& factors, double* data) const {
    if (factors.empty()) return;
    for (Index o = 0; o < outer_; ++o)
      for (Index i = 0; i < points_; ++i, data += inner_)
        for (Index k = 0; k < inner_; ++k) data[k] *= factors[static_cast<std::size_t>(i)];
  }
  /// What makes FFTW's sums orthonormal.
  void set_factors(Basis basis) {
    auto const n = static_cast<double>(points_);
    auto const all = [&](double value) { return std::vector<double>(static_cast<std::size_t>(points_), value); };
    if (basis == Basis::fourier) {
      after_ = all(std::sqrt(2.0 / n));
      after_.front() = std::sqrt(1.0 / n);
      if (points_ % 2 == 0) after_[static_cast<std::size_t>(points_ / 2)] = std::sqrt(1.0 / n);
      back_before_ = all(std::sqrt(0.5 / n));
      back_before_.front() = std::sqrt(1.0 / n);
      if (points_ % 2 == 0) back_before_[static_cast<std::size_t>(points_ / 2)] = std::sqrt(1.0 / n);
    } else if (basis == Basis::cosine) {
      after_ = back_before_ = all(std::sqrt(0.5 / n));
      after_.front() = std::sqrt(0.25 / n);
      back_before_.front() = std::sqrt(1.0 / n);
    } else if (basis == Basis::even) {
      before_ = back_before_ = all(0.5);
      after_ = back_after_ = all(std::sqrt(2.0 / (n - 1.0)));
      for (auto* factors : {&before_, &back_before_, &after_, &back_after_}) {
        factors->front() = factors == &before_ || factors == &back_before_ ? std::sqrt(0.5) : std::sqrt(1.0 / (n - 1.0));
        factors->back() = factors->front();
      }
    } else {
      after_ = back_after_ = all(std::sqrt(0.5 / (n - 1.0)));
      after_.front() = after_.back() = back_after_.front() = back_after_.back() = 1.0;
    }
  }

  Index first_ = 0, n_ = 0;
  bool copied_ = false, in_blocks_ = false;
  fftw_plan forward_ = nullptr, backward_ = nullptr;
  std::vector<double> before_, after_, back_before_, back_after_;  ///< empty: 1
};

Modes modes_of(Basis basis, Index points) {
  auto matrix = std::make_shared<std::vector<double>>(static_cast<std::size_t>(points * points), 0.0);
  Fftw const rows(basis, points, points, 1);
  for (Index i = 0; i < points; ++i) (*matrix)[static_cast<std::size_t>(i * points + i)] = 1.0;
  rows.forward(matrix->data());   // of a unit at each point: its row of the matrix
  return matrix;
}

}  // namespace

void LineTransform::forward_from(double const* from, Index points, double* to) const {
  for (Index o = 0; o < outer_; ++o) {
    double* const line = std::copy_n(from + o * points * inner_, points * inner_, to + o * points_ * inner_);
    std::fill_n(line, (points_ - points) * inner_, 0.0);
  }
  forward(to);
}

void LineTransform::backward_to(double* data, double* to, Index points) const {
  backward(data);
  for (Index o = 0; o < outer_; ++o) std::copy_n(data + o * points_ * inner_, points * inner_, to + o * points * inner_);
}

/// Bases about end points, to which FFTW comes by slow ways where points - 1 has large factors (even, ns a value on one core at 70, 128 and 270
/// points: 9.3, 39 and 79; by the matrix 2.9, 5.4 and 9.7); of those that no pack can take, short cosines and waves of slow lengths.
bool by_matrix(Basis basis, Index points) {
  if (basis == Basis::even || basis == Basis::odd) return points <= 512;
  if (can_pack(basis, points)) return false;
  return (basis == Basis::cosine && points <= longest_by_matrix) || (points <= longest_slow && has_slow_factor(points));
}

bool has_slow_factor(Index points) {
  constexpr Index slow = 64;
  Index rest = std::max<Index>(points, 1);
  for (Index factor = 2; factor <= slow; ++factor)
    while (rest % factor == 0) rest /= factor;
  return rest > 1;
}

std::vector<double> angles(Basis basis, Index points) {
  std::vector<double> theta;
  auto const n = static_cast<double>(points);
  for (Index k = 0; k < points; ++k) {
    auto const i = static_cast<double>(k <= points / 2 || basis != Basis::fourier ? k : points - k);
    switch (basis) {
      case Basis::fourier: theta.push_back(2.0 * pi * i / n); break;
      case Basis::cosine: theta.push_back(pi * i / n); break;
      case Basis::even:
      case Basis::odd: theta.push_back(pi * i / (n - 1.0)); break;
      default: theta.push_back(0.0);
    }
  }
  return theta;
}

std::unique_ptr<LineTransform> make_line_transform(Basis basis, Index outer, Index points, Index inner) {
  if (basis == Basis::none || points < 2 || (basis == Basis::odd && points < 3)) return std::make_unique<None>(outer, points, inner);
  if (by_matrix(basis, points)) return make_matrix_transform(modes_of(basis, points), outer, points, inner);
  if (can_pack(basis, points)) return make_packed_transform(basis, outer, points, inner);
  return std::make_unique<Fftw>(basis, outer, points, inner);
}

}  // namespace mollis::spectral

#include "spectral/banded.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/lanes.hpp"

namespace mollis::spectral {
namespace {

using kernels::Pack;
using kernels::repeat;

constexpr Index lanes = BandedSystems::lanes;
constexpr int packs = static_cast<int>(lanes) / kernels::lanes;

/// What rows may still change by, of the diagonal entry and of the pivot, and count as settled: what single precision does not tell.
constexpr double rounding = std::numeric_limits<float>::epsilon();

/// The lanes of one row.
struct Row {
  Pack part[packs];
  static Row at(double const* from) {
    Row row;
    repeat<packs>([&](auto p) { row.part[p] = kernels::load<Pack>(from + p * kernels::lanes); });
    return row;
  }
  static Row at(float const* from) {
    Row row;
    repeat<packs>([&](auto p) { row.part[p] = kernels::load_single(from + p * kernels::lanes); });
    return row;
  }
  void put(double* to) const {
    repeat<packs>([&](auto p) { kernels::store(to + p * kernels::lanes, part[p]); });
  }
  void multiply(Row const& by) {
    repeat<packs>([&](auto p) { part[p] *= by.part[p]; });
  }
  void subtract_product(Row const& a, Row const& b) {
    repeat<packs>([&](auto p) { part[p] -= a.part[p] * b.part[p]; });
  }
};

/// Rows that are solved for side by side: what they read of x is loaded once, and their sums hide each other's latency.
constexpr int tall = packs <= 2 ? 4 : packs <= 4 ? 2 : 1;

/// x_i -= sum_o L_(i, i - o) x_(i - o) for `count` rows from `first` on; the nearest rows last, which are there last.
template <int count>
void forwards(float const* const* rows, Index width, Index first, double* x) {
  Row sum[count];
  repeat<count>([&](auto r) { sum[r] = Row::at(x + (first + r) * lanes); });
  auto const subtract = [&](auto r, Index from, Row const& value) { sum[r].subtract_product(Row::at(rows[first + r] + (first + r - from) * lanes), value); };
  repeat<count - 1>([&](auto q) {   // what lies too far ahead of the last rows
    Index const j = first - width + q;
    if (j < 0 || q >= width) return;
    Row const value = Row::at(x + j * lanes);
    repeat<q + 1>([&](auto r) { subtract(r, j, value); });
  });
  for (Index j = std::max<Index>(first - width + count - 1, 0); j < first; ++j) {
    Row const value = Row::at(x + j * lanes);
    repeat<count>([&](auto r) { subtract(r, j, value); });
  }
  repeat<count>([&](auto r) {
    repeat<r>([&](auto c) {
      if (r - c <= width) subtract(r, first + c, sum[c]);
    });
    sum[r].put(x + (first + r) * lanes);
  });
}

/// x_i := x_i / D_i - sum_o L_(i + o, i) x_(i + o) for `count` rows from `last` down.
template <int count>
void backwards(float const* const* rows, Index width, Index size, Index last, double* x) {
  Row sum[count];
  repeat<count>([&](auto r) {
    sum[r] = Row::at(x + (last - r) * lanes);
    sum[r].multiply(Row::at(rows[last - r]));
  });
  auto const subtract = [&](auto r, Index from, Row const& value) { sum[r].subtract_product(Row::at(rows[from] + (from - last + r) * lanes), value); };
  repeat<count - 1>([&](auto q) {
    Index const j = last + width - q;
    if (j >= size || q >= width) return;
    Row const value = Row::at(x + j * lanes);
    repeat<q + 1>([&](auto r) { subtract(r, j, value); });
  });
  for (Index j = std::min(last + width - count + 1, size - 1); j > last; --j) {
    Row const value = Row::at(x + j * lanes);
    repeat<count>([&](auto r) { subtract(r, j, value); });
  }
  repeat<count>([&](auto r) {
    repeat<r>([&](auto c) {
      if (r - c <= width) subtract(r, last - c, sum[c]);
    });
    sum[r].put(x + (last - r) * lanes);
  });
}

}  // namespace

BandedSystems::BandedSystems(Index systems, Index blocks, Index block, Index width, grid::Range alike)
    : systems_(systems), size_(blocks * block), block_(block), width_(std::min(width, std::max<Index>(size_ - 1, 0))), alike_(alike),
      gap_(alike.size() > 1 ? (alike.lower + 1) * block : size_), skipped_(alike.size() > 1 ? (alike.size() - 1) * block : 0),
      factors_(static_cast<std::size_t>(groups())) {}

void BandedSystems::Filling::clear() { entries_.assign(static_cast<std::size_t>(lanes * (size_ - skipped_) * (width_ + 1)), 0.0); }

Index BandedSystems::bytes() const {
  Index sum = 0;
  for (auto const& factors : factors_) sum += static_cast<Index>((factors.scale.size() + factors.values.size()) * sizeof(float));
  return sum;
}

/// Where the factors of a row stand.
Index BandedSystems::slot(Factors const& factors, Index row) const {
  if (row < factors.own) return row;
  if (row >= factors.own + factors.repeated) return row - factors.repeated;
  return factors.own - block_ + (row - factors.own) % block_;
}

/// Completes the entries and scales the systems, by powers of two, to diagonals whose largest entry is between 1 / 4 and 1 at each place of a block:
/// whatever the units of the unknowns, factors stay within the range of single precision. diagonal_ keeps the diagonal of the scaled systems.
void BandedSystems::Filling::prepare(Index group, double floor, Factors& factors) {
  Index const row_size = (width_ + 1) * lanes, filled = std::min(lanes, of_.systems_ - group * lanes), rows = size_ - skipped_;
  double top[lanes] = {};
  for (Index row = 0; row < rows; ++row)
    for (Index lane = 0; lane < filled; ++lane) top[lane] = std::max(top[lane], entries_[static_cast<std::size_t>(row * row_size + lane)]);
  for (double& entry : top) entry = entry > 0.0 ? entry : 1.0;   // also of what fills the last group
  diagonal_.resize(static_cast<std::size_t>(rows * lanes));
  std::vector<double> largest(static_cast<std::size_t>(block_ * lanes), 0.0);
  for (Index row = 0; row < rows; ++row)
    for (Index lane = 0; lane < lanes; ++lane) {
      double& entry = entries_[static_cast<std::size_t>(row * row_size + lane)];
      if (!(entry > 0.0)) entry = top[lane];
      double& so_far = largest[static_cast<std::size_t>(row % block_ * lanes + lane)];
      so_far = std::max(so_far, entry);
    }
  factors.scale.resize(largest.size());
  std::transform(largest.begin(), largest.end(), factors.scale.begin(), [](double entry) {
    return std::exp2(static_cast<float>(std::clamp(-std::ceil(0.5 * std::log2(entry)), -126.0, 126.0)));   // itself within that range
  });
  for (Index row = 0; row < rows; ++row) {
    float const* const own = factors.scale.data() + row % block_ * lanes;
    for (Index o = 0; o <= std::min(width_, row); ++o) {
      float const* const other = factors.scale.data() + (row - o) % block_ * lanes;
      double* const entry = entries_.data() + row * row_size + o * lanes;
      for (Index lane = 0; lane < lanes; ++lane) entry[lane] *= static_cast<double>(own[lane]) * static_cast<double>(other[lane]);
    }
    for (Index lane = 0; lane < lanes; ++lane) {
      double& entry = entries_[static_cast<std::size_t>(row * row_size + lane)];
      diagonal_[static_cast<std::size_t>(row * lanes + lane)] = entry;
      entry *= 1.0 + floor;
    }
  }
}

/// Row of the factors: L_ij D_j until it is divided, then L_ij; 1 / D_i at offset 0.
void BandedSystems::Filling::eliminate(Factors const& factors, Index row) {
  Index const row_size = (width_ + 1) * lanes, first = std::max<Index>(0, row - width_);
  double* const own = work_.data() + of_.slot(factors, row) * row_size;
  for (Index j = first; j < row; ++j) {
    double const* const other = work_.data() + of_.slot(factors, j) * row_size;
    Row entry = Row::at(own + (row - j) * lanes);
    for (Index k = std::max(first, j - width_); k < j; ++k)
      entry.subtract_product(Row::at(own + (row - k) * lanes), Row::at(other + (j - k) * lanes));
    entry.put(own + (row - j) * lanes);
  }
  Row pivot = Row::at(own);
  for (Index j = first; j < row; ++j) {
    Row const entry = Row::at(own + (row - j) * lanes);
    Row divided = entry;
    divided.multiply(Row::at(work_.data() + of_.slot(factors, j) * row_size));
    pivot.subtract_product(divided, entry);
    divided.put(own + (row - j) * lanes);
  }
  pivot.put(own);
}

/// The rows of a block, the last of which is `row`, beside those of the block before. A system whose rows are the same, as entries stand in the
/// factors of a matrix of unit diagonal, has settled; rows of one that had settled before are those of the block before, so that a system's factors
/// do not depend on what stands beside it. Whether all have settled.
bool BandedSystems::Filling::settle(Index row, std::array<bool, lanes>& settled) {
  Index const row_size = (width_ + 1) * lanes;
  std::array<bool, lanes> same;
  same.fill(true);
  for (Index r = row - block_ + 1; r <= row; ++r) {
    double* const now = work_.data() + r * row_size;
    double const *const before = now - block_ * row_size, *const diagonal = diagonal_.data() + (gap_ - block_ + r % block_) * lanes;
    for (Index o = 0; o <= width_; ++o) {
      double const* const inverse = work_.data() + (r - o) * row_size;
      for (Index lane = 0; lane < lanes; ++lane) {
        if (settled[static_cast<std::size_t>(lane)]) now[o * lanes + lane] = before[o * lanes + lane];
        double const change = now[o * lanes + lane] - before[o * lanes + lane];
        bool const small = o == 0 ? std::abs(change) <= rounding * now[lane]
                                  : change * change <= rounding * rounding * diagonal[lane] * inverse[lane];
        same[static_cast<std::size_t>(lane)] = same[static_cast<std::size_t>(lane)] && small;
      }
    }
  }
  settled = same;
  return std::all_of(settled.begin(), settled.end(), [](bool one) { return one; });
}

void BandedSystems::Filling::factorise(Index group, double floor) {
  auto& factors = of_.factors_[static_cast<std::size_t>(group)];
  factors.own = size_;
  factors.repeated = 0;
  prepare(group, floor, factors);
  Index const row_size = (width_ + 1) * lanes;
  work_.resize(static_cast<std::size_t>(size_ * row_size));
  Index const settles_from = gap_ + width_, settles_to = gap_ + skipped_;
  std::array<bool, lanes> settled{};
  for (Index i = 0; i < size_; ++i) {
    Index const held = i < gap_ ? i : i < gap_ + skipped_ ? gap_ - block_ + (i - gap_) % block_ : i - skipped_;
    double* const own = work_.data() + of_.slot(factors, i) * row_size;
    std::copy_n(entries_.data() + held * row_size, row_size, own);
    eliminate(factors, i);
    for (Index lane = 0; lane < lanes; ++lane) {
      double const least = floor * diagonal_[static_cast<std::size_t>(held * lanes + lane)];
      own[lane] = 1.0 / std::max(own[lane], least);
    }
    bool const closes = (i + 1) % block_ == 0;
    if (factors.repeated == 0 && closes && i >= settles_from && i < settles_to && settle(i, settled)) {
      factors.own = i + 1;
      factors.repeated = settles_to - (i + 1);
      i = settles_to - 1;
    }
  }
  Index const kept = (size_ - factors.repeated) * row_size;
  factors.values.resize(static_cast<std::size_t>(kept));
  factors.values.shrink_to_fit();
  std::transform(work_.begin(), work_.begin() + kept, factors.values.begin(), [](double value) { return static_cast<float>(value); });
}

/// Where the factors of each row begin.
std::vector<float const*> BandedSystems::rows_of(Factors const& factors) const {
  Index const row_size = (width_ + 1) * lanes, settled = factors.own + factors.repeated;
  std::vector<float const*> rows(static_cast<std::size_t>(size_));
  for (Index i = 0; i < size_; ++i) {
    bool const repeats = i >= factors.own && i < settled;
    rows[static_cast<std::size_t>(i)] = repeats ? rows[static_cast<std::size_t>(i - block_)]
                                                : factors.values.data() + (i < factors.own ? i : i - factors.repeated) * row_size;
  }
  return rows;
}

/// Right-hand sides to those of the scaled systems, and solutions back.
void BandedSystems::scale(Factors const& factors, double* x) const {
  for (Index i = 0; i < size_; ++i, x += lanes) {
    Row row = Row::at(x);
    row.multiply(Row::at(factors.scale.data() + i % block_ * lanes));
    row.put(x);
  }
}

void BandedSystems::solve(Index group, double* x) const {
  auto const& factors = factors_[static_cast<std::size_t>(group)];
  auto const rows = rows_of(factors);
  scale(factors, x);
  Index i = 0;
  for (; i + tall <= size_; i += tall) forwards<tall>(rows.data(), width_, i, x);
  for (; i < size_; ++i) forwards<1>(rows.data(), width_, i, x);
  for (i = size_; i >= tall; i -= tall) backwards<tall>(rows.data(), width_, size_, i - 1, x);
  for (; i > 0; --i) backwards<1>(rows.data(), width_, size_, i - 1, x);
  scale(factors, x);
}

}  // namespace mollis::spectral

#include "spectral/banded.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/lanes.hpp"

namespace mollis::spectral {
namespace {

using kernels::Pack;
using kernels::repeat;

constexpr Index lanes = BandedSystems::lanes;
constexpr int packs = static_cast<int>(lanes) / kernels::lanes;

/// What rows may still change by, of the diagonal entry and of the pivot, and count as settled: a model of averages deserves no better.
constexpr double settled_entry = 1e-9, settled_pivot = 1e-8;

/// The lanes of one row.
struct Row {
  Pack part[packs];
  static Row at(double const* from) {
    Row row;
    repeat<packs>([&](auto p) { row.part[p] = kernels::load<Pack>(from + p * kernels::lanes); });
    return row;
  }
  void put(double* to) const {
    repeat<packs>([&](auto p) { kernels::store(to + p * kernels::lanes, part[p]); });
  }
  void subtract_product(Row const& a, Row const& b) {
    repeat<packs>([&](auto p) { part[p] -= a.part[p] * b.part[p]; });
  }
};

}  // namespace

BandedSystems::BandedSystems(Index systems, Index blocks, Index block, Index width, grid::Range alike)
    : systems_(systems), size_(blocks * block), block_(block), width_(std::min(width, std::max<Index>(size_ - 1, 0))), alike_(alike),
      gap_(alike.size() > 1 ? (alike.lower + 1) * block : size_), skipped_(alike.size() > 1 ? (alike.size() - 1) * block : 0),
      factors_(static_cast<std::size_t>(groups())) {}

void BandedSystems::clear() { entries_.assign(static_cast<std::size_t>(lanes * (size_ - skipped_) * (width_ + 1)), 0.0); }

void BandedSystems::finish() {
  for (auto* values : {&entries_, &work_, &diagonal_}) std::vector<double>().swap(*values);
}

Index BandedSystems::bytes() const {
  Index sum = 0;
  for (auto const& factors : factors_) sum += static_cast<Index>(factors.values.size() * sizeof(double));
  return sum;
}

/// Where the factors of a row stand.
Index BandedSystems::slot(Factors const& factors, Index row) const {
  if (row < factors.own) return row;
  if (row >= factors.own + factors.repeated) return row - factors.repeated;
  return factors.own - block_ + (row - factors.own) % block_;
}

/// Completes the entries; diagonal_ keeps theirs.
void BandedSystems::prepare(Index group, double floor, Factors& factors) {
  Index const row_size = (width_ + 1) * lanes, filled = std::min(lanes, systems_ - group * lanes), rows = size_ - skipped_;
  double top[lanes] = {};
  for (Index row = 0; row < rows; ++row)
    for (Index lane = 0; lane < filled; ++lane) top[lane] = std::max(top[lane], entries_[static_cast<std::size_t>(row * row_size + lane)]);
  double const scale = *std::max_element(top, top + lanes);
  factors.scale = scale > 0.0 ? scale : 1.0;
  std::fill(top + filled, top + lanes, factors.scale);  // what fills the last group
  diagonal_.resize(static_cast<std::size_t>(rows * lanes));
  for (Index row = 0; row < rows; ++row)
    for (Index lane = 0; lane < lanes; ++lane) {
      double& entry = entries_[static_cast<std::size_t>(row * row_size + lane)];
      if (!(entry > 0.0)) entry = top[lane] > 0.0 ? top[lane] : factors.scale;
      diagonal_[static_cast<std::size_t>(row * lanes + lane)] = entry;
      entry *= 1.0 + floor;
    }
}

/// Row of the factors: L_ij D_j until it is divided, then L_ij; scale / D_i at offset 0.
void BandedSystems::eliminate(Factors const& factors, Index row) {
  Index const row_size = (width_ + 1) * lanes, first = std::max<Index>(0, row - width_);
  double* const own = work_.data() + slot(factors, row) * row_size;
  for (Index j = first; j < row; ++j) {
    double const* const other = work_.data() + slot(factors, j) * row_size;
    Row entry = Row::at(own + (row - j) * lanes);
    for (Index k = std::max(first, j - width_); k < j; ++k)
      entry.subtract_product(Row::at(own + (row - k) * lanes), Row::at(other + (j - k) * lanes));
    entry.put(own + (row - j) * lanes);
  }
  Row pivot = Row::at(own);
  for (Index j = first; j < row; ++j) {
    Row const entry = Row::at(own + (row - j) * lanes), inverse = Row::at(work_.data() + slot(factors, j) * row_size);
    Row divided;
    repeat<packs>([&](auto p) { divided.part[p] = entry.part[p] * inverse.part[p] / factors.scale; });
    pivot.subtract_product(divided, entry);
    divided.put(own + (row - j) * lanes);
  }
  pivot.put(own);
}

/// Whether the rows of a block, the last of which is `row`, are those of the block before: entries as they would stand in the factors of
/// a matrix of unit diagonal.
bool BandedSystems::has_settled(Index row, double scale) const {
  Index const row_size = (width_ + 1) * lanes;
  for (Index r = row - block_ + 1; r <= row; ++r) {
    double const *const now = work_.data() + r * row_size, *const before = now - block_ * row_size;
    double const* const diagonal = diagonal_.data() + (gap_ - block_ + r % block_) * lanes;
    for (Index lane = 0; lane < lanes; ++lane)
      if (std::abs(now[lane] - before[lane]) > settled_pivot * now[lane]) return false;
    for (Index o = 1; o <= width_; ++o)
      for (Index lane = 0; lane < lanes; ++lane) {
        double const change = now[o * lanes + lane] - before[o * lanes + lane];
        double const pivot = scale / work_[static_cast<std::size_t>((r - o) * row_size + lane)];
        if (change * change * pivot > settled_entry * settled_entry * diagonal[lane]) return false;
      }
  }
  return true;
}

void BandedSystems::factorise(Index group, double floor) {
  auto& factors = factors_[static_cast<std::size_t>(group)];
  factors.own = size_;
  factors.repeated = 0;
  prepare(group, floor, factors);
  Index const row_size = (width_ + 1) * lanes;
  work_.resize(static_cast<std::size_t>(size_ * row_size));
  Index const settles_from = gap_ + width_, settles_to = gap_ + skipped_;
  for (Index i = 0; i < size_; ++i) {
    Index const held = i < gap_ ? i : i < gap_ + skipped_ ? gap_ - block_ + (i - gap_) % block_ : i - skipped_;
    double* const own = work_.data() + slot(factors, i) * row_size;
    std::copy_n(entries_.data() + held * row_size, row_size, own);
    eliminate(factors, i);
    for (Index lane = 0; lane < lanes; ++lane) {
      double const least = floor * diagonal_[static_cast<std::size_t>(held * lanes + lane)];
      own[lane] = factors.scale / std::max(own[lane], least);
    }
    bool const closes = (i + 1) % block_ == 0;
    if (factors.repeated == 0 && closes && i >= settles_from && i + 1 < settles_to && has_settled(i, factors.scale)) {
      factors.own = i + 1;
      factors.repeated = settles_to - (i + 1);
      i = settles_to - 1;
    }
  }
  Index const kept = (size_ - factors.repeated) * row_size;
  factors.values.resize(static_cast<std::size_t>(kept));
  factors.values.shrink_to_fit();
  std::copy_n(work_.begin(), kept, factors.values.begin());
}

void BandedSystems::solve(Index group, double* x) const {
  auto const& factors = factors_[static_cast<std::size_t>(group)];
  Index const row_size = (width_ + 1) * lanes, settled = factors.own + factors.repeated;
  std::vector<double const*> rows(static_cast<std::size_t>(size_));
  for (Index i = 0; i < size_; ++i) {
    bool const repeats = i >= factors.own && i < settled;
    rows[static_cast<std::size_t>(i)] = repeats ? rows[static_cast<std::size_t>(i - block_)]
                                                : factors.values.data() + (i < factors.own ? i : i - factors.repeated) * row_size;
  }
  double const* const* const row = rows.data();
  for (Index i = 0; i < size_; ++i) {  // the nearest row last: all others are there already
    Row sum = Row::at(x + i * lanes);
    for (Index o = std::min(width_, i); o > 0; --o) sum.subtract_product(Row::at(row[i] + o * lanes), Row::at(x + (i - o) * lanes));
    sum.put(x + i * lanes);
  }
  for (Index i = size_; i-- > 0;) {
    Row sum = Row::at(x + i * lanes);
    Row const inverse = Row::at(row[i]);
    repeat<packs>([&](auto p) { sum.part[p] *= inverse.part[p] / factors.scale; });
    for (Index o = std::min(width_, size_ - 1 - i); o > 0; --o)
      sum.subtract_product(Row::at(row[i + o] + o * lanes), Row::at(x + (i + o) * lanes));
    sum.put(x + i * lanes);
  }
}

}  // namespace mollis::spectral

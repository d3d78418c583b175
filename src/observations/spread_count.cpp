#include "observations/spread_count.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::observations {
namespace {

constexpr double widths = 5.0;                ///< where the normal density is cut
constexpr Index small = Index{1} << 22;      ///< points of a grid of which each rank holds an array
constexpr std::size_t most = std::size_t{1} << 21;  ///< entries that are gathered before those of one cell become one

/// Of a normal density that is cut at `widths` deviations, the share below z deviations.
double below(double z) {
  static double const outside = std::erfc(widths * M_SQRT1_2);
  if (z <= -widths) return 0.0;
  if (z >= widths) return 1.0;
  return 0.5 + 0.5 * std::erf(z * M_SQRT1_2) / (1.0 - outside);
}

}  // namespace

void SpreadCount::find_shares(int a, double place, double deviation) {
  auto& shares = shares_[static_cast<std::size_t>(a)];
  shares.clear();
  auto const& axis = grid_.axis(a);
  double x = place;
  if (axis.periodic) x -= axis.period * std::floor((x - axis.front()) / axis.period);
  if (deviation == 0.0) {
    Index const point = cells_.point(a, place);
    if (point >= 0) shares.push_back({point, 1.0});
    return;
  }
  Index const size = axis.size();
  auto const add_cells = [&](double at) {  // a copy of the density, with its middle at `at`
    if (at + widths * deviation <= cells_.lower(a, 0) || at - widths * deviation >= cells_.upper(a, size - 1)) return;
    double const first = std::max(at - widths * deviation, cells_.lower(a, 0));
    Index low = 0, high = size - 1;  // the cell that holds `first`
    while (low < high) {
      Index const middle = (low + high) / 2;
      if (cells_.upper(a, middle) > first)
        high = middle;
      else
        low = middle + 1;
    }
    for (Index point = low; point < size && cells_.lower(a, point) < at + widths * deviation; ++point)
      shares.push_back({point, below((cells_.upper(a, point) - at) / deviation) - below((cells_.lower(a, point) - at) / deviation)});
  };
  if (!axis.periodic) return add_cells(x);
  auto const turns = static_cast<Index>(std::ceil(widths * deviation / axis.period)) + 1;
  for (Index turn = -turns; turn <= turns; ++turn) add_cells(x + static_cast<double>(turn) * axis.period);
}

bool SpreadCount::add(double const* place, double const* deviation) {
  double sum = 1.0, squares = 1.0;
  for (int a = 0; a < grid_.dimension(); ++a) {
    find_shares(a, place[a], deviation[a]);
    double own = 0.0, square = 0.0;
    for (auto const& share : shares_[static_cast<std::size_t>(a)]) {
      own += share.weight;
      square += share.weight * share.weight;
    }
    sum *= own;
    squares *= square;
  }
  if (!(sum > 0.0)) return false;
  sum_ += sum;
  squares_ += squares;
  bool const dense = grid_.points() <= small;
  if (dense) whole_.resize(static_cast<std::size_t>(grid_.points()), 0.0);
  std::vector<std::size_t> at(shares_.size(), 0);
  for (bool more = true; more;) {
    grid::Counted entry{0, 1.0};
    for (std::size_t a = 0; a < at.size(); ++a) {
      auto const& share = shares_[a][at[a]];
      entry.cell = entry.cell * grid_.axes()[a].size() + share.point;
      entry.weight *= share.weight;
    }
    if (dense)
      whole_[static_cast<std::size_t>(entry.cell)] += entry.weight;
    else
      gathered_.push_back(entry);
    more = false;
    for (std::size_t a = at.size(); a-- > 0 && !more;) {
      more = ++at[a] < shares_[a].size();
      if (!more) at[a] = 0;
    }
  }
  if (gathered_.size() >= most) merge();
  return true;
}

/// One entry a cell.
void SpreadCount::merge() {
  std::stable_sort(gathered_.begin(), gathered_.end(), [](auto const& a, auto const& b) { return a.cell < b.cell; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < gathered_.size(); ++i) {
    if (gathered_[i].cell == gathered_[last].cell)
      gathered_[last].weight += gathered_[i].weight;
    else
      gathered_[++last] = gathered_[i];
  }
  if (!gathered_.empty()) gathered_.resize(last + 1);
}

void SpreadCount::flush(std::vector<double>& counts) {
  for (std::size_t cell = 0; cell < whole_.size(); ++cell)
    if (whole_[cell] != 0.0) gathered_.push_back({static_cast<Index>(cell), whole_[cell]});
  std::fill(whole_.begin(), whole_.end(), 0.0);
  merge();
  grid::count_cells(grid_, cells_, gathered_, counts);
  gathered_.clear();
}

}  // namespace mollis::observations

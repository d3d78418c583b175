#include "observations/table_ends.hpp"

#include <mpi.h>

#include <cmath>

namespace mollis::observations {
namespace {

constexpr double band = 2.0;        ///< deviations to each side of an end
constexpr double reach = 3.0;       ///< of what is missing
constexpr double significant = 3.0;

}  // namespace

TableEnds::TableEnds(grid::Grid const& grid, grid::Cells const& cells) : grid_(grid), cells_(cells), ends_(grid.axes().size()), squares_(grid.axes().size(), 0.0) {
  for (int a = 0; a < grid.dimension(); ++a) {
    bool const open = !grid.axis(a).periodic;
    ends_[static_cast<std::size_t>(a)] = {End{cells.lower(a, 0), 0.0, 0.0, open, false}, End{cells.upper(a, grid.axis(a).size() - 1), 0.0, 0.0, open, false}};
  }
}

void TableEnds::add(double const* place, double const* deviation) {
  auto const off = [&](std::size_t a) {   // how far beyond an open end
    return ends_[a][0].open ? std::max(ends_[a][0].at - place[a], place[a] - ends_[a][1].at) : -1.0;
  };
  std::size_t outside = 0, along = 0;
  for (std::size_t a = 0; a < ends_.size(); ++a)
    if (off(a) > 0.0) ++outside, along = a;
  if (outside > 1) return;
  for (std::size_t a = 0; a < ends_.size(); ++a) {
    if (outside == 1 && a != along) continue;
    for (std::size_t e = 0; e < 2; ++e) {
      auto& end = ends_[a][e];
      if (!end.open || !(std::abs(place[a] - end.at) < band * deviation[a])) continue;
      bool const beyond = e == 0 ? place[a] < end.at : place[a] > end.at;
      (beyond ? end.beyond : end.inside) += 1.0;
    }
  }
  if (outside > 0) return;
  rows_ += 1.0;
  for (std::size_t a = 0; a < ends_.size(); ++a) squares_[a] += deviation[a] * deviation[a];
}

void TableEnds::find() {
  std::vector<double> sums = squares_;
  sums.push_back(rows_);
  for (auto const& axis : ends_)
    for (auto const& end : axis) sums.push_back(end.inside), sums.push_back(end.beyond);
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, grid_.comm());
  auto const* next = sums.data() + ends_.size() + 1;
  for (std::size_t a = 0; a < ends_.size(); ++a) {
    squares_[a] = sums[ends_.size()] > 0.0 ? std::sqrt(sums[a] / sums[ends_.size()]) : 0.0;
    for (auto& end : ends_[a]) {
      end.inside = *next++, end.beyond = *next++;
      end.cut = end.inside - 2.0 * end.beyond > significant * std::sqrt(end.inside + 4.0 * end.beyond);
    }
  }
}

bool TableEnds::is_whole(Index local) const {
  auto const& box = grid_.owned();
  for (int a = grid_.dimension() - 1; a >= 0; --a) {
    Index const point = box[a].lower + local % box[a].size();
    local /= box[a].size();
    auto const at = static_cast<std::size_t>(a);
    double const depth = reach * squares_[at];
    if (ends_[at][0].cut && cells_.lower(a, point) < ends_[at][0].at + depth) return false;
    if (ends_[at][1].cut && cells_.upper(a, point) > ends_[at][1].at - depth) return false;
  }
  return true;
}

}  // namespace mollis::observations

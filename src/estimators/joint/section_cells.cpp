// The equation, and data on the grid, where no wave is taken apart: each residual and each observation is a row, and rows of points that stand together
// are multiplied at once.
#include <algorithm>
#include <cmath>

#include "estimators/joint/section_rows.hpp"

extern "C" {
void dsyrk_(char const* triangle, char const* transpose, int const* n, int const* k, double const* alpha, double const* a, int const* lda, double const* beta, double* c,
            int const* ldc);
}

namespace mollis::joint {
namespace {

using petsc::check;

/// Along each axis: a point of a cell then adds (4 + 6)^2 / 4^2 = 6 times fewer entries in two dimensions than by itself, 7 times in three; 3 and 6 points
/// add as many.
constexpr Index cell_points = 4;

/// body(box) for each cell of a box.
template <class Body>
void for_each_cell(grid::Box const& box, Body const& body) {
  grid::Box numbers;
  std::vector<int> axes;
  for (auto const& range : box.ranges) {
    axes.push_back(static_cast<int>(axes.size()));
    numbers.ranges.push_back({0, (range.size() + cell_points - 1) / cell_points});
  }
  grid::for_each_point(axes, numbers, [&](grid::Numbering::Point const& number, Index) {
    grid::Box cell;
    for (std::size_t a = 0; a < box.ranges.size(); ++a) {
      Index const lower = box.ranges[a].lower + number[a] * cell_points;
      cell.ranges.push_back({lower, std::min(lower + cell_points, box.ranges[a].upper)});
    }
    body(cell);
  });
}

/// R^T R of sparse rows over the columns that any of them has.
class Square {
 public:
  explicit Square(std::vector<SectionRows::Row> const& rows) {
    for (auto const& row : rows) columns_.insert(columns_.end(), row.columns.begin(), row.columns.end());
    std::sort(columns_.begin(), columns_.end());
    columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
    values_ = product(rows, [](SectionRows::Row const& row, std::size_t j) { return row.values[j]; });
  }

  /// to += it: entries that are not 0 or, where `whole`, all of columns that a row has together.
  void add_to(Mat to, std::vector<SectionRows::Row> const& rows, bool whole) const {
    auto const places = whole ? product(rows, [](SectionRows::Row const&, std::size_t) { return 1.0; }) : std::vector<double>();
    auto const& has = whole ? places : values_;
    std::vector<PetscInt> columns;
    std::vector<double> values;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      columns.clear();
      values.clear();
      for (std::size_t j = 0; j < columns_.size(); ++j) {
        auto const entry = std::max(i, j) * columns_.size() + std::min(i, j);
        if (has[entry] == 0.0) continue;
        columns.push_back(columns_[j]);
        values.push_back(values_[entry]);
      }
      check(MatSetValues(to, 1, &columns_[i], static_cast<PetscInt>(columns.size()), columns.data(), values.data(), ADD_VALUES));
    }
  }

 private:
  /// Column j holds rows up to j.
  template <class Value>
  std::vector<double> product(std::vector<SectionRows::Row> const& rows, Value const& value) const {
    std::size_t const width = columns_.size();
    std::vector<double> dense(rows.size() * width, 0.0), square(width * width);
    for (std::size_t r = 0; r < rows.size(); ++r)
      for (std::size_t j = 0; j < rows[r].columns.size(); ++j) {
        auto const at = std::lower_bound(columns_.begin(), columns_.end(), rows[r].columns[j]) - columns_.begin();
        dense[r * width + static_cast<std::size_t>(at)] += value(rows[r], j);   // short periodic axes: a column may come twice
      }
    int const n = static_cast<int>(width), count = static_cast<int>(rows.size());
    double const one = 1.0, none = 0.0;
    dsyrk_("U", "N", &n, &count, &one, dense.data(), &n, &none, square.data(), &n);
    return square;
  }

  std::vector<PetscInt> columns_;
  std::vector<double> values_;
};

}  // namespace

/// Each residual and each observation at a point, weighted.
void SectionRows::add_rows_at(Point const& point, Linearised const& at, std::size_t here, bool whole, std::vector<Row>& rows) const {
  auto const& weights = objective_.weights().equation;
  std::size_t const free = objective_.holds_parameters() ? objective_.partials().state.size() : at.partials.size();
  std::vector<std::vector<std::pair<double, std::size_t>>> sums;   // of shapes, one a row
  for (std::size_t k = 0; k < weights.size(); ++k) {
    bool any = whole && at.mask[here] > 0.0;
    sums.emplace_back();
    for (auto const& term : terms_) {
      if (term.residual != static_cast<int>(k) || term.partial >= free) continue;
      double const factor = std::sqrt(weights[k]) * at.partials[term.partial][here];
      any = any || factor != 0.0;
      sums.back().emplace_back(factor, term.shape);
    }
    if (!any) sums.pop_back();
  }
  for (std::size_t s = 0; s < states_; ++s)
    if (!objective_.problem().states[s].points && at.data[s][here] != 0.0) sums.push_back({{std::sqrt(at.data[s][here]), s}});
  if (sums.empty()) return;
  Stencil stencil;
  set_stencil(point, stencil);
  stencil.start.push_back(stencil.columns.size());
  for (auto const& sum : sums) {
    std::vector<double> values(stencil.columns.size(), 0.0);
    std::vector<char> reads(blocks_.size(), 0);
    for (auto const& [factor, shape] : sum) {
      auto const block = shapes_[shape].block;
      reads[block] = 1;
      for (std::size_t j = 0; j < stencil.rows[shape].size(); ++j) values[stencil.start[block] + j] += factor * stencil.rows[shape][j];
    }
    rows.emplace_back();
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
      if (reads[block] == 0) continue;
      auto const first = static_cast<std::ptrdiff_t>(stencil.start[block]), last = static_cast<std::ptrdiff_t>(stencil.start[block + 1]);
      rows.back().columns.insert(rows.back().columns.end(), stencil.columns.begin() + first, stencil.columns.begin() + last);
      rows.back().values.insert(rows.back().values.end(), values.begin() + first, values.begin() + last);
    }
  }
}

void SectionRows::add_cells(Mat to, Linearised const& at, bool whole) const {
  auto const& box = objective_.problem().grid.owned();
  for_each_cell(box, [&](grid::Box const& cell) {
    std::vector<Row> rows;
    grid::for_each_point(axes_, cell, [&](Point const& point, Index) {
      std::size_t here = 0;
      for (std::size_t a = 0; a < box.ranges.size(); ++a)
        here = here * static_cast<std::size_t>(box.ranges[a].size()) + static_cast<std::size_t>(point[a] - box.ranges[a].lower);
      add_rows_at(point, at, here, whole, rows);
    });
    if (!rows.empty()) Square(rows).add_to(to, rows, whole);
  });
}

}  // namespace mollis::joint

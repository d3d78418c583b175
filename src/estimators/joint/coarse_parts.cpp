// The parts of Z^T H Z: equation and data, cell by cell of the grid; roughness; smoothness.
#include <algorithm>
#include <array>
#include <cmath>

#include "estimators/joint/coarse_model.hpp"
#include "mollifier/spline_taps.hpp"

extern "C" {
void dsyrk_(char const* triangle, char const* transpose, int const* n, int const* k, double const* alpha, double const* a, int const* lda, double const* beta, double* c,
            int const* ldc);
}

namespace mollis::joint {
namespace {

constexpr Index cell_points = 5, slow_points = 16;   ///< along each axis, and along a slow one, of points whose rows are multiplied together

/// The tensor product of one row an axis, each of the functions listed.
std::vector<double> tensor(std::vector<double const*> const& rows, std::vector<std::vector<Index>> const& functions) {
  std::vector<double> values{1.0};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<double> next;
    next.reserve(values.size() * functions[i].size());
    for (double const value : values)
      for (Index const c : functions[i]) next.push_back(value * rows[i][c]);
    values = std::move(next);
  }
  return values;
}

/// to += factor times the tensor product of the first `counts` entries of one row an axis.
void add_tensor(double factor, double const* const* rows, Index const* counts, std::size_t axes, double* to) {
  if (axes == 0) {
    *to += factor;
    return;
  }
  Index inner = 1;
  for (std::size_t i = 1; i < axes; ++i) inner *= counts[i];
  for (Index c = 0; c < counts[0]; ++c) {
    double const value = factor * rows[0][c];
    if (axes == 1)
      to[c] += value;
    else if (value != 0.0)
      add_tensor(value, rows + 1, counts + 1, axes - 1, to + c * inner);
  }
}

/// visit(entry a along the a-th range) for all of a box, the last the fastest.
template <class Visit>
void over_box(grid::Box const& box, Visit const& visit) {
  Index const count = box.size();
  std::vector<Index> at(box.ranges.size());
  for (Index n = 0; n < count; ++n) {
    Index rest = n;
    for (std::size_t a = at.size(); a-- > 0;) {
      at[a] = box.ranges[a].lower + rest % box.ranges[a].size();
      rest /= box.ranges[a].size();
    }
    visit(at);
  }
}

}  // namespace

/// Those of a block that any of its shapes sees at these points of one of its axes.
std::vector<Index> CoarseModel::functions_at(std::size_t block, std::size_t axis, grid::Range const& points) const {
  Index const functions = blocks_[block].lines[axis].functions();
  std::vector<Index> list;
  for (Index c = 0; c < functions; ++c) {
    bool seen = false;
    for (auto const& shape : shapes_)
      for (Index i = points.lower; shape.block == block && !seen && i < points.upper; ++i) seen = shape.rows[axis][static_cast<std::size_t>(i * functions + c)] != 0.0;
    if (seen) list.push_back(c);
  }
  return list;
}

CoarseModel::Cell CoarseModel::cell_of(grid::Box const& box) const {
  Cell cell{box, std::vector<std::vector<std::vector<Index>>>(blocks_.size()), {}, {}, {}};
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    auto const& block = blocks_[b];
    cell.start.push_back(cell.columns.size());
    std::vector<Index> numbers{block.first};
    Index stride = block.size;
    for (std::size_t i = 0; i < block.axes.size(); ++i) {
      cell.functions[b].push_back(functions_at(b, i, box[block.axes[i]]));
      stride /= block.lines[i].functions();
      std::vector<Index> next;
      for (Index const number : numbers)
        for (Index const c : cell.functions[b].back()) next.push_back(number + c * stride);
      numbers = std::move(next);
    }
    cell.columns.insert(cell.columns.end(), numbers.begin(), numbers.end());
  }
  for (auto const& shape : shapes_) {
    auto const& block = blocks_[shape.block];
    cell.rows.emplace_back();
    for (std::size_t i = 0; i < block.axes.size(); ++i) {
      auto const& range = box[block.axes[i]];
      cell.rows.back().emplace_back();
      for (Index point = range.lower; point < range.upper; ++point)
        for (Index const c : cell.functions[shape.block][i]) cell.rows.back().back().push_back(shape.rows[i][static_cast<std::size_t>(point * block.lines[i].functions() + c)]);
    }
  }
  return cell;
}

/// row += factor times what a shape makes of the functions seen, at a point.
void CoarseModel::put(double factor, std::size_t shape, std::vector<Index> const& at, Cell const& cell, double* row) const {
  auto const b = shapes_[shape].block;
  auto const& axes = blocks_[b].axes;
  std::array<double const*, max_axes> rows{};
  std::array<Index, max_axes> counts{};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    auto const axis = static_cast<std::size_t>(axes[i]);
    counts[i] = static_cast<Index>(cell.functions[b][i].size());
    rows[i] = cell.rows[shape][i].data() + (at[axis] - cell.box.ranges[axis].lower) * counts[i];
  }
  add_tensor(factor, rows.data(), counts.data(), axes.size(), row + cell.start[b]);
}

/// Equation and data at the points of a cell: the rows of all side by side, and their products.
void CoarseModel::add_cell(Cell const& cell, std::vector<HostField> const& partials, std::vector<HostField> const& data) {
  auto const& owned = objective_.problem().grid.owned();
  auto const& weights = objective_.weights().equation;
  auto const& columns = cell.columns;
  std::size_t const width = columns.size();
  std::vector<double> rows;
  over_box(cell.box, [&](std::vector<Index> const& at) {
    std::size_t here = 0;
    for (int a = 0; a < owned.dimension(); ++a) here = here * static_cast<std::size_t>(owned[a].size()) + static_cast<std::size_t>(at[static_cast<std::size_t>(a)] - owned[a].lower);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      std::size_t const row = rows.size();
      bool any = false;
      for (auto const& term : terms_) {
        if (term.residual != static_cast<int>(k) || (shapes_[term.shape].block >= states_ && objective_.holds_parameters())) continue;
        double const factor = std::sqrt(weights[k]) * partials[term.partial][here];
        if (factor == 0.0) continue;
        if (!any) rows.resize(row + width, 0.0);
        any = true;
        put(factor, term.shape, at, cell, rows.data() + row);
      }
    }
    for (std::size_t s = 0; s < states_; ++s) {
      if (objective_.problem().states[s].points || data[s][here] <= 0.0) continue;
      rows.resize(rows.size() + width, 0.0);
      put(std::sqrt(data[s][here]), s, at, cell, rows.data() + rows.size() - width);
    }
  });
  int const n = static_cast<int>(width), count = n > 0 ? static_cast<int>(rows.size() / width) : 0;
  if (count == 0) return;
  std::vector<double> products(width * width);
  double const one = 1.0, none = 0.0;
  dsyrk_("U", "N", &n, &count, &one, rows.data(), &n, &none, products.data(), &n);   // column j holds rows up to j
  for (std::size_t j = 0; j < width; ++j)
    for (std::size_t i = 0; i <= j; ++i) entry(columns[i], columns[j]) += products[j * width + i];   // numbers ascend: the triangle that is factorised
}

void CoarseModel::add_rows() {
  auto const& grid = objective_.problem().grid;
  std::vector<HostField> partials, data;
  for (auto const& partial : objective_.partials().state) partials.push_back(on_host(partial));
  for (auto const& partial : objective_.partials().parameter) partials.push_back(on_host(partial));
  for (std::size_t s = 0; s < states_; ++s) data.push_back(on_host(objective_.data_weight(s)));
  auto const& owned = grid.owned();
  if (owned.size() == 0) return;
  grid::Box cells;
  std::vector<Index> points;   // along each axis of a cell: slow functions are seen everywhere, so that more rows meet no more functions
  for (std::size_t a = 0; a < owned.ranges.size(); ++a) {
    Index const size = owned.ranges[a].size();
    points.push_back(blocks_.front().lines[a].is_slow() ? slow_points : cell_points);
    cells.ranges.push_back({0, (size + points.back() - 1) / points.back()});
  }
  over_box(cells, [&](std::vector<Index> const& at) {
    grid::Box cell;
    for (std::size_t a = 0; a < at.size(); ++a) {
      Index const lower = owned.ranges[a].lower + at[a] * points[a];
      cell.ranges.push_back({lower, std::min(lower + points[a], owned.ranges[a].upper)});
    }
    add_cell(cell_of(cell), partials, data);
  });
}

/// Scattered observations, a row each.
void CoarseModel::add_points() {
  auto const& lattice = objective_.lattice();
  auto const& grid = objective_.problem().grid;
  for (std::size_t s = 0; s < states_; ++s) {
    auto const& points = objective_.problem().states[s].points;
    if (!points) continue;
    auto const& block = blocks_[s];
    auto const weight = on_host(objective_.data_weight(s));
    for (std::size_t p = 0; p < points->number.size(); ++p) {
      std::vector<std::pair<Index, double>> row{{block.first, std::sqrt(weight(p))}};
      Index stride = block.size;
      for (std::size_t a = 0; a < block.lines.size(); ++a) {
        int const axis = static_cast<int>(a);
        auto const& line = block.lines[a];
        double const x = points->coordinates[a][p];
        auto const taps = mollifier::spline_taps(lattice.extended().axis(axis), lattice.is_smooth(axis) ? lattice.degree() : 1,
                                                 mollifier::cell_of(grid.axis(axis), x) + lattice.margin(axis), x);
        stride /= line.functions();
        std::vector<std::pair<Index, double>> next;
        for (Index c = 0; c < line.functions(); ++c) {
          double value = 0.0;
          for (std::size_t k = 0; k < taps.points.size(); ++k) value += taps.weights[k] * line.at((taps.points[k] % line.places() + line.places()) % line.places(), c);
          for (auto const& [column, factor] : row)
            if (value != 0.0) next.emplace_back(column + c * stride, factor * value);
        }
        row = std::move(next);
      }
      for (auto const& [i, left] : row)
        for (auto const& [j, right] : row)
          if (i <= j) entry(i, j) += left * right;
    }
  }
}

/// Of the states along each axis, the others' Z^T Z beside it; by one rank.
void CoarseModel::add_roughness() {
  auto const& roughness = objective_.roughness();
  for (std::size_t s = 0; s < states_; ++s) {
    auto const& block = blocks_[s];
    std::vector<std::vector<double>> masses;
    for (auto const& line : block.lines) masses.push_back(line.square(0, [](Index, Index) { return 1.0; }));
    for (std::size_t a = 0; a < block.lines.size(); ++a) {
      int const axis = static_cast<int>(a);
      double const tau = objective_.prior(s)[a];
      if (roughness.band(axis) == 0 || tau == 0.0) continue;
      auto factors = masses;
      factors[a] = block.lines[a].square(roughness.band(axis), [&](Index row, Index offset) { return roughness.at(axis, row, offset); });
      for (Index i = 0; i < block.size; ++i)
        for (Index j = 0; j < block.size; ++j) {
          double value = tau;
          Index left = i, right = j;
          for (std::size_t b = factors.size(); b-- > 0 && value != 0.0;) {
            Index const functions = block.lines[b].functions();
            value *= factors[b][static_cast<std::size_t>(left % functions * functions + right % functions)];
            left /= functions;
            right /= functions;
          }
          entry(block.first + i, block.first + j) += value;
        }
    }
  }
}

/// beta Z^T L Z of the parameters, each row of L by the rank that has it.
void CoarseModel::add_smoothness() {
  auto const& unknowns = objective_.problem().space().unknowns();
  for (std::size_t u = 0; u < unknowns.size(); ++u) {
    auto const& block = blocks_[states_ + u];
    double const beta = objective_.weights().smoothness[u];
    if (block.axes.empty() || beta == 0.0) continue;
    parameters::SmoothnessForm const form(unknowns[u].grid, unknowns[u].settings.smoothness_order);
    std::vector<std::vector<Index>> all;
    for (auto const& line : block.lines) {
      all.emplace_back(static_cast<std::size_t>(line.functions()));
      for (Index c = 0; c < line.functions(); ++c) all.back()[static_cast<std::size_t>(c)] = c;
    }
    auto const row_of = [&](auto const& point) {
      std::vector<double const*> rows;
      for (std::size_t i = 0; i < block.lines.size(); ++i) {
        Index const places = block.lines[i].places();
        rows.push_back(block.lines[i].row((point[i] % places + places) % places));
      }
      return tensor(rows, all);
    };
    std::vector<Extents> neighbours;
    std::vector<double> values;
    over_box(block.box, [&](std::vector<Index> const& at) {
      Extents centre{};
      std::copy(at.begin(), at.end(), centre.begin());
      form.row(centre, neighbours, values);
      std::vector<double> sum(static_cast<std::size_t>(block.size), 0.0);
      for (std::size_t n = 0; n < values.size(); ++n) {
        auto const row = row_of(neighbours[n]);
        for (std::size_t c = 0; c < row.size(); ++c) sum[c] += beta * values[n] * row[c];
      }
      auto const own = row_of(at);
      for (std::size_t c = 0; c < own.size(); ++c)
        for (std::size_t d = 0; own[c] != 0.0 && d < sum.size(); ++d)
          entry(block.first + static_cast<Index>(c), block.first + static_cast<Index>(d)) += own[c] * sum[d];
    });
  }
}

}  // namespace mollis::joint

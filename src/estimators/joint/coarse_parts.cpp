// The parts of Z^T H Z: equation and data, cell by cell of the grid; roughness; smoothness.
#include <algorithm>
#include <cmath>

#include "estimators/joint/coarse_model.hpp"

extern "C" {
void dsyrk_(char const* triangle, char const* transpose, int const* n, int const* k, double const* alpha, double const* a, int const* lda, double const* beta, double* c,
            int const* ldc);
}

namespace mollis::joint {
namespace {

constexpr Index cell_points = 5;   ///< along each axis, of points whose rows are multiplied together

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

/// Equation and data at the points of a cell: the rows of all side by side, and their products.
void CoarseModel::add_cell(grid::Box const& cell, std::vector<HostField> const& partials, std::vector<HostField> const& data) {
  auto const& owned = objective_.problem().grid.owned();
  auto const& weights = objective_.weights().equation;
  std::vector<std::vector<std::vector<Index>>> functions(blocks_.size());
  std::vector<std::size_t> start;
  std::vector<Index> columns;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    auto const& block = blocks_[b];
    start.push_back(columns.size());
    std::vector<Index> numbers{block.first};
    Index stride = block.size;
    for (std::size_t i = 0; i < block.axes.size(); ++i) {
      functions[b].push_back(functions_at(b, i, cell[block.axes[i]]));
      stride /= block.lines[i].functions();
      std::vector<Index> next;
      for (Index const number : numbers)
        for (Index const c : functions[b].back()) next.push_back(number + c * stride);
      numbers = std::move(next);
    }
    columns.insert(columns.end(), numbers.begin(), numbers.end());
  }
  std::size_t const width = columns.size();
  std::vector<double> rows;
  auto const put = [&](double factor, Shape const& shape, std::vector<Index> const& at, double* to) {
    auto const& block = blocks_[shape.block];
    std::vector<double const*> of_axes;
    for (std::size_t i = 0; i < block.axes.size(); ++i)
      of_axes.push_back(shape.rows[i].data() + at[static_cast<std::size_t>(block.axes[i])] * block.lines[i].functions());
    auto const values = tensor(of_axes, functions[shape.block]);
    for (std::size_t c = 0; c < values.size(); ++c) to[start[shape.block] + c] += factor * values[c];
  };
  over_box(cell, [&](std::vector<Index> const& at) {
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
        put(factor, shapes_[term.shape], at, rows.data() + row);
      }
    }
    for (std::size_t s = 0; s < states_; ++s) {
      if (data[s][here] <= 0.0) continue;
      rows.resize(rows.size() + width, 0.0);
      put(std::sqrt(data[s][here]), shapes_[s], at, rows.data() + rows.size() - width);
    }
  });
  int const n = static_cast<int>(width), count = n > 0 ? static_cast<int>(rows.size() / width) : 0;
  if (count == 0) return;
  std::vector<double> products(width * width);
  double const one = 1.0, none = 0.0;
  dsyrk_("U", "N", &n, &count, &one, rows.data(), &n, &none, products.data(), &n);   // column j holds rows up to j
  for (std::size_t j = 0; j < width; ++j)
    for (std::size_t i = 0; i <= j; ++i) {
      double const value = products[j * width + i];
      entry(columns[i], columns[j]) += value;
      if (i != j) entry(columns[j], columns[i]) += value;
    }
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
  for (auto const& range : owned.ranges) cells.ranges.push_back({0, (range.size() + cell_points - 1) / cell_points});
  over_box(cells, [&](std::vector<Index> const& at) {
    grid::Box cell;
    for (std::size_t a = 0; a < at.size(); ++a) {
      Index const lower = owned.ranges[a].lower + at[a] * cell_points;
      cell.ranges.push_back({lower, std::min(lower + cell_points, owned.ranges[a].upper)});
    }
    add_cell(cell, partials, data);
  });
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

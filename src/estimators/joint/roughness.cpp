#include "estimators/joint/roughness.hpp"

#include <cmath>

#include "parameters/forms.hpp"
#include "kernels/pointwise.hpp"
#include "parameters/smoothness_draw.hpp"

namespace mollis::joint {
namespace {

using random::Stream;

constexpr int highest_difference = 6;                ///< no wider than the rows of a spline of degree 7
constexpr double pi = 3.141592653589793;
constexpr double cutoff = 0.5 * pi;                  ///< angle a point: four points a wave
constexpr int bend = 2;                              ///< order of the differences that are 0 where a state is straight
constexpr double share_of_bend = 1e-12;              ///< of the data's weight, half a wave over the axis: a million times the noise is no surprise

double symbol_at(parameters::LineForm const& form, Index row, double angle) {
  double sum = 0.0;
  for (int o = -form.band(); o <= form.band(); ++o) sum += form.at(row, o) * std::cos(o * angle);
  return sum;
}

/// Of the row in the middle; where points are stretched, a row of which may have any sign, of their mean: <w, D^T D w> over the
/// points for a wave w, which is positive.
double symbol_of(parameters::LineForm const& form, grid::Axis const& axis, double angle) {
  Index const n = axis.size();
  if (axis.uniform) return std::max(symbol_at(form, n / 2, angle), 0.0);
  double sum = 0.0;
  for (Index row = 0; row < n; ++row)
    for (int o = -form.band(); o <= form.band(); ++o)
      if (row + o >= 0 && row + o < n) sum += form.at(row, o) * std::cos(o * angle);
  return std::max(sum / static_cast<double>(n), 0.0);
}

/// Line: LineForm or LineRoot.
template <class Line>
mollifier::Jets along(grid::Grid const& grid, int axis, Line const& line) {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid.dimension(); ++a)
    filters.push_back(a == axis ? parameters::filter_of(grid.axis(a), std::vector<Line>{line}, {1.0}) : mollifier::moment_filter(grid.axis(a), {}, {{0, 0}}, 0));
  return {grid, std::move(filters), {mollifier::MultiIndex{}}};
}

}  // namespace

Roughness::Roughness(Lattice const& lattice, bool ends_straight) {
  auto const& grid = lattice.extended();
  auto const add = [&](int axis, Stream::Purpose of, int order, double angle, double share) {
    auto root = parameters::LineRoot::of_splines(grid.axis(axis), lattice.degree(), order);
    parameters::LineForm form(root, grid.axis(axis).size());
    double const factor = share / symbol_of(form, grid.axis(axis), angle);
    auto product = along(grid, axis, form), differences = along(grid, axis, root);
    differences.share_workspace(product);
    if (parts_.empty()) work_ = make_field("roughness", grid.local_size());
    parts_.push_back({axis, of, factor, std::move(root), std::move(form), std::move(product), std::move(differences)});
  };
  for (int a = 0; a < grid.dimension(); ++a) {
    if (lattice.margin(a) == 0) continue;
    add(a, Stream::Purpose::roughness, std::min(lattice.highest_order(a) + 2, highest_difference), cutoff, 1.0);
    if (ends_straight) add(a, Stream::Purpose::bend, bend, pi / static_cast<double>(grid.axis(a).size()), share_of_bend);
  }
}

std::vector<double> Roughness::scales(std::vector<double> const& spacing) const {
  std::vector<double> scales(spacing.size(), 1.0);
  for (auto const& part : parts_) {
    if (part.of == Stream::Purpose::bend) continue;
    auto const axis = static_cast<std::size_t>(part.axis);
    double const longest = pi / spacing[axis];
    if (longest < cutoff) scales[axis] = 1.0 / (part.factor * symbol_of(part.form, part.product.grid().axis(part.axis), longest));
  }
  return scales;
}

void Roughness::apply_add(std::vector<double> const& factors, Field const& g, Field const& out) const {
  for (auto const& part : parts_) {
    part.product.apply(g, {work_});
    kernels::add_scaled(factors[static_cast<std::size_t>(part.axis)] * part.factor, work_, out);
  }
}

void Roughness::gradient_add(std::vector<double> const& factors, Field const& g, Field const& out) const {
  for (auto const& part : parts_) {
    part.differences.apply(g, {work_});
    kernels::scale(factors[static_cast<std::size_t>(part.axis)] * part.factor, work_);
    part.differences.apply_transpose_add({work_}, out);
  }
}

void Roughness::add_draw(std::vector<double> const& factors, int number, std::uint32_t state, HostField const& out) const {
  for (auto const& part : parts_) {
    auto const& grid = part.product.grid();
    std::vector<parameters::LineRoot> roots;
    for (int a = 0; a < grid.dimension(); ++a)
      roots.push_back(a == part.axis ? part.root : parameters::LineRoot::identity(grid.axis(a)));
    Stream const stream{static_cast<std::uint64_t>(number), state * max_axes + static_cast<std::uint32_t>(part.axis), part.of};
    parameters::add_root_draw(grid, roots, std::sqrt(factors[static_cast<std::size_t>(part.axis)] * part.factor), stream, out);
  }
}

Index Roughness::band(int axis) const {
  Index band = 0;
  for (auto const& part : parts_)
    if (part.axis == axis) band = std::max<Index>(band, part.form.band());
  return band;
}

double Roughness::at(int axis, Index row, Index offset, double share) const {
  double sum = 0.0;
  for (auto const& part : parts_)
    if (part.axis == axis && std::abs(offset) <= part.form.band())
      sum += (part.of == Stream::Purpose::bend ? 1.0 : share) * part.factor * part.form.at(row, static_cast<int>(offset));
  return sum;
}

double Roughness::symbol(int axis, double angle) const {
  double sum = 0.0;
  for (auto const& part : parts_)
    if (part.axis == axis) sum += part.factor * symbol_of(part.form, part.product.grid().axis(axis), angle);
  return sum;
}

}  // namespace mollis::joint

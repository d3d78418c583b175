#include "problem/section.hpp"

#include <mpi.h>

#include <algorithm>

#include "grid/open_axis.hpp"
#include "kernels/pointwise.hpp"

namespace mollis::problem {
namespace {

bool has_odd_derivative(equation::System const& system, std::size_t axis) {
  return std::any_of(system.features.begin(), system.features.end(), [&](auto const& feature) {
    return feature.kind == equation::Feature::Kind::state && feature.order[axis] % 2 == 1;
  });
}

}  // namespace

bool is_differentiated(equation::System const& system, std::size_t axis) {
  return std::any_of(system.features.begin(), system.features.end(), [&](auto const& feature) {
    return feature.kind == equation::Feature::Kind::state && feature.order[axis] > 0;
  });
}

std::vector<int> model_lines(grid::Grid const& grid, equation::System const& system, std::vector<std::vector<int>> const& parameters) {
  auto const dimension = static_cast<std::size_t>(grid.dimension());
  bool const whole = std::any_of(parameters.begin(), parameters.end(), [&](auto const& axes) { return axes.size() == dimension; });
  bool const partial = std::any_of(parameters.begin(), parameters.end(), [&](auto const& axes) { return !axes.empty() && axes.size() < dimension; });
  std::vector<int> lines;
  for (int line = 0; line < grid.dimension(); ++line) {
    bool runs = is_open(grid.axis(line)) && is_differentiated(system, static_cast<std::size_t>(line));
    for (int a = 0; a < grid.dimension(); ++a)
      runs = runs && (a == line || !is_open(grid.axis(a)) || !system.mixed_along[static_cast<std::size_t>(a)] || (partial && !whole));
    if (runs) lines.push_back(line);
  }
  return lines;
}

bool wants_second_level(grid::Grid const& grid, equation::System const& system) {
  int open = 0;
  bool odd = false;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (!is_open(grid.axis(a)) || !is_differentiated(system, static_cast<std::size_t>(a))) continue;
    ++open;
    odd = odd || has_odd_derivative(system, static_cast<std::size_t>(a));
  }
  return open > 1 && odd;
}

double inside_share(grid::Grid const& grid, Field const& mask) {
  if (mask.label().empty()) return 1.0;
  double inside = kernels::dot(mask, mask);
  MPI_Allreduce(MPI_IN_PLACE, &inside, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return inside / static_cast<double>(grid.points());
}

estimators::SectionShape section_shape(grid::Grid const& grid, equation::System const& system, int spline_degree, std::size_t states,
                                       std::vector<std::vector<int>> const& parameters) {
  estimators::SectionShape shape;
  shape.states = static_cast<double>(states);
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    bool const smooth = is_differentiated(system, static_cast<std::size_t>(a));
    bool const open = is_open(axis);
    shape.reach.push_back(smooth ? spline_degree - 1 : 0);
    shape.points.push_back(axis.size() + (open ? shape.reach.back() : 0));
    shape.wraps.push_back(axis.periodic);
  }
  for (auto const& axes : parameters) {
    if (axes.empty()) continue;
    if (static_cast<int>(axes.size()) == grid.dimension()) {
      shape.whole += 1.0;
      continue;
    }
    double entries = 1.0, reached = 1.0;
    for (int a = 0; a < grid.dimension(); ++a) {
      auto const at = static_cast<std::size_t>(a);
      bool const has = std::find(axes.begin(), axes.end(), a) != axes.end();
      if (has) entries *= static_cast<double>(grid.axis(a).size());
      reached *= static_cast<double>(has ? std::min(shape.reach[at] + 1, shape.points[at]) : shape.points[at]);
    }
    shape.profiles += entries;
    shape.crossed += entries * reached;
  }
  auto const& first = grid.axis(0);
  shape.has_waves = grid.dimension() > 1 && first.name == "t" && first.uniform && first.reflection == grid::Reflection::none &&
                    shape.reach[0] > 0 && shape.whole == 0.0;
  return shape;
}

}  // namespace mollis::problem

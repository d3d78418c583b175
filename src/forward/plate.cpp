#include "forward/plate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

constexpr double balanced = 1e-8;  ///< largest mean of a load that balances, relative to its root mean square

/// b/a at the points of the series.
petsc::Vector make_load(Series const& series, Plate const& plate) {
  std::vector<double> load, coefficient;
  run::collectively(series.comm(), [&] {
    load = plate.source(series.lattice());
    coefficient = plate.coefficient(series.lattice());
  });
  auto vector = series.make_vector();
  PetscScalar* values = nullptr;
  check(VecGetArrayWrite(vector, &values));
  std::transform(load.begin(), load.end(), coefficient.begin(), values, [](double b, double a) { return b / a; });
  check(VecRestoreArrayWrite(vector, &values));
  return vector;
}

void check_balance(Series const& series, Vec load) {
  auto const& axes = series.axes();
  if (std::any_of(axes.begin(), axes.end(), [](SeriesAxis const& axis) { return axis.ends != Ends::periodic; })) return;
  PetscScalar sum = 0.0;
  PetscReal norm = 0.0;
  check(VecSum(load, &sum));
  check(VecNorm(load, NORM_2, &norm));
  auto const points = static_cast<double>(series.points());
  if (std::abs(sum) > balanced * norm * std::sqrt(points))
    throw run::Error(
        run::Exit::bad_deck,
        fmt::format("all axes are periodic, but the mean of b/a is {:.3g}, not 0: a "
                    "plate without supports has no steady state; leave one axis open or balance the source",
                    sum / points),
        "source");
}

}  // namespace

PlateSolution solve_plate(grid::Grid const& grid, Plate const& plate, int refine) {
  Series const series(grid.comm(), series_axes(grid.axes(), refine, Ends::odd));
  auto const u = make_load(series, plate);
  check_balance(series, u);
  apply_function_of_laplacian(series, series.make_spectrum(), u, u,
                              [](double e) { return e < 0.0 ? 1.0 / (e * e) : 0.0; });
  return {to_field(Sampler(series, grid, refine)(u)), series.points()};
}

}  // namespace mollis::forward

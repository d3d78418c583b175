#include "observations/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "kernels/field.hpp"
#include "observations/fill_values.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

constexpr double rounding = 2.220446049250313e-16;

Field field_of(std::vector<double> const& values, std::function<double(double)> const& changed) {
  Field const field = make_field("points", static_cast<Index>(values.size()));
  auto const host = Kokkos::create_mirror_view(field);
  for (std::size_t i = 0; i < values.size(); ++i) host(i) = changed(values[i]);
  Kokkos::deep_copy(field, host);
  return field;
}

double sum(MPI_Comm comm, double own) {
  MPI_Allreduce(MPI_IN_PLACE, &own, 1, MPI_DOUBLE, MPI_SUM, comm);
  return own;
}

/// Of all ranks' values. Collective.
Moments moments_of(MPI_Comm comm, std::vector<double> const& values) {
  Moments m;
  m.count = static_cast<Index>(sum(comm, static_cast<double>(values.size())));
  double total = 0.0, square = 0.0;
  for (double const v : values) {
    total += v;
    m.largest = std::max(m.largest, std::abs(v));
  }
  MPI_Allreduce(MPI_IN_PLACE, &m.largest, 1, MPI_DOUBLE, MPI_MAX, comm);
  m.mean = sum(comm, total) / static_cast<double>(m.count);
  for (double const v : values) square += (v - m.mean) * (v - m.mean);
  m.deviation = std::sqrt(sum(comm, square) / static_cast<double>(m.count));
  return m;
}

/// By rank 0, which holds the whole table for it. Collective.
double estimated_noise(grid::Grid const& grid, PointTable const& own) {
  auto const all = gathered(grid.comm(), own);
  double sigma = grid.rank() == 0 ? estimate_noise(grid, all) : 0.0;
  MPI_Bcast(&sigma, 1, MPI_DOUBLE, 0, grid.comm());
  return sigma;
}

}  // namespace

State read_points(grid::Grid const& grid, std::string const& name, Settings const& observation) {
  auto const table = read_point_table(grid, observation);
  State state;
  state.name = name;
  state.about = observation.about;
  state.loss = observation.loss;
  state.walls.assign(grid.axes().size(), {false, false});
  auto const m = moments_of(grid.comm(), table.value);
  refuse_fill_values(grid.comm(), table.value.data(), table.value.size(), m.largest, run::line(observation.places.of("file"), observation.file));
  auto const set_deviations = [&](std::vector<double> const& sigma) {
    double information = 0.0;
    for (double const s : sigma) information += 1.0 / (s * s);
    state.sigma = std::sqrt(static_cast<double>(m.count) / sum(grid.comm(), information));
    state.shape = field_of(sigma, [&](double s) { return s / state.sigma; });
  };
  auto const set_varying = [&](auto&& deviation) {
    std::vector<double> sigma;
    for (double const v : table.value) sigma.push_back(std::max(deviation(v), rounding * m.largest));
    set_deviations(sigma);
  };
  if (observation.columns.count("sigma") > 0) {
    set_deviations(table.sigma);
  } else if (auto const* given = std::get_if<double>(&observation.noise)) {
    state.sigma = *given;
  } else if (auto const* proportional = std::get_if<Proportional>(&observation.noise)) {
    set_varying([&](double v) { return std::hypot(proportional->share * v, proportional->floor); });
  } else if (auto const* counts = std::get_if<Counts>(&observation.noise)) {
    set_varying([&](double v) { return std::sqrt(counts->gain * std::max(v - counts->offset, counts->gain)); });
  } else if (auto const* relative = std::get_if<run::Relative>(&observation.noise)) {
    state.sigma = relative->fraction * m.deviation;
  } else {
    state.automatic = true;
    state.sigma = estimated_noise(grid, table);
    if (state.sigma == 0.0)
      throw run::Error(run::Exit::bad_data, run::line(observation.places.of("noise"), fmt::format("{}: {} points are too few to tell their noise "
                       "from; give noise, or columns = {{ sigma = ... }}", observation.file, m.count)));
  }
  state.sigma = std::max(state.sigma, rounding * m.largest);
  state.data = field_of(table.value, [&](double v) { return v - state.about; });
  Points points;
  points.total = m.count;
  points.coordinates = table.coordinates;
  points.number = table.number;
  state.points = std::make_shared<Points const>(std::move(points));
  return state;
}

}  // namespace mollis::observations

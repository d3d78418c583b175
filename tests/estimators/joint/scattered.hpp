#pragma once
/// Observations that do not fill the grid, for a problem in memory.
#include <cmath>
#include <memory>
#include <random>

#include "mollifier/spline_taps.hpp"
#include "problem/case.hpp"

namespace mollis::test {

/// So many points at random in place of the first state's values on the grid: of noise that varies, or of a formula with the noise of that state. The same on any
/// number of ranks.
inline problem::Problem scattered(problem::Problem problem, Index points, Formula const& formula = {}) {
  auto& state = problem.states.front();
  auto const& grid = problem.grid;
  observations::Points own;
  own.total = points;
  own.coordinates.resize(grid.axes().size());
  std::mt19937 engine(9), of_noise(10);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  std::vector<double> values, shape;
  for (Index n = 0; n < own.total; ++n) {
    bool here = grid.local_size() > 0;
    std::vector<double> x;
    for (int a = 0; a < grid.dimension(); ++a) {
      x.push_back(grid.axis(a).front() + uniform(engine) * grid.axis(a).extent());
      here = here && grid.owned()[a].contains(mollifier::cell_of(grid.axis(a), x.back()));
    }
    double const value = uniform(engine), error = state.sigma * normal(of_noise);
    if (!here) continue;
    own.number.push_back(n);
    for (std::size_t a = 0; a < x.size(); ++a) own.coordinates[a].push_back(x[a]);
    values.push_back(formula ? formula(x) + error : value);
    shape.push_back(formula ? 1.0 : 0.5 + value);
  }
  state.data = to_field(values);
  state.shape = to_field(shape);
  state.points = std::make_shared<observations::Points const>(own);
  return problem;
}

/// As if the domain were where `inside` is positive, and nothing observed elsewhere.
inline problem::Problem masked(problem::Problem problem, Formula const& inside) {
  problem.mask = sample(problem.grid, [&](Coordinates const& at) { return inside(at) > 0.0 ? 1.0 : 0.0; });
  auto const within = to_vector(problem.mask);
  for (auto& state : problem.states) {
    auto values = to_vector(state.data);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (within[i] == 0.0) values[i] = NAN;
    state.data = to_field(values);
  }
  return problem;
}

/// A cylinder along the first axis.
inline double disc(Coordinates const& at) { return 0.2 - (at[1] - 0.5) * (at[1] - 0.5) - (at[2] - 0.5) * (at[2] - 0.5); }

}  // namespace mollis::test

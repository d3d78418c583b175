// Data on a lattice coarser than that of the states: where they come to lie, their noise, walls and what is held out.
#include "observations/refinement.hpp"

#include "files.hpp"
#include "forward/noise.hpp"
#include "observations/change.hpp"
#include "observations/hold_out.hpp"
#include "observations/states.hpp"

namespace {

using namespace mollis;
using namespace mollis::test;
using observations::Factors;

Factors const factors{4, 1, 3};

grid::Grid fine_grid() {
  std::vector<grid::Axis> const axes{grid::axis_from_coordinates("t", {0.0, 0.1, 0.4, 0.5, 1.0, 1.2}, 0.0), grid::uniform_axis("y", 6, 0.0, 1.0, false),
                                     grid::uniform_axis("x", 8, 0.0, 2.0, true)};
  std::vector<grid::Axis> finer;
  for (std::size_t a = 0; a < axes.size(); ++a) finer.push_back(grid::refined(axes[a], factors[a]));
  return make_grid(finer);
}

double value(Coordinates const& x) { return 2.0 + std::sin(3.0 * x[0]) + x[1] * std::cos(x[2]); }
double deviation(Coordinates const& x) { return 0.1 + x[1]; }

observations::Settings observation(std::string const& file) {
  observations::Settings settings;
  settings.file = file;
  settings.dataset = "u";
  settings.noise = 0.1;
  return settings;
}

std::string data_file(grid::Grid const& fine) {
  auto const file = scratch("refined.h5");
  auto const coarse = observations::data_grid(fine, factors);
  write(file, coarse, {{"u", sample(coarse, value)}, {"sigma", sample(coarse, deviation)}});
  return file;
}

/// Whether a point of the fine grid holds a datum.
bool holds(grid::Grid const& fine, std::size_t point) {
  Index rest = static_cast<Index>(point);
  bool all = true;
  for (int a = fine.dimension() - 1; a >= 0; --a) {
    auto const& range = fine.owned()[a];
    all = all && (range.lower + rest % range.size()) % factors[static_cast<std::size_t>(a)] == 0;
    rest /= range.size();
  }
  return all;
}

TEST(Refinement, DataLieAtTheirOwnCoordinates) {
  auto const fine = fine_grid();
  run::Named<observations::Settings> given{{"u", observation(data_file(fine))}};
  given.front().second.about = 1.0;
  auto const state = observations::read_states(fine, given, {}, factors).front();
  auto const data = to_vector(state.data), exact = to_vector(sample(fine, value));
  for (std::size_t i = 0; i < data.size(); ++i)
    EXPECT_TRUE(holds(fine, i) ? std::abs(data[i] - (exact[i] - 1.0)) < 1e-12 : std::isnan(data[i])) << i;
  EXPECT_TRUE(state.between);
  EXPECT_EQ(state.observed(fine), 6 * 6 * 8);
  EXPECT_EQ(state.sigma, 0.1);
}

TEST(Refinement, DeviationsGoWithTheirData) {
  auto const fine = fine_grid();
  auto settings = observation(data_file(fine));
  settings.noise = observations::Dataset{settings.file, "sigma"};
  auto const state = observations::read_states(fine, {{"u", settings}}, {}, factors).front();
  auto const shape = to_vector(state.shape), exact = to_vector(sample(fine, deviation));
  for (std::size_t i = 0; i < shape.size(); ++i) EXPECT_NEAR(state.sigma * shape[i], holds(fine, i) ? exact[i] : state.sigma, 1e-12);
}

TEST(Refinement, WallsAreKnownBetweenTheDataToo) {
  auto const fine = fine_grid();
  auto settings = observation(data_file(fine));
  observations::Wall wall;
  wall.axis = "y";
  wall.upper = false;
  wall.values.expression = "t + x";
  settings.walls.push_back(wall);
  settings.about = 0.5;
  auto const state = observations::read_states(fine, {{"u", settings}}, {}, factors).front();
  auto const data = to_vector(state.data), known = to_vector(state.known), y = to_vector(sample(fine, [](Coordinates const& x) { return x[1]; }));
  auto const exact = to_vector(sample(fine, [](Coordinates const& x) { return x[0] + x[2] - 0.5; }));
  for (std::size_t i = 0; i < data.size(); ++i) {
    EXPECT_EQ(known[i], y[i] == 0.0 ? 1.0 : 0.0);
    EXPECT_TRUE(y[i] != 0.0 || std::abs(data[i] - exact[i]) < 1e-12) << i;
  }
  EXPECT_EQ(state.observed(fine), 6 * 5 * 8 + 21 * 24);
}

TEST(Refinement, WholeFramesOfDataAreHeldOut) {
  auto const fine = fine_grid();
  auto states = observations::read_states(fine, {{"u", observation(data_file(fine))}}, {}, factors);
  observations::HoldOut settings;
  settings.share = 0.3;
  settings.what = "frames";
  observations::hold_out(fine, settings, states, factors);
  EXPECT_EQ(observations::moments(fine, states.front().held_out).count, 2 * 6 * 8);
  EXPECT_EQ(observations::moments(fine, states.front().data).count, 4 * 6 * 8);
  EXPECT_EQ(states.front().observed(fine), 4 * 6 * 8);
}

TEST(Refinement, PickingUndoesSpreading) {
  auto const fine = fine_grid();
  auto const coarse = observations::data_grid(fine, factors);
  auto const values = sample(coarse, value);
  EXPECT_EQ(to_vector(observations::picked(fine, factors, observations::spread(fine, factors, values, -1.0))), to_vector(values));
  EXPECT_TRUE(observations::picked(fine, factors, Field()).label().empty());
}

TEST(Change, IsThatOfAWaveAndNotOfItsNoise) {
  auto const at = [](double step, double sigma) {
    auto const grid = make_grid({grid::uniform_axis("t", 20, 0.0, 19.0 * step, false), grid::uniform_axis("x", 50, 0.0, 1.0, false)});
    auto const wave = sample(grid, [](Coordinates const& x) { return std::sin(x[0] + 6.0 * x[1]); });
    return observations::change_between_times(grid, forward::with_noise(grid, wave, sigma, 3, 0), sigma);
  };
  EXPECT_NEAR(at(0.5, 0.0), 2.0 * std::sin(0.25), 0.02);
  EXPECT_NEAR(at(1.0, 0.1), 2.0 * std::sin(0.5), 0.05);
  EXPECT_LT(at(0.05, 0.2), 0.2);          // noise alone has sqrt(0.7)
  auto const two = make_grid({grid::uniform_axis("t", 2, 0.0, 1.0, false), grid::uniform_axis("x", 9, 0.0, 1.0, false)});
  EXPECT_EQ(observations::change_between_times(two, sample(two, [](Coordinates const& x) { return x[0]; }), 0.0), 0.0);
}

}  // namespace

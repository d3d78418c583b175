// What is left of the data is as large along one section of the grid as along another.
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

std::string const plane = R"toml(
[grid]
axes = ["t", "x"]
points = [25, 40]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[inversion]
method = "joint"
[parameters.D]
over = []
[equation]
residual = "dt(u) - D*dx(dx(u))"
)toml";

double decaying(Coordinates const& p) { return 1.0 + std::exp(-0.05 * 4.0 * pi * pi * p[0]) * std::sin(2.0 * pi * p[1]); }

verdict::Check even_of(Case const& c) {
  auto const answer = infer(c);
  for (auto const& check : answer.verdict.checks)
    if (check.name == "even") return check;
  return {"none", 0.0, 0.0, "", ""};
}

/// Noise that is `factor` times as large in a section of an axis.
verdict::Check with_noise(int axis, Index at, double factor, std::string const& text = plane, Formula const& u = decaying) {
  Options options;
  options.noise = 0.02;
  options.overrides = {"inversion.method=joint"};
  Case c(text, {{"u", u}}, options);
  auto& state = c.states[0];
  auto const data = on_host(state.data), clean = on_host(sample(c.grid, u));
  auto const noisy = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), state.data);
  auto const own = c.grid.owned();
  for (std::size_t i = 0; i < data.extent(0); ++i) {
    Index const columns = own[1].size(), place[2] = {own[0].lower + static_cast<Index>(i) / columns, own[1].lower + static_cast<Index>(i) % columns};
    if (place[axis] == at) noisy(i) = clean(i) + factor * (data(i) - clean(i));
  }
  Kokkos::deep_copy(state.data, noisy);
  return even_of(c);
}

TEST(Even, NamesWhereMoreIsLeft) {
  auto const time = with_noise(0, 7, 3.0), column = with_noise(1, 11, 3.0);
  EXPECT_FALSE(time.holds());
  EXPECT_NEAR(time.value, 3.0, 0.8);
  EXPECT_NE(time.finding.find("t = 0.2917"), std::string::npos) << time.finding;
  EXPECT_FALSE(column.holds());
  EXPECT_NE(column.finding.find("x = 0.275"), std::string::npos) << column.finding;
}

TEST(Even, HoldsForNoiseThatIsAsLargeEverywhere) {
  auto const same = with_noise(0, 7, 1.0);
  EXPECT_TRUE(same.holds());
  EXPECT_GT(same.value, 0.9);
}

/// Of a field nothing is said in its rim, a tenth at each end.
TEST(Even, LeavesTheRimsOfFieldsAside) {
  EXPECT_TRUE(with_noise(0, 1, 4.0, heat, bump).holds());
  auto const core = with_noise(0, 9, 4.0, heat, bump);
  EXPECT_FALSE(core.holds());
  EXPECT_NE(core.finding.find("y = 0.4737"), std::string::npos) << core.finding;
}

/// One datum far off is no matter of its column: `outliers` sees it.
TEST(Even, LeavesSingleDataAside) {
  Options options;
  options.noise = 0.02;
  Case c(plane, {{"u", decaying}}, options);
  auto& state = c.states[0];
  auto const noisy = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), state.data);
  if (c.grid.owned()[0].contains(12) && c.grid.owned()[1].contains(20))
    noisy(static_cast<std::size_t>((12 - c.grid.owned()[0].lower) * c.grid.owned()[1].size() + 20 - c.grid.owned()[1].lower)) += 30.0 * state.sigma;
  Kokkos::deep_copy(state.data, noisy);
  EXPECT_TRUE(even_of(c).holds());
}

}  // namespace
}  // namespace mollis::test

// Which method auto tries first where parts of the grid were not observed.
#include "inference/candidates.hpp"

#include <array>

#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

/// A film of two axes of space, or one, with a hidden constant or a field over all axes.
std::string film(bool wide, bool whole) {
  std::string const axes = wide ? "\"t\", \"y\", \"x\"" : "\"t\", \"x\"";
  return "[grid]\naxes = [" + axes + "]\npoints = [" + (wide ? "8, 9, 9" : "8, 9") + "]\nlower = [" + (wide ? "0, 0, 0" : "0, 0") + "]\nupper = [" +
         (wide ? "1, 1, 1" : "1, 1") + "]\n[parameters.D]\nover = [" + (whole ? axes : "") + "]\n[equation]\nresidual = \"dt(u) - D*lap(u)\"\n";
}

enum class Lack { nothing, gaps, mask };

std::string first(bool wide, bool whole, Lack lack) {
  Case c(film(wide, whole), {{"u", [](Coordinates const& x) { return std::exp(-x[0]) * std::sin(x.back()); }}});
  if (lack != Lack::nothing) c.states[0].gaps = 20;
  auto problem = c.problem();
  if (lack == Lack::mask) problem.mask = sample(c.grid, [](Coordinates const& x) { return x.back() < 0.5 ? 1.0 : 0.0; });
  return inference::candidates(problem).front().method;
}

/// Joint fits of open time and open space take minutes to hours, longer where averages say little; of one axis of space they are quick.
TEST(Candidates, FilmsWithGapsAreMollifiedFirst) {
  for (auto const lack : {Lack::nothing, Lack::gaps, Lack::mask}) {
    EXPECT_EQ(first(true, false, lack), "equation-error");
    EXPECT_EQ(first(true, true, lack), "joint");
    EXPECT_EQ(first(false, false, lack), lack == Lack::nothing ? "equation-error" : "joint");
  }
}

/// Waves of a film that are carried by 0.4 and decay by 1.4 and d k^2, each with a d of its own, where the equation has one for all. Mollified data show a
/// wrong drift and nothing amiss; what fitted states leave of the data shows it, and that stands.
TEST(Candidates, MollifiedDataDoNotGainsayFittedStates) {
  auto const u = [](Coordinates const& p) {
    double sum = 0.5 * std::exp(-1.4 * p[0]);
    for (auto const& [size, k, d, phase] : {std::array{-1.04, 4.65, 0.0342, -1.0}, std::array{-1.24, 4.64, 0.0207, -3.0}, std::array{0.546, 3.64, 0.0252, -5.0}})
      sum += size * std::exp(-(1.4 + d * k * k) * p[0]) * std::cos(k * (p[1] - 0.4 * p[0]) + phase);
    return sum;
  };
  std::string const text = "[grid]\naxes = [\"t\", \"x\"]\npoints = [36, 36]\nlower = [0, 0]\nupper = [1, 1]\n[parameters.D]\nover = []\n[parameters.b]\nover = []\n"
                           "[equation]\nresidual = \"dt(u) + b*dx(u) - D*dx(dx(u)) + 1.4*u\"\n";
  Options options;
  options.noise = 0.0012;
  Case const c(text, {{"u", u}}, options);
  auto const answer = infer(c);
  EXPECT_EQ(answer.verdict.status(), verdict::Status::doubtful);
  EXPECT_TRUE(has(answer.verdict, "white")) << verdict::describe(answer.verdict);
}

}  // namespace
}  // namespace mollis::test

// Which method auto tries first where parts of the grid were not observed.
#include "inference/candidates.hpp"

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

/// Constants alone are asked in the weak form, too, of three axes and more before states are fitted, which may take hours.
TEST(Candidates, ConstantsAreAskedInTheWeakFormToo) {
  auto const forms = [](bool wide) {
    Case const c(film(wide, false), {{"u", [](Coordinates const& x) { return std::exp(-x[0]) * std::sin(x.back()); }}});
    std::string text;
    for (auto const& candidate : inference::candidates(c.problem())) text += candidate.method + (candidate.weak ? " (weak) " : " ");
    return text;
  };
  EXPECT_EQ(forms(true), "equation-error equation-error (weak) joint ");
  EXPECT_EQ(forms(false), "equation-error joint equation-error (weak) ");
}

/// Mollified data show a wrong drift and nothing amiss, where one D stands for several; what fitted states leave of the data shows it, and that stands.
TEST(Candidates, MollifiedDataDoNotGainsayFittedStates) {
  Options options;
  options.noise = 0.0012;
  Case const c(one_for_all(), {{"u", [](Coordinates const& p) { return spread_waves(p, 1.0); }}}, options);
  auto const answer = infer(c);
  EXPECT_EQ(answer.verdict.status(), verdict::Status::doubtful);
  EXPECT_TRUE(has(answer.verdict, "white")) << verdict::describe(answer.verdict);
}

}  // namespace
}  // namespace mollis::test

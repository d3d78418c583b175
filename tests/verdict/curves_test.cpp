// The check "curve": what a missing term would move is no part of the deviation that a bend is held against.
#include "inference/curves.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/curve_bends.hpp"
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

/// Of nothing but its being white: covariances are exact.
class White final : public estimate::Linearisation {
 public:
  petsc::Vector make_vector() const override { return {}; }
  void take_parameters(Vec, Vec) const override {}
  void put_parameters(Vec, Vec) const override {}
  estimate::Rows jacobian(Vec) override { return {}; }
  void jacobian_transposed(estimate::Rows const&, Vec) override {}
  estimate::Rows weights() const override { return {}; }
  void prior(Vec, Vec) override {}
  void hessian(Vec, Vec) override {}
  estimate::Rows draw_noise(int, Vec) override { return {}; }
  void draw_prior(int, Vec) override {}
  bool is_white() const override { return true; }
  Solved solve(Vec, Vec, double) override { return {}; }
};

std::string constants(int count) {
  std::string text = "[grid]\naxes = [\"x\"]\npoints = [16]\nlower = [0.0]\nupper = [1.0]\n[equation]\nresidual = \"u";
  for (int i = 0; i < count; ++i) text += " - c" + std::to_string(i) + "*x^" + std::to_string(i);
  text += "\"\n";
  for (int i = 0; i < count; ++i) text += "[parameters.c" + std::to_string(i) + "]\nover = []\n";
  return text;
}

double flat(Coordinates const&) { return 1.0; }

/// Four coefficients are enough but for a bend of five of the five; a term that is missing may move all of the five alike and one by ten times more.
constexpr double deviation = 0.1, bend = 1.0, moved = 1.0;
constexpr std::size_t fine = 5;

std::vector<double> fine_coefficients() {
  std::vector<double> c(fine, 1.0);
  c[2] += bend;
  return c;
}

std::vector<double> covariance(bool with_term) {
  std::vector<double> c(fine * fine, 0.0);
  for (std::size_t i = 0; i < fine; ++i) c[i * fine + i] = deviation * deviation;
  if (with_term) c[2 * fine + 2] += moved * moved;
  return c;
}

/// An answer with the coefficients above, as if fitted.
inference::Inference halved(problem::Problem const& problem) {
  inference::Inference out;
  out.problem = std::make_unique<problem::Problem const>(problem);
  out.estimate.parameters = problem.space().make_vector();
  uncertainty::ConstantEntries const entries(problem.space());
  auto const values = fine_coefficients();
  for (std::size_t i = 0; i < fine; ++i) petsc::check(VecAXPY(out.estimate.parameters, values[i], entries.unit(i)));
  out.estimate.linear = std::make_unique<White>();
  out.uncertainty.computed = true;
  out.uncertainty.constants.unknowns = entries.positions;
  out.uncertainty.constants.covariance = covariance(true);
  out.uncertainty.constants.without_terms = covariance(false);
  return out;
}

TEST(Curves, AreHeldAgainstTheCovarianceWithoutMissingTerms) {
  Case const coarse(constants(4), {{"u", flat}}), bent(constants(fine), {{"u", flat}});
  Quiet const quiet;
  problem::Finer finer;
  finer.halve = [&] { return problem::Bent{bent.problem(), {}, {{"c", 0, static_cast<int>(fine), false}}}; };
  auto const again = [](problem::Problem const& problem, problem::Finer const&) { return halved(problem); };
  inference::Inference answer;
  answer.problem = std::make_unique<problem::Problem const>(coarse.problem());
  answer.uncertainty.computed = true;
  answer = inference::with_enough_coefficients(std::move(answer), finer, again);
  ASSERT_EQ(answer.verdict.checks.size(), 1u);
  auto const& check = answer.verdict.checks[0];
  EXPECT_EQ(check.name, "curve");
  EXPECT_NEAR(check.value, uncertainty::bends(fine_coefficients(), covariance(false), 0), 1e-12);
  EXPECT_FALSE(check.holds());
  EXPECT_LT(uncertainty::bends(fine_coefficients(), covariance(true), 0), check.bound);   // so that it matters which is taken
}

}  // namespace
}  // namespace mollis::test

// Constants that act as one are named, whatever the method, and the others are as if they were one.
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

/// Equation error in the weak form, joint fits in the strong one.
inference::Inference by(std::string const& method, std::string const& residual, std::string const& constants, double noise = 0.01) {
  Options options;
  options.noise = noise;
  options.overrides = {"inversion.method=" + method, std::string("equation.form=") + (method == "joint" ? "strong" : "weak"), "mollifier.radius=6", "uncertainty.samples=24"};
  Case const c(film(residual, constants), {{"u", wave}}, options);
  return infer(c);
}

/// By both methods: a and b act as one, D and a + 2 b keep their values.
TEST(Undetermined, IsNamed) {
  for (std::string const method : {"equation-error", "joint"}) {
    auto const answer = by(method, "dt(u) - D*dx(dx(u)) + a*u + 2*b*u", "Dab");
    EXPECT_EQ(answer.verdict.status(), verdict::Status::doubtful);
    ASSERT_TRUE(has(answer.verdict, "singular")) << verdict::describe(answer.verdict);
    EXPECT_EQ(answer.verdict.reasons().size(), 1u) << verdict::describe(answer.verdict);
    for (auto const& reason : answer.verdict.reasons()) {
      EXPECT_NE(reason.finding.find("-0.89 a + 0.45 b"), std::string::npos) << reason.finding;
      EXPECT_EQ(reason.finding.find("D"), std::string::npos) << reason.finding;
    }
    auto const& constants = answer.uncertainty.constants;
    auto const pieces = answer.problem->space().scatter(answer.estimate.parameters);
    if (pieces[0].extent(0) > 0) {
      EXPECT_NEAR(on_host(pieces[0])(0), 0.05, 1e-3) << method;
      EXPECT_NEAR(on_host(pieces[1])(0) + 2.0 * on_host(pieces[2])(0), 0.5, 0.01) << method;
    }
    EXPECT_TRUE(std::isinf(constants.deviation(1)) && std::isinf(constants.deviation(2))) << method;
    EXPECT_GT(constants.deviation(0), 1e-6) << method;
    EXPECT_LT(constants.deviation(0), 1e-3) << method;
  }
}

/// The first constant, on all ranks.
double first_of(inference::Inference const& answer) {
  auto const piece = answer.problem->space().scatter(answer.estimate.parameters).front();
  double value = piece.extent(0) > 0 ? on_host(piece)(0) : -HUGE_VAL;
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, answer.problem->grid.comm());
  return value;
}

/// The noise of what they multiply is taken out as of one: by equation error it was not, on some numbers of ranks, as rounding had it.
TEST(Undetermined, LeavesTheOthersAsTheyAre) {
  for (std::string const method : {"equation-error", "joint"}) {
    auto const one = by(method, "dt(u) - D*dx(dx(u)) + a*u", "Da", 0.05), pair = by(method, "dt(u) - D*dx(dx(u)) + a*u + 2*b*u", "Dab", 0.05);
    double const deviation = one.uncertainty.constants.deviation(0);
    EXPECT_NEAR(first_of(pair), first_of(one), 1e-3 * deviation) << method;
    EXPECT_NEAR(pair.uncertainty.constants.deviation(0), deviation, 0.01 * deviation) << method;
  }
}

}  // namespace
}  // namespace mollis::test

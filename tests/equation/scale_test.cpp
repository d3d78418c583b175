// Which systems tell how large their parameters are.
#include "equation/scale.hpp"

#include "point.hpp"

namespace mollis::equation {
namespace {

TEST(Scale, IsFreeWhereEveryTermHasAParameter) {
  for (auto const* text : {"dx(lambda*dx(u)) + dy(lambda*dy(u))", "k*lap(u) - lambda*u^2", "lambda*k*dx(u)", "lambda*(dx(u) - exp(y)*u)"})
    EXPECT_TRUE(is_scale_free({text}, plane())) << text;
  EXPECT_TRUE(is_scale_free({"lambda*dx(u) - k*v", "dx(u) + dy(v)"}, plane()));  // the second has none
}

TEST(Scale, IsToldByATermWithout) {
  for (auto const* text : {"lambda*lap(u) + m", "dx(u) - lambda*u", "lambda*u + k - x", "(1 + lambda)*lap(u)", "lambda*u^k", "dx(where(x < 0.1, 1, lambda)*dx(u))"})
    EXPECT_FALSE(is_scale_free({text}, plane())) << text;
  EXPECT_FALSE(is_scale_free({"lambda*dx(u) - k*v", "dx(u) + k*v"}, plane()));
  EXPECT_FALSE(is_scale_free({"dx(u) + dy(v)"}, plane()));
}

TEST(Scale, OfLogarithmsAndUnobservedStates) {
  auto logarithm = plane();
  logarithm.log_parameter = {true, false};
  EXPECT_TRUE(is_scale_free({"dx(lambda*dx(u)) + dy(lambda*dy(u))"}, logarithm));
  EXPECT_TRUE(is_scale_free({"lambda*lap(u) - k*u"}, logarithm));
  EXPECT_FALSE(is_scale_free({"lambda*lap(u) - m"}, logarithm));
  EXPECT_FALSE(is_scale_free({"lambda*lap(u) - dx(v)"}, plane()));
  EXPECT_TRUE(is_scale_free({"lambda*lap(u) - dx(v)"}, plane(), {1}));  // v, a pressure, grows with lambda
}

}  // namespace
}  // namespace mollis::equation

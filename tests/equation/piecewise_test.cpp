// Comparisons, where, min, max, step: values, branches, gaps, derivatives by the branch taken.
#include <cmath>
#include <limits>

#include "point.hpp"

namespace mollis::equation {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double value(std::string const& text, double y = 0.7, double x = 1.3) {
  return run_tape(compile_pointwise(text, {"y", "x"}), {y, x}).at(0);
}

TEST(Piecewise, FunctionsAtNumbersAndAtPoints) {
  double const y = 0.7, x = 1.3;
  struct {
    char const *of_point, *of_numbers;
    double expected;
  } const cases[] = {{"erf(y)", "erf(0.7)", std::erf(y)},
                     {"sinh(y)", "sinh(0.7)", std::sinh(y)},
                     {"cosh(x)", "cosh(1.3)", std::cosh(x)},
                     {"asin(y)", "asin(0.7)", std::asin(y)},
                     {"acos(y)", "acos(0.7)", std::acos(y)},
                     {"atan(x)", "atan(1.3)", std::atan(x)},
                     {"atan2(y, -x)", "atan2(0.7, -1.3)", std::atan2(y, -x)},
                     {"min(x, y, 2)", "min(1.3, 0.7, 2)", y},
                     {"max(y, x)", "max(0.7, 1.3)", x},
                     {"min(x, x)", "min(1.3, 1.3)", x},
                     {"step(x)", "step(1.3)", 1.0},
                     {"step(-x)", "step(-1.3)", 0.0},
                     {"step(x - x*1)", "step(0)", 1.0},
                     {"where(x < y, x, 3)", "where(1.3 < 0.7, 1.3, 3)", 3.0},
                     {"where(x - 1.3, 2, y)", "where(0, 2, 0.7)", y},
                     {"(x > y) + 2*(x >= 1.3) + 4*(x <= 1.3) + 8*(x == 1.3) + 16*(x != y) + 32*(x < y)",
                      "(1.3 > 0.7) + 2*(1.3 >= 1.3) + 4*(1.3 <= 1.3) + 8*(1.3 == 1.3) + 16*(1.3 != 0.7) + 32*(1.3 < 0.7)", 31.0}};
  for (auto const& c : cases) {
    EXPECT_DOUBLE_EQ(value(c.of_point), c.expected) << c.of_point;
    EXPECT_DOUBLE_EQ(value(c.of_numbers), c.expected) << c.of_numbers;
  }
}

TEST(Piecewise, ComparisonsBindLoosest) {
  EXPECT_DOUBLE_EQ(value("1 + x < y + 1"), 0.0);
  EXPECT_DOUBLE_EQ(value("y*2 > x + 0.05"), 1.0);
  EXPECT_DOUBLE_EQ(value("where(y < x, y, x) - 1"), 0.7 - 1);
}

/// A branch that is not taken may be anything; what a condition or a chosen value does not know stays unknown.
TEST(Piecewise, GapsAreNotFilled) {
  EXPECT_DOUBLE_EQ(value("where(x > 0, log(x), 5)", 0.7, -1.0), 5.0);
  EXPECT_DOUBLE_EQ(value("where(x <= 0, 5, 1/x)", 0.7, 0.0), 5.0);
  for (char const* text : {"x < y", "x >= y", "x == y", "x != y", "min(x, y)", "max(y, x)", "step(x)", "where(x, 1, 2)",
                           "where(x < 1, y, 2)", "where(y < 1, x, 2)", "sign(x)"})
    EXPECT_TRUE(std::isnan(value(text, 0.7, nan))) << text;
}

TEST(Piecewise, DerivativesFollowTheBranchTaken) {
  EXPECT_DOUBLE_EQ(value("dx(min(x^2, y))", 0.7, 0.5), 1.0);
  EXPECT_DOUBLE_EQ(value("dx(min(x^2, y))", 0.7, 2.0), 0.0);
  EXPECT_DOUBLE_EQ(value("dx(max(x^2, y))", 0.7, 2.0), 4.0);
  EXPECT_DOUBLE_EQ(value("dx(where(x < 1, x^3, sin(x)))", 0.7, 0.5), 0.75);
  EXPECT_DOUBLE_EQ(value("dx(where(x < 1, x^3, sin(x)))", 0.7, 2.0), std::cos(2.0));
  EXPECT_DOUBLE_EQ(value("dx(where(x > 0, log(x), 5*x))", 0.7, -1.0), 5.0);
  EXPECT_DOUBLE_EQ(value("dx(x*step(x) + (x > 1) + x*sign(x))", 0.7, 2.0), 2.0);
}

TEST(Piecewise, PartialsByParametersAndStates) {
  auto const system = compile({"where(u < 2, k*u, v) + max(lambda, u)"}, plane(), Form::strong);
  EXPECT_FALSE(system.affine);
  auto const at = [&](double u) {
    return run_tape(system.parameter_partials, read_all(system.features, [&](Feature const& f) {
                      return f.kind == Feature::Kind::parameter ? 1.5 : f.index == 0 ? u : 7.0;
                    }));
  };
  ASSERT_EQ(system.by_parameter.size(), 2u);  // lambda, k
  EXPECT_EQ(at(1.0), (std::vector<double>{1.0, 1.0}));
  EXPECT_EQ(at(3.0), (std::vector<double>{0.0, 0.0}));
  EXPECT_TRUE(compile({"where(u < 2, k*u, v)"}, plane(), Form::strong).affine);
}

TEST(Piecewise, PrintsBack) {
  std::pair<char const*, char const*> const cases[] = {
      {"where(u > 2, k, v)", "where(2 < u, k, v)"},
      {"u*(x >= y)", "u*(y <= x)"},
      {"min(u, v, 1) + atan2(u + 1, v)", "min(min(u, v), 1) + atan2(u + 1, v)"},
      {"u + 2*(v == 1 + x)", "u + 2*(v == x + 1)"},
      {"dx(u*(x != 1))", "(x != 1)*dx(u)"},
      {"where(u < 1, 0, 0) + v", "v"}};
  for (auto const& [text, expected] : cases) {
    auto const printed = compile({text}, plane(), Form::strong).text.at(0);
    EXPECT_EQ(printed, expected);
    EXPECT_EQ(compile({printed}, plane(), Form::strong).text.at(0), printed);
  }
}

}  // namespace
}  // namespace mollis::equation

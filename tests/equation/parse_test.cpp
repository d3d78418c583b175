// Precedence, simplification, printing: what a text means.
#include <cmath>
#include <set>

#include "point.hpp"

namespace mollis::equation {
namespace {

double value(std::string const& text, double y = 0.7, double x = 1.3) {
  return run_tape(compile_pointwise(text, {"y", "x"}), {y, x}).at(0);
}

TEST(Parse, Precedence) {
  double const x = 1.3, y = 0.7;
  EXPECT_DOUBLE_EQ(value("-x^2"), -x * x);
  EXPECT_DOUBLE_EQ(value("(-x)^2"), x * x);
  EXPECT_DOUBLE_EQ(value("2^-1"), 0.5);
  EXPECT_DOUBLE_EQ(value("2^3^2"), 512.0);
  EXPECT_DOUBLE_EQ(value("2^-x^2"), std::pow(2.0, -(x * x)));
  EXPECT_DOUBLE_EQ(value("x - y - 1"), x - y - 1);
  EXPECT_DOUBLE_EQ(value("x/y/2"), x / y / 2);
  EXPECT_DOUBLE_EQ(value("x/y*2"), x / y * 2);
  EXPECT_DOUBLE_EQ(value("x*-y"), -x * y);
  EXPECT_DOUBLE_EQ(value("--x + +y"), x + y);
  EXPECT_DOUBLE_EQ(value("2*x^2^0.5"), 2 * std::pow(x, std::sqrt(2.0)));
  EXPECT_DOUBLE_EQ(value("-x*y^-2"), -x / (y * y));
  EXPECT_DOUBLE_EQ(value("1 - (x - (y - 2))"), 1 - (x - (y - 2)));
}

TEST(Parse, NumbersAndFunctions) {
  double const x = 1.3, y = 0.7;
  EXPECT_DOUBLE_EQ(value("1e-3"), 1e-3);
  EXPECT_DOUBLE_EQ(value(".5 + 2. + 1.5E+2"), 152.5);
  EXPECT_DOUBLE_EQ(value("2*pi"), 2 * std::acos(-1.0));
  EXPECT_NEAR(value("sqrt(x)+exp(y)+log(x)+sin(x)+cos(y)+tan(y)+tanh(x)+abs(-x)"),
              std::sqrt(x) + std::exp(y) + std::log(x) + std::sin(x) + std::cos(y) + std::tan(y) + std::tanh(x) + x,
              1e-14);
  EXPECT_DOUBLE_EQ(value("x^y"), std::pow(x, y));
  EXPECT_DOUBLE_EQ(value("x^7"), std::pow(x, 7));
  EXPECT_DOUBLE_EQ(value("\n x \t + \n y "), x + y);
}

TEST(Parse, DerivativesOfCoordinates) {
  EXPECT_DOUBLE_EQ(value("dx(x^3*y)"), 3 * 1.3 * 1.3 * 0.7);
  EXPECT_DOUBLE_EQ(value("d(x^3*y^2, \"xxy\")"), 6 * 1.3 * 2 * 0.7);
  EXPECT_DOUBLE_EQ(value("lap(x^2 + y^3)"), 2 + 6 * 0.7);
  auto const tape = compile_pointwise("a*x", {"y", "x"}, {{"a", "y^2"}, {"unused", "u+1"}}, {1, 1, 0, 0});
  EXPECT_DOUBLE_EQ(run_tape(tape, {0.7, 1.3}).at(0), 1.4);
}

std::string understood(std::string const& text, Symbols const& symbols = plane()) {
  return compile({text}, symbols, Form::strong).text.at(0);
}

TEST(Parse, StatesStandForTheirDeviationFromAValue) {
  auto symbols = plane();
  symbols.state_about.assign(symbols.states.size(), 0.0);
  symbols.state_about.front() = 3.0;
  auto const& u = symbols.states.front();
  EXPECT_EQ(understood("x*" + u, symbols), understood("x*(" + u + " + 3)"));
  EXPECT_EQ(understood("lap(" + u + "^2)", symbols), understood("lap((" + u + " + 3)^2)"));
  EXPECT_EQ(understood("dx(" + u + ")", symbols), understood("dx(" + u + ")"));
}

TEST(Print, NormalForm) {
  std::pair<char const*, char const*> const cases[] = {
      {"lambda*lap(u) + m", "lambda*(d(u, \"xx\") + d(u, \"yy\")) + m"},
      {"u - u + v", "v"},
      {"0*u + 1*v", "v"},
      {"u*v/u", "v"},
      {"u + u + 1 - 3", "2*u - 2"},
      {"1 - u", "1 - u"},
      {"-(u - v)", "v - u"},
      {"u*u^2/v^2/2", "0.5*u^3/v^2"},
      {"2/u", "2/u"},
      {"u^v^2", "u^v^2"},
      {"(u^v)^m", "(u^v)^m"},
      {"u^(-0.3)", "u^(-0.3)"},
      {"exp(-u)*(u + v)^2", "exp(-u)*(u + v)^2"},
      {"dx(u*v)", "v*dx(u) + u*dx(v)"},
      {"dx(k*u)", "k*dx(u)"},
      {"dx(lambda*u)", "u*dx(lambda) + lambda*dx(u)"},
      {"dx(x*u)", "u + x*dx(u)"},
      {"dx(abs(u))", "dx(u)*sign(u)"},
  };
  for (auto const& [text, expected] : cases) EXPECT_EQ(understood(text), expected) << text;
}

TEST(Print, ParsesBackToTheSame) {
  for (char const* text :
       {"dx(lambda*dx(u))/(1 + u^2)", "lap(lambda*lap(u)) + u^k", "d(u^3 - u, \"xxyy\")/sqrt(m)",
        "-u^2*(k - 3*(u + v)^-2)", "tanh(exp(-u/k) - 1e-7*x)^3", "u/(v*m)*2 - 1/u", "2^u/3^-v", "-(-2)^3*u"}) {
    Reader const any = [](Feature const& f) {
      return 1.3 + 0.31 * f.index + 0.17 * static_cast<int>(f.kind) + 0.05 * f.order[0] + 0.07 * f.order[1];
    };
    double const direct = residual_at(compile({text}, plane(), Form::strong), any);
    EXPECT_NEAR(residual_at(compile({understood(text)}, plane(), Form::strong), any), direct, 1e-13 * std::abs(direct))
        << text;
  }
}

TEST(Compile, SharesAndReusesRegisters) {
  auto const system = compile({"exp(u*v) + exp(v*u) + sin(u*v)"}, plane(), Form::strong);
  int functions = 0;
  for (auto const& in : system.residual.code) functions += in.op == kernels::Op::exp || in.op == kernels::Op::sin;
  EXPECT_EQ(functions, 2);
  std::string chain = "u";
  for (int i = 0; i < 50; ++i) chain = "sin(" + chain + " + 1)";
  EXPECT_LE(compile({chain}, plane(), Form::strong).residual.registers, 4);
}

TEST(Compile, LongTextsAreFine) {
  std::string sum = "u";
  for (int i = 1; i < 3000; ++i) sum += " + " + std::to_string(i) + "*u*x^" + std::to_string(i % 50);
  EXPECT_NO_THROW(compile({sum}, plane(), Form::strong));
}
TEST(Experiments, ResidualsHoldInEachWithItsOwnStatesAndFields) {
  Symbols symbols;
  symbols.axes = {"x"};
  symbols.states = {"u_1", "u_2", "v_1", "v_2"};
  symbols.parameters = {"a"};
  symbols.fields = {"m_1", "s"};
  symbols.let = {{"flow", "a*dx(u)"}};
  symbols.experiments = {{{"u", "u_1"}, {"v", "v_1"}, {"m", "m_1"}}, {{"u", "u_2"}, {"v", "v_2"}, {"m", "s"}}};
  for (Form const form : {Form::strong, Form::weak}) {
    auto const system = compile({"flow + m", "v - u"}, symbols, form);
    ASSERT_EQ(system.residuals, 4);
    EXPECT_EQ(system.text[1].find("_2"), std::string::npos) << system.text[1];
    EXPECT_NE(system.text[0].find("m_1"), std::string::npos) << system.text[0];
    EXPECT_NE(system.text[2].find("u_2"), std::string::npos) << system.text[2];
    EXPECT_NE(system.text[2].find('s'), std::string::npos) << system.text[2];
    EXPECT_EQ(system.text[2].find("_1"), std::string::npos) << system.text[2];
    std::set<int> of_parameter;
    for (auto const& partial : system.by_parameter) of_parameter.insert(partial.residual);
    EXPECT_EQ(of_parameter, (std::set<int>{0, 2}));
  }
  EXPECT_THROW(compile({"u_1 - v"}, symbols, Form::strong), SyntaxError);
  EXPECT_THROW(compile({"u - s"}, symbols, Form::strong), SyntaxError);
}

}  // namespace
}  // namespace mollis::equation

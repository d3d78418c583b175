// What users are told: the expression, the column, the caret and the advice.
#include <cstring>
#include <sstream>

#include "point.hpp"

namespace mollis::equation {
namespace {

struct Case {
  char const* text;
  std::size_t column;
  char const* says;
  std::size_t length = 1;  ///< underlined
};

SyntaxError error_of(std::function<void()> const& work) {
  try {
    work();
  } catch (SyntaxError const& error) {
    return error;
  }
  return {"", 0, "no error"};
}

SyntaxError error_of(std::string const& text, Symbols const& symbols = plane(), Form form = Form::strong) {
  return error_of([&] { compile({"u", text}, symbols, form); });
}

void expect(Case const& c, Form form = Form::strong) {
  auto const error = error_of(c.text, plane(), form);
  std::string const what = error.what();
  EXPECT_EQ(error.which, "residual 2") << c.text;
  EXPECT_EQ(error.column, c.column) << what;
  EXPECT_NE(what.find(c.says), std::string::npos) << what << "\nlacks: " << c.says;
  std::string const tail = std::string("\n  ") + c.text + "\n  " + std::string(c.column, ' ') + "^" + std::string(c.length - 1, '~');
  ASSERT_GE(what.size(), tail.size());
  EXPECT_EQ(what.substr(what.size() - tail.size()), tail);
}

TEST(Errors, PointAtTheMistake) {
  for (Case const& c : {Case{"lamda*lap(u)", 0, "unknown name 'lamda'; did you mean 'lambda'?"},
                        {"k*u + Lambda", 6, "did you mean 'lambda'?"},
                        {"u + qqqqq", 4, "known names: pi, k, lambda, m, u, v, x, y"},
                        {"u + sinn(u)", 4, "unknown function 'sinn'; did you mean 'sin'?"},
                        {"laplacian(u)", 0, "did you mean 'lap'?"},
                        {"ln(u)", 0, "did you mean 'log'?"},
                        {"dxx(u)", 0, "did you mean d(., \"xx\")?"},
                        {"u_xx + m", 0, "did you mean d(u, \"xx\")?"},
                        {"u(1-u)", 0, "not a function; write u*(...)"},
                        {"sin u", 0, "'sin' needs an argument in parentheses"},
                        {"sqrt(u, v)", 0, "'sqrt' takes 1 argument, not 2"},
                        {"u + lap()", 4, "'lap' takes 1 argument, not 0"},
                        {"d(u)", 0, "'d' takes 2 arguments"},
                        {"d(u, xx)", 5, "in quotes"},
                        {"d(u, \"xz\")", 5, "no axis 'z'; its axes are y, x"},
                        {"d(u, \"\")", 5, "name the axes"},
                        {"dt(u)", 0, "no axis 't'"},
                        {"lap(\"u\")", 4, "not text in quotes"},
                        {"(u + v", 0, "this '(' is never closed"},
                        {"sin(u + v", 3, "this '(' is never closed"},
                        {"u + v)", 5, "this ')' closes nothing"},
                        {"u, v", 1, "',' outside"},
                        {"d(u, \"xx", 5, "never closed"},
                        {"u +", 3, "ends where a value should stand"},
                        {"u * / v", 4, "expected a value before '/'"},
                        {"2 u", 2, "a product is written with *"},
                        {"u**2", 2, "did you mean '^'?"},
                        {"u = 3", 2, "write left - (right)"},
                        {"u < 1 < v", 6, "write (a < b)*(b < c)"},
                        {"u && v", 2, "write (a)*(b) for and"},
                        {"atan2(u)", 0, "'atan2' takes 2 arguments, not 1"},
                        {"min(u)", 0, "'min' takes 2 arguments or more, not 1"},
                        {"u + where(u < 1, v)", 4, "'where' takes 3 arguments, not 2"},
                        {"u + asin(2)", 4, "not a finite number"},
                        {"where(u < 1, \"x\", v)", 13, "not text in quotes"},
                        {"u <", 3, "ends where a value should stand"},
                        {"u[0]", 1, "use parentheses"},
                        {"u ? v", 2, "unexpected character '?'"},
                        {"1e999*u", 0, "out of range"},
                        {"u + 1/0", 6, "division by zero"},
                        {"u + log(0)", 4, "not a finite number"},
                        {"u + sqrt(-1)", 4, "not a finite number"},
                        {"lap(lap(lap(lap(u))))", 0, "total order of a derivative is at most 6"},
                        {"d(u, \"xxxxxxx\")", 0, "at most 6"},
                        {"u - u + 2", 0, "the residual is a constant: 2"}}) {
    expect(c);
  }
}

/// The character that the caret stands under, in a line of at most about 100.
std::string under_caret(SyntaxError const& error) {
  std::istringstream lines(error.what());
  std::string what, text, caret;
  std::getline(lines, what);
  std::getline(lines, text);
  std::getline(lines, caret);
  EXPECT_LE(text.size(), 120u) << text;
  EXPECT_LE(what.size(), 200u) << what;
  auto const columns = caret.find('^');
  std::size_t at = 0;
  for (std::size_t c = 0; c < columns; ++c)
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u);
  return text.substr(at, 5);
}

TEST(Errors, LongTextsAreCutAroundTheMistake) {
  std::string const term = "k*lap(u) + ";
  std::string many;
  for (int i = 0; i < 90000; ++i) many += term;  // a megabyte
  std::pair<std::string, std::string> const around[] = {{"", many}, {many, "u"}, {many, many}, {term, many}, {many, term}};
  for (auto const& [before, after] : around) {
    auto const error = error_of(before + "wrong + " + after + "u");
    EXPECT_EQ(error.column, before.size());
    EXPECT_EQ(under_caret(error), "wrong") << error.what();
  }
  EXPECT_EQ(under_caret(error_of("u\n+ v\n+ " + many + "wrong + " + many + "\n+ u")), "wrong");
}

TEST(Errors, CutsFallBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4\xe2\x88\x82";
  for (std::size_t padding = 0; padding < 5; ++padding) {
    auto const error = error_of("u*(v" + std::string(padding, ' ') + " + wrong*" + umlauts + ")");
    EXPECT_EQ(under_caret(error), "wrong");
    for (char const* cut = error.what(); (cut = std::strstr(cut, "...")) != nullptr; ++cut)
      EXPECT_TRUE((static_cast<unsigned char>(cut[-1]) & 0x80u) == 0 || static_cast<unsigned char>(cut[-1]) == 0xa4 ||
                  static_cast<unsigned char>(cut[-1]) == 0x82)
          << error.what();
  }
}

TEST(Errors, LongNamesAreCut) {
  std::string const name(1000000, 'q');
  for (auto const& text : {name, name + "(u)", "u*" + name, "3 " + name, "d(u, " + std::string(100000, 'x') + ")"})
    EXPECT_LT(std::string(error_of(text).what()).size(), 500u);
}

TEST(Errors, WhatGrowsTooLargeIsToldInTime) {
  std::string product = "u", power = "u";
  for (int i = 1; i < 3000; ++i) product += "*sin(" + std::to_string(i) + "*u)";
  for (int i = 1; i < 100000; ++i) power += "*sin(" + std::to_string(i) + "*u)";
  for (auto const& text : {"lap(" + product + ")", power, "lap(" + power + ")"}) {
    auto const error = error_of(text);
    EXPECT_EQ(error.which, "residual 2");
    EXPECT_NE(std::string(error.what()).find("grows too large"), std::string::npos) << error.what();
  }
  auto const partials = error_of(product);  // itself readable, its derivatives by the states are not
  EXPECT_NE(std::string(partials.what()).find("derivatives"), std::string::npos) << partials.what();
  std::string pointwise = "x";
  for (int i = 1; i < 300; ++i) pointwise += "*sin(" + std::to_string(i) + "*x)";
  EXPECT_NO_THROW(compile_pointwise(pointwise, {"x"}, {}, {0}));
  EXPECT_THROW(compile_pointwise(pointwise, {"x"}, {}, {6}), SyntaxError);
}

TEST(Errors, EmptyTexts) {
  EXPECT_EQ(error_of("").column, 0u);
  EXPECT_NE(std::string(error_of("  ").what()).find("empty"), std::string::npos);
}

TEST(Errors, ShowOneLineOfMany) {
  auto const error = error_of("u\n\t+ µ*q");
  EXPECT_EQ(error.column, 5u);
  EXPECT_NE(std::string(error.what()).find("\n  \t+ µ*q\n  \t  ^"), std::string::npos) << error.what();
}

TEST(Errors, DeepNestingIsToldNotCrashed) {
  for (std::string const open : {"(", "-", "sin(", "2^"}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += open;
    EXPECT_NE(std::string(error_of(text + "u").what()).find("nested more than 200"), std::string::npos) << open;
  }
}

TEST(Errors, GrowthIsBounded) {
  auto symbols = plane();
  symbols.let["a0"] = "exp(u*v)";
  for (int i = 1; i < 60; ++i) {
    auto const before = "a" + std::to_string(i - 1);
    symbols.let["a" + std::to_string(i)] = before + "*sin(" + before + ")";
  }
  EXPECT_NO_THROW(compile({"a59"}, symbols, Form::strong));  // shared, not copied
}

TEST(Errors, LetNames) {
  auto symbols = plane();
  symbols.let = {{"a", "b + 1"}, {"b", "2*c"}, {"c", "a*u"}};
  auto error = error_of("a", symbols);
  EXPECT_NE(std::string(error.what()).find("'a' is defined by way of itself"), std::string::npos);
  EXPECT_EQ(error.which, "let.c");
  symbols.let = {{"a", "u + w"}};
  error = error_of("a", symbols);
  EXPECT_EQ(error.which, "let.a");
  EXPECT_EQ(error.column, 4u);
  symbols.let = {{"good", "u^2"}, {"better", "good + dx(good)"}};
  EXPECT_EQ(compile({"better"}, symbols, Form::strong).text.at(0),
            compile({"u^2 + dx(u^2)"}, plane(), Form::strong).text.at(0));
}

TEST(Errors, CollisionsAndBadNames) {
  auto const clash = [](std::function<void(Symbols&)> const& change) {
    auto symbols = plane();
    change(symbols);
    return error_of("u", symbols);
  };
  EXPECT_EQ(clash([](Symbols& s) { s.parameters[0] = "u"; }).which, "parameter.u");
  EXPECT_EQ(clash([](Symbols& s) { s.fields[0] = "x"; }).which, "field.x");
  EXPECT_EQ(clash([](Symbols& s) { s.states[1] = "u"; }).which, "state.u");
  EXPECT_EQ(clash([](Symbols& s) { s.let["m"] = "1"; }).which, "let.m");
  EXPECT_EQ(clash([](Symbols& s) { s.let["sin"] = "1"; }).which, "let.sin");
  EXPECT_EQ(clash([](Symbols& s) { s.parameters[0] = "lap"; }).which, "parameter.lap");
  EXPECT_EQ(clash([](Symbols& s) { s.states[1] = "2u"; }).which, "state.2u");
  EXPECT_EQ(clash([](Symbols&) {}).which, "");
  EXPECT_NE(std::string(clash([](Symbols& s) { s.let["m"] = "1"; }).what()).find("both the field and the let"),
            std::string::npos);
  for (char const* word : {"pi", "d", "dx", "dt", "lap", "sqrt", "abs", "where", "min", "erf"}) EXPECT_TRUE(is_reserved(word));
  EXPECT_FALSE(is_reserved("lambda"));
}

TEST(Errors, WeakFormLimits) {
  for (Case const& c : {Case{"dx(u) + v*dx(u)", 8, "'v' cannot be taken inside the derivative: a state before the derivative of another", 7},
                        {"k + u*lap(u)", 4, "order 2 leaves products of derivatives", 8},
                        {"m + tanh(u)*dx(u) - v", 4, "no antiderivative of 'tanh(u)'", 13},
                        {"where(x < 1, 2, 3)*dx(u)", 0, "jumps or has kinks", 24},
                        {"k*abs(x)*lap(u)", 0, "'abs(x)', which jumps or has kinks", 15},
                        {"dx(u)*dx(u)", 0, "product of two derivatives", 11},
                        {"u - dx(u)*dx(v)", 4, "product of two derivatives", 11},
                        {"u + exp(k*u)", 4, "mixes parameters and data", 8},
                        {"sin(dx(u))", 0, "nonlinear function of a derivative", 10},
                        {"v/dx(u)", 0, "cannot divide by", 7},
                        {"v/(k + u)", 0, "cannot divide by", 9},
                        {"dx(lambda*dx(u))", 0, "'lambda' varies along the axes of the derivative", 16},
                        {"d(lap(k*lap(u)), \"xxx\")", 0, "at most 6", 23}}) {
    expect(c, Form::weak);
  }
}

}  // namespace
}  // namespace mollis::equation

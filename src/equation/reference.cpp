#include "equation/reference.hpp"

#include "equation/parser.hpp"
#include "equation/system.hpp"

namespace mollis::equation {
namespace {

/// States u and v, parameters k (a function of x) and c (a number), a known field m on axes t, y, x.
Symbols samples() {
  Symbols symbols;
  symbols.axes = {"t", "y", "x"};
  symbols.states = {"u", "v"};
  symbols.parameters = {"k", "c"};
  symbols.depends = {{false, false, true}, {false, false, false}};
  symbols.fields = {"m"};
  return symbols;
}

std::string listed(std::vector<Word> const& words) {
  std::string text;
  for (auto const& [name, meaning] : words) text += "  " + name + std::string(8 - name.size(), ' ') + meaning + "\n";
  return text;
}

/// What becomes of a residual: how it is understood, or why not.
std::string verdict(std::string const& residual, Form form) {
  std::string text = "  " + residual + "\n";
  try {
    text += "      = " + compile({residual}, samples(), form).text.front() + "\n";
  } catch (SyntaxError const& error) {
    std::string const what = error.what();
    text += "      refused: " + what.substr(0, what.find('\n')) + "\n";
  }
  return text;
}

}  // namespace

std::string reference() {
  std::string text = "Residuals, and every other expression of a deck\n\n"
                     "  numbers  2, 0.5, 1e-3, pi\n"
                     "  names    axes, and in residuals states, parameters, known fields and the names of [equation] let\n"
                     "  + - * /  a product needs its *\n"
                     "  ^        power: binds tighter than a sign and from right to left\n"
                     "  < <= > >= == !=   1 where it holds, 0 elsewhere; loosest, one at a time; its derivative is 0\n"
                     "  ( )      nested up to " + std::to_string(max_nesting) + " deep\n\nFunctions\n";
  text += listed(function_words());
  text += "\nDerivatives, of any expression, of total order up to " + std::to_string(max_order) + "\n";
  text += listed(operator_words());
  text += "\nIn the examples u and v are states, k is a parameter over x, c one that is a number, m a known field, and the\n"
          "axes are t, y, x.\n\n"
          "Strong form (form = \"strong\"): derivatives are carried out by the chain rule, and states are smoothed\n";
  for (auto const* residual : {"dt(u) - dx(k*dx(u)) - m", "c*lap(u) - u*(1 - v^2)", "dx(exp(u))"})
    text += verdict(residual, Form::strong);
  text += "\nWeak form (form = \"weak\"): sums of parameters times derivatives of expressions without parameters; no\n"
          "derivative is taken of data. Known factors, and factors of the same state before a first derivative, are taken\n"
          "inside; functions without derivatives stand anywhere, those with jumps or kinks (abs, sign, step, min, max, where,\n"
          "comparisons) not before a derivative along the axis on which they jump\n";
  for (auto const* residual : {"dt(u) - c*lap(u)", "k*u - dx(u^2)/2 + m", "u*dx(u)",
                               "cos(t)*dx(u) - x^2*d(u, \"xx\")", "dx(m*dx(u))", "where(t < 1, c, 2)*dx(u)", "step(x)*dx(u)", "v*dx(u)",
                               "u*lap(u)", "dx(k*u)", "dx(u)^2", "sin(k*u)"})
    text += verdict(residual, Form::weak);
  return text;
}

}  // namespace mollis::equation

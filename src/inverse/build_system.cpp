#include "inverse/build_system.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "run/error.hpp"

namespace mollis::inverse {
namespace {

std::vector<bool> depends(std::vector<std::string> const& axes, std::vector<std::string> const& over) {
  std::vector<bool> result;
  for (auto const& axis : axes) result.push_back(std::find(over.begin(), over.end(), axis) != over.end());
  return result;
}

equation::Symbols symbols_of(deck::Deck const& deck, Dependence const& fields) {
  equation::Symbols symbols;
  symbols.axes = deck.grid.axes;
  for (auto const& [name, observation] : deck.observations) symbols.states.push_back(name);
  for (auto const& [name, parameter] : deck.parameters) {
    symbols.parameters.push_back(name);
    symbols.depends.push_back(depends(symbols.axes, parameter.over));
    symbols.log_parameter.push_back(parameter.log);
  }
  for (auto const& [name, values] : deck.fields) symbols.fields.push_back(name);
  symbols.field_depends = fields;
  symbols.let = deck.equation.let;
  return symbols;
}

std::string line_at(deck::Place const& place, std::size_t column, std::string const& message) {
  return fmt::format("{}:{}:{}: [{}] {}: {}", place.file, place.line, place.column + static_cast<int>(column), place.section,
                     place.key, message);
}

/// Where a syntax error stands: in a residual (numbered among those compiled) or in a let expression.
std::string located(deck::Deck const& deck, std::size_t residual, equation::SyntaxError const& error) {
  std::string const let = "let.";
  if (error.which.compare(0, let.size(), let) == 0) {
    auto const place = deck.equation.let_places.find(error.which.substr(let.size()));
    if (place != deck.equation.let_places.end()) return line_at(place->second, error.column, error.what());
  }
  auto const& places = deck.equation.residual_places;
  return line_at(residual < places.size() ? places[residual] : deck.equation.place, error.column, error.what());
}

void check_pointwise(deck::Values const& values, std::vector<std::string> const& axes, std::vector<std::string>& lines) {
  if (values.expression.empty()) return;
  try {
    equation::compile_pointwise(values.expression, axes);
  } catch (equation::SyntaxError const& error) {
    lines.push_back(line_at(values.place, error.column, error.what()));
  }
}

}  // namespace

std::vector<std::string> expression_errors(deck::Deck const& deck) {
  std::vector<std::string> lines;
  auto const everywhere = Dependence(deck.fields.size(), std::vector<bool>(deck.grid.axes.size(), true));
  auto const symbols = symbols_of(deck, everywhere);
  auto const form = deck.equation.weak ? equation::Form::weak : equation::Form::strong;
  for (std::size_t k = 0; k < deck.equation.residuals.size(); ++k) {
    try {
      equation::compile({deck.equation.residuals[k]}, symbols, form);
    } catch (equation::SyntaxError const& error) {
      auto line = located(deck, k, error);
      if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
    }
  }
  for (auto const& [name, values] : deck.fields) check_pointwise(values, deck.grid.axes, lines);
  for (auto const& [name, parameter] : deck.parameters)
    if (parameter.truth) check_pointwise(*parameter.truth, deck.grid.axes, lines);
  return lines;
}

equation::System build_system(deck::Deck const& deck, Dependence const& fields) {
  auto const lines = expression_errors(deck);
  if (!lines.empty()) throw run::Error(run::Exit::bad_deck, fmt::format("{}", fmt::join(lines, "\n")));
  try {
    return equation::compile(deck.equation.residuals, symbols_of(deck, fields),
                             deck.equation.weak ? equation::Form::weak : equation::Form::strong);
  } catch (equation::SyntaxError const& error) {
    throw run::Error(run::Exit::bad_deck, located(deck, 0, error));
  }
}

}  // namespace mollis::inverse

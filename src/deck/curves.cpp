#include "deck/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "deck/entry.hpp"
#include "deck/experiments.hpp"

namespace mollis::deck {
namespace {

std::string coefficient_name(std::string const& curve, int k) { return fmt::format("{}_{}", curve, k + 1); }

std::optional<std::array<double, 2>> read_range(Entry const& entry) {
  auto const range = entry.list<double>("range");
  if (!range) return std::nullopt;
  if (range->size() != 2 || !((*range)[0] < (*range)[1])) {
    entry.report("range", "expected two numbers, the second above the first; write range = [0.0, 1.0]");
    return std::nullopt;
  }
  return std::array<double, 2>{(*range)[0], (*range)[1]};
}

/// Truths of curves are expressions of the state.
void check_truth(Entry const& entry, Parameter const& parameter) {
  if (parameter.truth && parameter.truth->expression.empty())
    entry.report("truth", fmt::format("of a curve over {0} it is an expression of {0}; write truth = {{ value = \"1 + {0}\" }}", parameter.over.front()));
}

std::string text_of(Curve const& curve) {
  auto const [lower, upper] = curve.range.value_or(std::array<double, 2>{0.0, 1.0});
  double const step = (upper - lower) / (curve.coefficients - 3);
  std::string sum;
  for (int k = 0; k < curve.coefficients; ++k) {
    auto const from = fmt::format("abs((min(max({}, ({})), ({})) - ({}))/({}))", curve.state, lower, upper, lower + (k - 1) * step, step);
    sum += fmt::format("{}{}*(max(2 - {}, 0)^3 - 4*max(1 - {}, 0)^3)/6", k == 0 ? "" : " + ", coefficient_name(curve.name, k), from, from);
  }
  return sum;
}

}  // namespace

std::vector<std::string> states_in_residuals(Deck const& deck) {
  std::vector<std::string> states;
  for (auto const& [name, observation] : deck.observations) {
    auto const plain = name_in_residuals(deck.experiments, name);
    if (std::find(states.begin(), states.end(), plain) == states.end()) states.push_back(plain);
  }
  return states;
}

bool is_curve(Parameter const& parameter, std::vector<std::string> const& states) {
  return parameter.over.size() == 1 && std::find(states.begin(), states.end(), parameter.over.front()) != states.end();
}

void add_curve(std::string const& name, Entry const& entry, Parameter const& parameter, Names& names, Deck& deck) {
  Curve curve;
  curve.name = name;
  curve.state = parameter.over.front();
  if (auto const coefficients = entry.integer("coefficients")) {
    curve.coefficients = static_cast<int>(*coefficients);
    curve.open = false;
  }
  curve.range = read_range(entry);
  curve.first = deck.parameters.size();
  curve.written = parameter;
  check_truth(entry, parameter);
  auto constant = parameter;
  constant.over.clear();
  constant.truth.reset();
  for (int k = 0; k < curve.coefficients; ++k) {
    names.claim(coefficient_name(name, k), fmt::format("a coefficient of {}", name), entry.place(), entry.document().problems);
    deck.parameters.emplace_back(coefficient_name(name, k), constant);
  }
  deck.curves.push_back(std::move(curve));
}

void name_curves(Deck& deck) {
  for (auto const& curve : deck.curves) {
    deck.equation.let[curve.name] = text_of(curve);
    deck.equation.let_places[curve.name] = curve.written.places.section;
  }
}

std::optional<Deck> with_halved_intervals(Deck const& deck, int most) {
  auto finer = deck;
  finer.parameters.clear();
  auto curve = finer.curves.begin();
  for (std::size_t p = 0; p < deck.parameters.size(); ++p) {
    if (curve == finer.curves.end() || curve->first != p) {
      finer.parameters.push_back(deck.parameters[p]);
      continue;
    }
    p += static_cast<std::size_t>(curve->coefficients) - 1;
    curve->first = finer.parameters.size();
    curve->coefficients = 2 * curve->coefficients - 3;
    if (curve->coefficients > most) return std::nullopt;
    for (int k = 0; k < curve->coefficients; ++k) finer.parameters.emplace_back(coefficient_name(curve->name, k), deck.parameters[p].second);
    ++curve;
  }
  auto const taken = [&](std::string const& name) {
    auto const named = [&](auto const& one) { return one.first == name; };
    return std::count_if(finer.parameters.begin(), finer.parameters.end(), named) > 1 || finer.equation.let.count(name) > 0 ||
           std::any_of(deck.fields.begin(), deck.fields.end(), named) || std::any_of(deck.observations.begin(), deck.observations.end(), named);
  };
  if (deck.curves.empty() || std::any_of(finer.parameters.begin(), finer.parameters.end(), [&](auto const& one) { return taken(one.first); }))
    return std::nullopt;
  name_curves(finer);
  return finer;
}

std::vector<double> basis(Curve const& curve, double u) {
  auto const [lower, upper] = *curve.range;
  double const s = (std::min(std::max(u, lower), upper) - lower) / (upper - lower) * (curve.coefficients - 3);
  std::vector<double> values;
  for (int k = 0; k < curve.coefficients; ++k) {
    double const from = std::abs(s - k + 1.0);
    values.push_back((std::pow(std::max(2.0 - from, 0.0), 3) - 4.0 * std::pow(std::max(1.0 - from, 0.0), 3)) / 6.0);
  }
  return values;
}

}  // namespace mollis::deck

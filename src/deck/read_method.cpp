// [equation], [mollifier], [mollify], [inversion] and [output]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "deck/readers.hpp"
#include "deck/suggest.hpp"
#include "run/shown.hpp"

namespace mollis::deck {

namespace {

void read_residuals(Entry const& entry, Equation& equation, bool required) {
  bool const one = entry.has("residual") || entry.broken("residual");
  bool const several = entry.has("residuals") || entry.broken("residuals");
  if (one && several) entry.report("residuals", "residual is given too; keep one of the two");
  if (!one && !several && required) {
    entry.report("residual", "required key is missing; add residual = \"...\", or residuals = [...] for a system");
  }
  if (auto const text = entry.text("residual")) {
    equation.residuals = {*text};
    equation.residual_places = {entry.text_place("residual")};
  }
  if (!entry.has("residuals") || one) return;
  auto const& list = *entry.node("residuals")->as_array();
  if (list.empty()) entry.report("residuals", "the list is empty; give at least one expression");
  for (std::size_t i = 0; i < list.size(); ++i) {
    equation.residuals.push_back(*list.get(i)->value<std::string>());
    Place const place = entry.element("residuals", i);
    equation.residual_places.push_back(entry.document().text_place(*list.get(i), place.section, place.key));
    if (equation.residuals.back().find_first_not_of(" \t\r\n") == std::string::npos) {
      entry.report(place, "the text is empty; write an expression or remove it");
    }
  }
}

/// Radii of one axis: cells for all orders, or a table of orders.
AxisRadius axis_radius(toml::node const& node) {
  AxisRadius radii;
  if (auto const cells = node.value<std::int64_t>()) return {{-1, *cells}};
  for (auto const& [order, cells] : *node.as_table()) {
    radii[std::stoi(std::string(order.str()))] = *cells.value<std::int64_t>();
  }
  return radii;
}

void read_radius(Entry const& entry, Axes const& axes, Mollifier& mollifier) {
  auto const* const node = entry.node("radius");
  mollifier.automatic = !node || node->is_string();
  mollifier.adaptive = entry.text("radius") == "adaptive";
  if (mollifier.automatic) return;
  if (auto const cells = entry.integer("radius")) {
    for (auto const& axis : axes) mollifier.radius[axis] = {{-1, *cells}};
    return;
  }
  for (auto const& item : entry.items("radius")) {
    if (known_axis(item.name, axes, entry, entry.region(item.region, "radius"))) {
      mollifier.radius[item.name] = axis_radius(*item.node);
    }
  }
  std::vector<std::string> missing;
  for (auto const& axis : axes) {
    if (!mollifier.radius.count(axis)) missing.push_back(axis);
  }
  if (!missing.empty()) {
    entry.report("radius", fmt::format("no radius for {}; name every axis of the grid, or give one number for all",
                                       quoted_list(missing)));
  }
}

}  // namespace

Equation read_equation(Entry const& entry, Names& names, bool required) {
  Equation equation;
  equation.places = entry.places();
  equation.weak = entry.text("form") == "weak";
  read_residuals(entry, equation, required);
  for (auto const& item : entry.items("let")) {
    names.claim(item.name, "a sub-expression", entry.region(item.region, "let." + item.name),
                entry.document().problems);
    equation.let[item.name] = expression_of(*item.node);
    Place place = entry.region(item.node->source(), "let." + item.name);
    equation.let_places[item.name] = entry.document().text_place(*item.node, place.section, place.key);
  }
  return equation;
}

Mollifier read_mollifier(Entry const& entry, Axes const& axes, Equation const& equation) {
  auto mollifier = mollifier::automatic(equation.weak, entry.places());
  mollifier.places.keys["form"] = equation.places.of("form");
  mollifier.kernel = entry.text("kernel").value_or(mollifier.kernel);
  mollifier.exponent = entry.number("exponent").value_or(mollifier.exponent);
  mollifier.degree = static_cast<int>(entry.integer("degree").value_or(mollifier.degree));
  mollifier.filter = entry.text("filter").value_or(mollifier.filter);
  read_radius(entry, axes, mollifier);
  if (mollifier.adaptive && equation.weak)
    entry.report("radius", "the weak form's rows are not exact on polynomials, so that radii cannot vary; use radius = \"auto\", or form = \"strong\"");
  if (mollifier.adaptive && mollifier.filter == "analytic")
    entry.report("radius", "rows of filter = \"analytic\" are not exact on polynomials, so that radii cannot vary; use radius = \"auto\", or "
                           "filter = \"moment\"");
  return mollifier;
}

std::vector<std::string> read_derivatives(Entry const& entry, Deck const& deck) {
  constexpr std::size_t highest = 6;
  auto const derivatives = entry.list<std::string>("derivatives").value_or(std::vector<std::string>{});
  std::set<std::string> seen;
  for (std::size_t i = 0; i < derivatives.size(); ++i) {
    std::string const& letters = derivatives[i];
    auto const wrong = [&](std::string const& what) {
      entry.report(entry.element("derivatives", i), fmt::format("\"{}\" {}", run::shown(letters), what));
    };
    auto const is_state = [&](auto const& named) { return named.first == letters; };
    if (letters.empty() || std::any_of(deck.observations.begin(), deck.observations.end(), is_state)) continue;
    auto const& axes = deck.grid.axes;
    bool const known = std::all_of(letters.begin(), letters.end(), [&](char c) {
      return axes.empty() || std::find(axes.begin(), axes.end(), std::string(1, c)) != axes.end();
    });
    if (!known) {
      wrong(fmt::format("is no derivative; write the axes to derive along, out of {}, such as \"{}\"",
                        quoted_list(axes), axes.back() + axes.back()));
    } else if (letters.size() > highest) {
      wrong(fmt::format("is of order {}; the highest order is {}", letters.size(), highest));
    }
    std::string sorted = letters;
    std::sort(sorted.begin(), sorted.end());
    if (!seen.insert(sorted).second) wrong("is asked for twice; name it once");
  }
  return derivatives;
}

Inversion read_inversion(Entry const& entry) {
  Inversion inversion;
  inversion.places = entry.places();
  inversion.method = entry.text("method").value_or(inversion.method);
  inversion.reweight = static_cast<int>(entry.integer("reweight").value_or(inversion.reweight));
  inversion.bias_correction = entry.text("bias_correction").value_or(inversion.bias_correction);
  inversion.tolerance = entry.number("tolerance").value_or(inversion.tolerance);
  inversion.max_iterations = static_cast<int>(entry.integer("max_iterations").value_or(inversion.max_iterations));
  return inversion;
}

Joint read_joint(Entry const& entry) {
  Joint joint;
  joint.places = entry.places();
  joint.spline_degree = static_cast<int>(entry.integer("spline_degree").value_or(joint.spline_degree));
  if (joint.spline_degree % 2 == 0)
    entry.report("spline_degree", fmt::format("{} is even; a mollifier that is centred on the points has an odd degree, such as {}",
                                              joint.spline_degree, joint.spline_degree + 1));
  if (auto const weight = entry.number("penalty")) joint.penalty = *weight;
  return joint;
}

Uncertainty read_uncertainty(Entry const& entry) {
  Uncertainty uncertainty;
  if (auto const samples = entry.number("samples")) {
    uncertainty.samples = static_cast<int>(*samples);
    if (*samples != std::floor(*samples)) entry.report("samples", fmt::format("{} is no whole number of draws", *samples));
  }
  uncertainty.keep = entry.flag("keep").value_or(false);
  return uncertainty;
}

Validation read_validation(Entry const& entry, Axes const& axes) {
  Validation validation;
  validation.places = entry.places();
  validation.share = entry.number("hold_out").value_or(validation.share);
  validation.what = entry.text("what").value_or(validation.what);
  validation.seed = static_cast<std::uint64_t>(entry.integer("seed").value_or(1));
  if (validation.what == "frames" && !axes.empty() && axes.front() != "t")
    entry.report("what", "\"frames\" are whole times, and the grid has no axis t; use \"blocks\"");
  return validation;
}

std::string read_output(Entry const& entry) {
  auto const& source = entry.document().source;
  std::string const stem = std::filesystem::path(source.path).stem().string();
  return entry.document().absolute(entry.text("directory").value_or(stem + ".out"));
}

double read_checkpoint(Entry const& entry) { return entry.number("checkpoint").value_or(15.0); }

}  // namespace mollis::deck

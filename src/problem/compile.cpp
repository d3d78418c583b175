#include "problem/compile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "deck/experiments.hpp"
#include "equation/scale.hpp"
#include "estimators/methods.hpp"
#include "problem/make_grid.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::problem {
namespace {

std::vector<bool> depends(std::vector<std::string> const& axes, std::vector<std::string> const& over) {
  std::vector<bool> result;
  for (auto const& axis : axes) result.push_back(std::find(over.begin(), over.end(), axis) != over.end());
  return result;
}

/// How often a known field may be differentiated before it jumps; nothing for data and for expressions that are wrong, which
/// is told elsewhere.
std::vector<int> smoothness_of(deck::Values const& values, std::vector<std::string> const& axes) {
  if (values.expression.empty()) return {};
  try {
    return equation::derivatives_of(values.expression, axes);
  } catch (equation::SyntaxError const&) {
    return {};
  }
}

equation::Symbols symbols_of(deck::Deck const& deck, Dependence const& fields) {
  equation::Symbols symbols;
  symbols.axes = deck.grid.axes;
  for (auto const& [name, observation] : deck.observations) {
    symbols.states.push_back(name);
    symbols.state_about.push_back(observation.about);
  }
  for (auto const& [name, parameter] : deck.parameters) {
    symbols.parameters.push_back(name);
    symbols.depends.push_back(depends(symbols.axes, parameter.over));
    symbols.log_parameter.push_back(parameter.log);
  }
  for (auto const& [name, values] : deck.fields) {
    symbols.fields.push_back(name);
    symbols.field_derivatives.push_back(smoothness_of(values, symbols.axes));
  }
  symbols.field_depends = fields;
  symbols.let = deck.equation.let;
  for (auto const& experiment : deck.experiments) symbols.experiments.push_back(experiment.names);
  return symbols;
}

/// Where a syntax error stands: in a residual (numbered among those compiled) or in a let expression.
deck::Place located(deck::Deck const& deck, std::size_t residual, equation::SyntaxError const& error) {
  std::string const let = "let.";
  if (error.which.compare(0, let.size(), let) == 0) {
    auto const name = error.which.substr(let.size());
    auto const place = deck.equation.let_places.find(name);
    if (place != deck.equation.let_places.end()) return run::within(place->second, deck.equation.let.at(name), error.column);
  }
  return run::within(deck.equation.residual_places.at(residual), deck.equation.residuals[residual], error.column);
}

void check_pointwise(deck::Values const& values, std::vector<std::string> const& axes, deck::Problems& problems) {
  if (values.expression.empty()) return;
  try {
    equation::compile_pointwise(values.expression, axes);
  } catch (equation::SyntaxError const& error) {
    problems.add(run::within(values.place, values.expression, error.column), error.what());
  }
}

equation::Form form_of(deck::Deck const& deck) { return deck.equation.weak ? equation::Form::weak : equation::Form::strong; }

/// What the method cannot do with a residual.
void check_method(deck::Deck const& deck, equation::System const& system, deck::Problems& problems) {
  if (estimators::method_named(deck.inversion.method).couples_points) return;
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::parameter && feature.order != mollifier::MultiIndex{})
      problems.add(deck.parameters[static_cast<std::size_t>(feature.index)].second.places.section,
                   "the residuals differentiate this parameter, which no point can solve for by itself; use method = "
                   "\"equation-error\"");
}

/// A lattice finer than the data's needs states that are fitted.
void check_refinement(deck::Deck const& deck, deck::Problems& problems) {
  auto const& method = estimators::method_named(deck.inversion.method);
  if (factors_of(deck.grid).empty()) return;
  if (deck.equation.weak)
    problems.add(deck.equation.places.of("form"), "the weak form takes the data as they stand, on their own lattice; remove form = \"weak\", or "
                                                  "[grid] refine");
  else if (!method.fits_states && !estimators::is_automatic(deck.inversion.method))
    problems.add(deck.grid.places.of("refine"), fmt::format("method = \"{}\" fits no states and stays on the lattice of the data; use method = "
                                                            "\"joint\" or \"auto\", or remove this", method.name));
}

/// States without data need states that are fitted, and data of another one beside them.
void check_unobserved(deck::Deck const& deck, deck::Problems& problems) {
  auto const& method = estimators::method_named(deck.inversion.method);
  bool all = !deck.parameters.empty();
  for (auto const& [name, observation] : deck.observations) all = all && observation.kind == observations::Kind::none;
  for (auto const& [name, observation] : deck.observations) {
    if (observation.kind != observations::Kind::none) continue;
    auto const shown = run::shown(name);
    if (all)
      problems.add(observation.places.of("kind"),
                   "no state was observed, so that nothing tells the parameters; name what was observed");
    else if (deck.equation.weak)
      problems.add(
          deck.equation.places.of("form"),
          fmt::format("the weak form is made of data, and there are none of \"{}\"; remove form = \"weak\"", shown));
    else if (!method.fits_states && !estimators::is_automatic(deck.inversion.method))
      problems.add(
          deck.inversion.places.of("method"),
          fmt::format("method = \"{}\" mollifies data, and there are none of \"{}\"; use method = \"joint\" or "
                      "\"auto\", which fits it by the equation",
                      method.name, shown));
    return;
  }
}

/// A curve over a state without data has no range but a stated one.
void check_curves(deck::Deck const& deck, deck::Problems& problems) {
  for (auto const& curve : deck.curves) {
    auto const seen = [&](auto const& named) {
      return named.second.kind != observations::Kind::none && deck::name_in_residuals(deck.experiments, named.first) == curve.state;
    };
    if (!curve.range && curve.written.places.keys.count("range") == 0 && std::none_of(deck.observations.begin(), deck.observations.end(), seen))
      problems.add(curve.written.places.section, fmt::format("no data tell the range of {}; give range = [0.0, 1.0]", run::shown(curve.state)));
  }
}

/// Means over cells are told from values at points where states are fitted.
void check_sampling(deck::Deck const& deck, deck::Problems& problems) {
  auto const& method = estimators::method_named(deck.inversion.method);
  for (auto const& [name, observation] : deck.observations) {
    if (!observation.means) continue;
    if (deck.equation.weak)
      problems.add(observation.places.of("sampling"), "the weak form takes the data as values at points; remove form = \"weak\", or this");
    else if (!method.fits_states && !estimators::is_automatic(deck.inversion.method))
      problems.add(observation.places.of("sampling"),
                   fmt::format("method = \"{}\" takes the data as values at points; use method = \"joint\" or \"auto\", which fits states to means",
                               method.name));
  }
}

/// Noise that neighbours share is held against waves of fitted states; weights of mollified data take it for white.
void check_correlation(deck::Deck const& deck, deck::Problems& problems) {
  auto const& method = estimators::method_named(deck.inversion.method);
  for (auto const& [name, observation] : deck.observations) {
    if (!(observation.noise_blur > 0.0) && !observation.widened()) continue;
    auto const place = observation.places.of(observation.widened() ? "columns" : "noise_blur");
    std::string const who = observation.widened() ? "counts that are widened by sigma share their noise, and " : "";
    if (deck.equation.weak)
      problems.add(place, who + "the weak form corrects for white noise alone; remove form = \"weak\", or this");
    else if (!method.fits_states && !estimators::is_automatic(deck.inversion.method))
      problems.add(place, fmt::format("{}method = \"{}\" takes noise for white, in its weights, its radii and its corrections; use method = \"joint\" or \"auto\"",
                                      who, method.name));
  }
}

/// Losses are of data that states are fitted to.
void check_losses(deck::Deck const& deck, deck::Problems& problems) {
  auto const& method = estimators::method_named(deck.inversion.method);
  for (auto const& [name, observation] : deck.observations) {
    if (observation.loss == observations::Loss::gaussian) continue;
    if (deck.equation.weak)
      problems.add(observation.places.of("loss"),
                   "the weak form takes the data as they stand; remove form = \"weak\", or this");
    else if (!method.fits_states && !estimators::is_automatic(deck.inversion.method))
      problems.add(
          observation.places.of("loss"),
          fmt::format("method = \"{}\" mollifies data, outliers with them; use method = \"joint\" or \"auto\", which "
                      "fits states to the data and sets outliers aside",
                      method.name));
  }
}

/// Scattered points need states that are fitted to them.
void check_kinds(deck::Deck const& deck, deck::Problems& problems) {
  auto const& method = estimators::method_named(deck.inversion.method);
  for (auto const& [name, observation] : deck.observations) {
    if (observation.kind != observations::Kind::points) continue;
    if (!method.fits_states && !estimators::is_automatic(deck.inversion.method))
      problems.add(deck.inversion.places.of("method"),
                   fmt::format("method = \"{}\" mollifies data on a grid, those of \"{}\" are scattered points; use method = \"joint\" or "
                               "\"auto\", which fits states to them", method.name, run::shown(name)));
    else if (deck.equation.weak)
      problems.add(deck.equation.places.of("form"),
                   fmt::format("the weak form needs data on a grid, those of \"{}\" are scattered points; remove form = \"weak\"", run::shown(name)));
    return;
  }
}

/// Equations that parameters of 0 fulfil are asked for ratios that no least squares find: told before any of them is fitted.
void check_scale(deck::Deck const& deck, equation::Symbols const& symbols, deck::Problems& problems) {
  std::vector<int> unobserved;
  for (std::size_t s = 0; s < deck.observations.size(); ++s)
    if (deck.observations[s].second.kind == observations::Kind::none) unobserved.push_back(static_cast<int>(s));
  if (deck.equation.residuals.empty() || !equation::is_scale_free(deck.equation.residuals, symbols, unobserved)) return;
  problems.add(deck.equation.residual_places.front(),
               fmt::format("every term has a parameter{}, and 0 for all of them fulfils the equation whatever the data are: data tell no more than their "
                           "ratios. Write a known number for one (of a field where it is known, as where(x < 0.1, 1.0, {})), or add what is known: a "
                           "source, a load, a flux",
                           unobserved.empty() ? "" : " or a state that was not observed", run::shown(deck.parameters.front().first)));
}

void check_residuals(deck::Deck const& deck, deck::Problems& problems) {
  auto const symbols = symbols_of(deck, everywhere(deck));
  std::set<std::pair<std::string, std::size_t>> lets;  // told once, however many residuals use them
  std::set<int> idle;                                  // parameters in no residual: they would stay what they were
  bool understood = true;
  for (std::size_t p = 0; p < deck.parameters.size(); ++p)
    if (!deck.equation.residuals.empty()) idle.insert(static_cast<int>(p));
  for (std::size_t k = 0; k < deck.equation.residuals.size(); ++k) {
    try {
      auto const system = equation::compile({deck.equation.residuals[k]}, symbols, form_of(deck));
      check_method(deck, system, problems);
      for (auto const& feature : system.features)
        if (feature.kind == equation::Feature::Kind::parameter) idle.erase(feature.index);
    } catch (equation::SyntaxError const& error) {
      idle.clear();  // whatever stands there
      understood = false;
      bool const let = error.which.rfind("let.", 0) == 0;
      if (!let || lets.emplace(error.which, error.column).second) problems.add(located(deck, k, error), error.what());
    }
  }
  std::set<std::string> told;  // a curve has one table for all of its coefficients
  for (int const p : idle)
    if (told.insert(deck.parameters[static_cast<std::size_t>(p)].second.places.section.section).second)
    problems.add(deck.parameters[static_cast<std::size_t>(p)].second.places.section,
                 "no residual depends on this parameter, so nothing tells its value; use it in [equation] or remove it");
  if (understood) check_scale(deck, symbols, problems);
  check_kinds(deck, problems);
  check_unobserved(deck, problems);
  check_curves(deck, problems);
  check_losses(deck, problems);
  check_correlation(deck, problems);
  check_sampling(deck, problems);
  check_refinement(deck, problems);
  auto const& method = estimators::method_named(deck.inversion.method);
  if (!method.weak_form && deck.equation.weak)
    problems.add(deck.inversion.places.of("method"),
                 fmt::format("method = \"{}\" fits smooth states and needs the strong form; remove form = \"weak\", or use method = "
                             "\"equation-error\"",
                             method.name));
}

}  // namespace

Dependence everywhere(deck::Deck const& deck) {
  return Dependence(deck.fields.size(), std::vector<bool>(deck.grid.axes.size(), true));
}

void check_expressions(deck::Deck const& deck, deck::Problems& problems) {
  check_residuals(deck, problems);
  check_values(deck, problems);
}

void check_values(deck::Deck const& deck, deck::Problems& problems) {
  if (deck.grid.mask) check_pointwise(*deck.grid.mask, deck.grid.axes, problems);
  for (auto const& [name, values] : deck.fields) check_pointwise(values, deck.grid.axes, problems);
  for (auto const& [name, parameter] : deck.parameters)
    if (parameter.truth) check_pointwise(*parameter.truth, deck.grid.axes, problems);
  for (auto const& curve : deck.curves)
    if (curve.written.truth) check_pointwise(*curve.written.truth, {curve.state}, problems);
  check_walls(deck, problems);
}

void check_walls(deck::Deck const& deck, deck::Problems& problems) {
  for (auto const& [name, observation] : deck.observations)
    for (auto const& wall : observation.walls) check_pointwise(wall.values, deck.grid.axes, problems);
}

equation::System compile(deck::Deck const& deck, Dependence const& fields) {
  try {
    return equation::compile(deck.equation.residuals, symbols_of(deck, fields), form_of(deck));
  } catch (equation::SyntaxError const& error) {
    throw run::deck_error(located(deck, 0, error), error.what());
  }
}

}  // namespace mollis::problem

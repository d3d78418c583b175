#include "deck/effective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "deck/experiments.hpp"
#include "deck/forward_keys.hpp"
#include "deck/names.hpp"
#include "deck/schema.hpp"
#include "deck/values.hpp"

namespace mollis::deck {

namespace {

using Rows = std::map<std::string, std::string>;  ///< key -> TOML text of its value

std::string toml_text(std::string const& value) { return quote(value); }
std::string toml_text(double value) { return number(value); }
std::string toml_text(std::int64_t value) { return std::to_string(value); }
std::string toml_text(int value) { return std::to_string(value); }
std::string toml_text(Relative const& value) { return fmt::format("{{ relative = {} }}", number(value.fraction)); }
std::string toml_text(observations::Proportional const& value) {
  return fmt::format("{{ proportional = {}, floor = {} }}", number(value.share), number(value.floor));
}
std::string toml_text(observations::Counts const& value) {
  return fmt::format("{{ gain = {}, offset = {} }}", number(value.gain), number(value.offset));
}
std::string toml_text(observations::UnknownCounts const& value) {
  auto const text = [](std::optional<double> known) { return known ? number(*known) : std::string("\"auto\""); };
  return fmt::format("{{ gain = {}, offset = {} }}", text(value.gain), text(value.offset));
}
std::string toml_text(observations::Dataset const& value) {
  return fmt::format("{{ file = {}, dataset = {} }}", quote(value.file), quote(value.dataset));
}
std::string toml_text(Automatic) { return "\"auto\""; }

template <class... T>
std::string toml_text(std::variant<T...> const& value) {
  return std::visit([](auto const& v) { return toml_text(v); }, value);
}

std::string toml_text(std::array<Index, 2> const& range) { return fmt::format("[{}, {}]", range[0], range[1]); }

template <class T>
std::string toml_text(std::vector<T> const& values) {
  std::string list;
  for (auto const& value : values) list += (list.empty() ? "" : ", ") + toml_text(value);
  return "[" + list + "]";
}

std::string key_text(std::string const& name) { return is_identifier(name) ? name : quote(name); }
std::string key_text(int order) { return std::to_string(order); }

template <class Name, class T>
std::string toml_text(std::map<Name, T> const& values) {
  std::string list;
  for (auto const& [name, value] : values) {
    list += fmt::format("{}{} = {}", list.empty() ? "" : ", ", key_text(name), toml_text(value));
  }
  return list.empty() ? "{}" : "{ " + list + " }";
}

/// Rows as an inline table.
std::string inline_table(Rows const& rows) {
  std::string list;
  for (auto const& [name, value] : rows) list += fmt::format("{}{} = {}", list.empty() ? "" : ", ", name, value);
  return "{ " + list + " }";
}

/// Adds the rows of a dataset's part that say anything.
void add_part(Rows& rows, std::string const& dataset, io::Part const& part) {
  if (!dataset.empty()) rows["dataset"] = toml_text(dataset);
  if (!part.order.empty()) rows["order"] = toml_text(part.order);
  if (!part.at.empty()) rows["at"] = toml_text(part.at);
  if (!part.crop.empty()) rows["crop"] = toml_text(part.crop);
  if (!part.bin.empty()) rows["bin"] = toml_text(part.bin);
}

Rows rows_of(Values const& values) {
  if (values.file.empty()) return {{"value", toml_text(values.expression)}};
  Rows rows{{"file", toml_text(values.file)}};
  add_part(rows, values.dataset, values.part);
  return rows;
}

Rows rows_of(Grid const& grid) {
  Rows rows{{"axes", toml_text(grid.axes)},
            {"periodic", toml_text(grid.periodic)},
            {"reflect", toml_text(grid.reflect)},
            {"refine", toml_text(grid.refine)},
            {"decomposition", toml_text(grid.decomposition)}};
  if (grid.coordinate_file.empty()) {
    rows["points"] = toml_text(grid.points);
    rows["lower"] = toml_text(grid.lower);
    rows["upper"] = toml_text(grid.upper);
  } else {
    Rows coordinates{{"file", toml_text(grid.coordinate_file)},
                     {"datasets", toml_text(grid.coordinate_datasets)},
                     {"period", toml_text(grid.period)},
                     {"time_unit", toml_text(grid.time_unit)}};
    add_part(coordinates, "", grid.coordinate_part);
    rows["coordinates"] = inline_table(coordinates);
  }
  if (grid.mask) {
    auto mask = rows_of(*grid.mask);
    mask["above"] = toml_text(grid.mask_above);
    if (grid.mask_filled) mask["fill_holes"] = "true";
    rows["mask"] = inline_table(mask);
  }
  return rows;
}

Rows rows_of(Observation const& observation) {
  std::map<std::string, std::string> walls;
  for (auto const& wall : observation.walls)
    walls[wall.axis + (wall.lower && wall.upper ? "" : wall.lower ? "_lower" : "_upper")] = wall.values.expression;
  char const* const kinds[] = {"grid", "points", "localisations", "none"};
  Rows rows{{"kind", quote(kinds[static_cast<int>(observation.kind)])},
            {"file", toml_text(observation.file)},
            {"noise", toml_text(observation.noise)},
            {"about", toml_text(observation.about)}};
  if (observation.kind == observations::Kind::none) {
    rows.erase("file");
    if (observation.size > 0.0) rows["size"] = toml_text(observation.size);
    if (walls.empty())
      rows.erase("noise");
    else
      rows["walls"] = toml_text(walls);
    return rows;
  }
  if (observation.kind != observations::Kind::localisations)
    rows["loss"] = observation.loss == observations::Loss::robust ? "\"robust\"" : "\"gaussian\"";
  if (observation.kind == observations::Kind::grid) {
    if (observation.noise_blur > 0.0) rows["noise_blur"] = toml_text(observation.noise_blur);
    rows["sampling"] = observation.means ? "\"mean\"" : "\"point\"";
    rows["walls"] = toml_text(walls);
    add_part(rows, observation.dataset, observation.part);
    return rows;
  }
  rows["columns"] = toml_text(observation.columns);
  if (observation.kind == observations::Kind::points && observation.columns.count("sigma")) rows.erase("noise");
  if (observation.kind == observations::Kind::points) return rows;
  rows["scale"] = toml_text(observation.scale);
  rows["density"] = inline_table({{"offset", toml_text(observation.density.offset)}, {"gain", toml_text(observation.density.gain)}});
  return rows;
}

Rows rows_of(Parameter const& parameter) {
  Rows rows{{"over", toml_text(parameter.over)},
            {"transform", parameter.log ? "\"log\"" : "\"none\""},
            {"smoothness", inline_table({{"order", toml_text(parameter.smoothness_order)},
                                         {"weight", toml_text(parameter.smoothness_weight)}})}};
  if (parameter.initial) rows["initial"] = toml_text(*parameter.initial);
  if (parameter.lower) rows["lower"] = toml_text(*parameter.lower);
  if (parameter.upper) rows["upper"] = toml_text(*parameter.upper);
  if (parameter.truth) rows["truth"] = inline_table(rows_of(*parameter.truth));
  return rows;
}

Rows rows_of(Curve const& curve) {
  auto rows = rows_of(curve.written);
  rows.erase("smoothness");
  rows["coefficients"] = toml_text(curve.coefficients);
  if (curve.range) rows["range"] = toml_text(std::vector<double>(curve.range->begin(), curve.range->end()));
  return rows;
}

/// Curves stand where their coefficients do.
Named<Rows> rows_of_parameters(Deck const& deck) {
  Named<Rows> all;
  for (std::size_t p = 0; p < deck.parameters.size(); ++p) {
    auto const& curves = deck.curves;
    auto const curve = std::find_if(curves.begin(), curves.end(), [&](Curve const& c) { return c.first == p; });
    auto const& name = curve == curves.end() ? deck.parameters[p].first : curve->name;
    all.emplace_back("parameters." + key_text(name), curve == curves.end() ? rows_of(deck.parameters[p].second) : rows_of(*curve));
    if (curve != curves.end()) p += static_cast<std::size_t>(curve->coefficients) - 1;
  }
  return all;
}

/// Curves are named by their tables alone.
Rows rows_of(Equation equation, std::vector<Curve> const& curves) {
  for (auto const& curve : curves) equation.let.erase(curve.name);
  Rows rows{{"form", equation.weak ? "\"weak\"" : "\"strong\""}, {"let", toml_text(equation.let)}};
  if (equation.residuals.size() == 1)
    rows["residual"] = toml_text(equation.residuals[0]);
  else
    rows["residuals"] = toml_text(equation.residuals);
  return rows;
}

/// "auto", "adaptive", or a table of axes: one number where it holds for all orders, else a table of orders.
std::string radius_text(Mollifier const& mollifier) {
  if (mollifier.adaptive) return "\"adaptive\"";
  if (mollifier.automatic) return "\"auto\"";
  std::map<std::string, std::string> axes;
  for (auto const& [axis, radii] : mollifier.radius) {
    auto const all = radii.find(-1);
    axes[axis] = all != radii.end() ? toml_text(all->second) : toml_text(radii);
  }
  return inline_table(axes);
}

Rows rows_of(Mollifier const& mollifier) {
  return {{"kernel", toml_text(mollifier.kernel)},
          {"exponent", toml_text(mollifier.exponent)},
          {"radius", radius_text(mollifier)},
          {"degree", toml_text(mollifier.degree)},
          {"filter", toml_text(mollifier.filter)}};
}

Rows rows_of(Inversion const& inversion) {
  return {{"method", toml_text(inversion.method)},
          {"reweight", toml_text(inversion.reweight)},
          {"bias_correction", toml_text(inversion.bias_correction)},
          {"tolerance", toml_text(inversion.tolerance)},
          {"max_iterations", toml_text(inversion.max_iterations)}};
}

Rows rows_of(Joint const& joint) {
  return {{"spline_degree", toml_text(joint.spline_degree)}, {"penalty", toml_text(joint.penalty)}};
}

Rows rows_of(Uncertainty const& uncertainty) {
  return {{"samples", toml_text(uncertainty.samples)}, {"keep", uncertainty.keep ? "true" : "false"}};
}

Rows rows_of(Validation const& validation) {
  return {{"hold_out", toml_text(validation.share)}, {"what", toml_text(validation.what)}, {"seed", std::to_string(validation.seed)}};
}

/// The keys that the equation reads.
Rows rows_of(Forward const& forward, bool in_time) {
  Rows all{{"boundary", toml_text(forward.boundary)},
           {"conditions", toml_text(forward.conditions)},
           {"velocity", toml_text(forward.velocity)},
           {"initial", toml_text(forward.initial)},
           {"perturbation", toml_text(forward.perturbation)},
           {"spin_up", toml_text(forward.spin_up)},
           {"steps", toml_text(forward.steps)},
           {"mobility", toml_text(forward.mobility)},
           {"gradient_energy", toml_text(forward.gradient_energy)},
           {"refine", toml_text(forward.refine)},
           {"noise", toml_text(forward.noise)},
           {"dropout", toml_text(forward.dropout)},
           {"seed", std::to_string(forward.seed)}};
  if (!forward.equation)
    all["states"] = toml_text(forward.states);
  else
    all["equation"] = toml_text(*forward.equation);
  if (!forward.coefficient.empty()) all["coefficient"] = toml_text(forward.coefficient);
  if (!forward.source.empty()) all["source"] = toml_text(forward.source);
  Rows rows;
  for (auto const& [key, text] : all)
    if (reads_key(forward.equation, in_time, key)) rows[key] = text;
  bool const walls = std::any_of(forward.conditions.begin(), forward.conditions.end(),
                                 [](auto const& axis) { return axis.second == "dirichlet"; });
  if (forward.equation && !walls) rows.erase("boundary");
  return rows;
}

template <class T>
Named<Rows> rows_of(std::string const& section, Named<T> const& entries) {
  Named<Rows> all;
  for (auto const& [name, entry] : entries) all.emplace_back(section + "." + key_text(name), rows_of(entry));
  return all;
}

/// Those that stand outside experiments.
template <class T>
Named<T> shared(Deck const& deck, Named<T> const& entries) {
  Named<T> some;
  for (auto const& entry : entries)
    if (name_in_residuals(deck.experiments, entry.first) == entry.first) some.push_back(entry);
  return some;
}

/// The headers and rows that stand for a section of the schema.
Named<Rows> tables_of(Section const& section, Deck const& deck) {
  auto const& pattern = section.pattern;
  if (pattern == "grid") return {{pattern, rows_of(deck.grid)}};
  if (pattern == "observations.*") return rows_of("observations", shared(deck, deck.observations));
  if (pattern == "fields.*") return rows_of("fields", shared(deck, deck.fields));
  if (pattern == "parameters.*") return rows_of_parameters(deck);
  if (pattern == "equation" && !deck.equation.residuals.empty()) return {{pattern, rows_of(deck.equation, deck.curves)}};
  if (pattern == "mollifier") return {{pattern, rows_of(deck.mollifier)}};
  if (pattern == "mollify") return {{pattern, {{"derivatives", toml_text(deck.derivatives)}}}};
  if (pattern == "inversion") return {{pattern, rows_of(deck.inversion)}};
  if (pattern == "joint") return {{pattern, rows_of(deck.joint)}};
  if (pattern == "uncertainty") return {{pattern, rows_of(deck.uncertainty)}};
  if (pattern == "validation") return {{pattern, rows_of(deck.validation)}};
  if (pattern == "forward" && deck.has_forward) return {{pattern, rows_of(deck.forward, has_time(deck.grid.axes))}};
  if (pattern == "output") return {{pattern, {{"directory", toml_text(deck.output_directory)}, {"checkpoint", toml_text(deck.checkpoint)}}}};
  return {};
}

/// `before`: what stands before the names of the tables.
std::string text_of(Section const& section, Named<Rows> const& tables, std::string const& before = "") {
  std::string text;
  for (auto const& [name, rows] : tables) {
    text += fmt::format("\n[{}{}]\n", before, name);
    for (auto const& key : section.keys) {
      auto const row = rows.find(key.name);
      if (row != rows.end()) text += fmt::format("{} = {}\n", key.name, row->second);
    }
  }
  return text;
}

/// [[experiment]] and the tables below it: all but what is shared.
std::string experiment_text(Deck const& deck, std::size_t e) {
  auto own = deck.experiments[e];
  for (auto name = own.names.begin(); name != own.names.end();) name = name->first == name->second ? own.names.erase(name) : std::next(name);
  auto alone = deck;
  alone.experiments = {own};
  auto const one = decks_of_experiments(alone).front();
  return fmt::format("\n[[experiment]]\nname = {}\n", quote(own.name)) +
         text_of(*find_section("observations.*"), rows_of("observations", one.observations), "experiment.") +
         text_of(*find_section("fields.*"), rows_of("fields", one.fields), "experiment.");
}

}  // namespace

std::string effective(Deck const& deck) {
  std::string text;
  for (auto const& section : schema()) {
    if (section.pattern == "experiment")
      for (std::size_t e = 0; e < deck.experiments.size(); ++e) text += experiment_text(deck, e);
    else
      text += text_of(section, tables_of(section, deck));
  }
  return text.substr(text.empty() ? 0 : 1);
}

}  // namespace mollis::deck

// [observations.STATE], [fields.NAME] and [parameters.NAME]
#include <fmt/format.h>

#include <algorithm>

#include "deck/readers.hpp"
#include "deck/suggest.hpp"
#include "run/shown.hpp"

namespace mollis::deck {

namespace {

void check_bounds(Entry const& entry, Parameter const& parameter) {
  if (parameter.lower && parameter.upper && !(*parameter.lower < *parameter.upper)) {
    entry.report("upper",
                 fmt::format("{} is not above lower = {}; give upper > lower", *parameter.upper, *parameter.lower));
    return;
  }
  if (!parameter.initial) return;
  bool const below = parameter.lower && *parameter.initial < *parameter.lower;
  bool const above = parameter.upper && *parameter.initial > *parameter.upper;
  if (below || above) {
    entry.report("initial",
                 fmt::format("{} is {} = {}; give an initial value within the bounds", *parameter.initial,
                             below ? "below lower" : "above upper", below ? *parameter.lower : *parameter.upper));
  }
}

void check_logarithm(Entry const& entry, Parameter const& parameter) {
  if (parameter.initial && *parameter.initial <= 0.0) {
    entry.report("initial",
                 fmt::format("{} has no logarithm; give a positive value or transform = \"none\"", *parameter.initial));
  }
  if (parameter.lower && *parameter.lower < 0.0) {
    entry.report("lower",
                 fmt::format("{} has no logarithm; give a bound at least 0 or transform = \"none\"", *parameter.lower));
  }
}

/// Axes of the grid, or one state.
void check_over(Entry const& entry, Grid const& grid, std::vector<std::string> const& states, Parameter const& parameter) {
  auto const is_state = [&](std::string const& name) { return std::find(states.begin(), states.end(), name) != states.end(); };
  bool const curve = std::any_of(parameter.over.begin(), parameter.over.end(), is_state);
  for (auto const* key : {"coefficients", "range"})
    if (!curve && entry.has(key)) entry.report(key, "belongs to a parameter over a state, over = [\"u\"]; remove it");
  if (!curve) return check_subset(parameter.over, grid.axes, entry, "over");
  if (parameter.over.size() > 1)
    entry.report("over", fmt::format("a parameter varies over axes, or over one state alone; write over = [\"{}\"]",
                                     run::shown(*std::find_if(parameter.over.begin(), parameter.over.end(), is_state))));
  if (entry.places().keys.count("smoothness") > 0)
    entry.report("smoothness", "a curve over a state is as smooth as its coefficients are few; remove it, or give fewer coefficients");
}

/// walls = { AXIS = ..., AXIS_lower = ..., AXIS_upper = ... }
void read_walls(Entry const& entry, Grid const& grid, Observation& observation) {
  for (auto const& item : entry.items("walls")) {
    Wall wall;
    wall.axis = item.name;
    for (auto const& [suffix, other] : {std::pair{"_lower", &Wall::upper}, std::pair{"_upper", &Wall::lower}}) {
      auto const length = std::string(suffix).size();
      if (item.name.size() <= length || item.name.compare(item.name.size() - length, length, suffix) != 0) continue;
      wall.axis = item.name.substr(0, item.name.size() - length);
      wall.*other = false;
    }
    Place const place = entry.region(item.region, "walls." + item.name);
    if (!known_axis(wall.axis, grid.axes, entry, place)) continue;
    if (std::count(grid.periodic.begin(), grid.periodic.end(), wall.axis) > 0 || grid.period.count(wall.axis) > 0) {
      entry.report(place, fmt::format("\"{}\" is periodic and has no ends; remove it", wall.axis));
      continue;
    }
    wall.values.expression = expression_of(*item.node);
    wall.values.place = entry.document().text_place(*item.node, entry.section(), "walls." + item.name);
    observation.walls.push_back(wall);
  }
}

/// sigma, the uncertainty of localisations along all axes of space, and sigma_AXIS along one.
Axes names_of_uncertainties(Grid const& grid) {
  Axes names{"sigma"};
  for (auto const& axis : grid.axes) names.push_back("sigma_" + axis);
  return names;
}

/// columns = { AXIS = "...", value = "...", sigma = "..." }, with what is not written; localisations have no value.
void read_columns(Entry const& entry, std::string const& state, Grid const& grid, Observation& observation) {
  for (auto const& axis : grid.axes) observation.columns[axis] = axis;
  auto allowed = grid.axes;
  if (observation.kind == observations::Kind::points) {
    observation.columns["value"] = state;
    allowed.insert(allowed.end(), {"value", "sigma"});
  } else {
    auto const names = names_of_uncertainties(grid);
    allowed.insert(allowed.end(), names.begin(), names.end());
  }
  for (auto const& item : entry.items("columns")) {
    observation.columns[item.name] = item.node->value<std::string>().value_or("");
    if (grid.axes.empty() || std::find(allowed.begin(), allowed.end(), item.name) != allowed.end()) continue;
    entry.report(entry.region(item.region, "columns." + item.name),
                 fmt::format("\"{}\" is none of {}{}; columns = {{ NAME = \"column\" }} takes these names", run::shown(item.name), quoted_list(allowed),
                             did_you_mean(item.name, allowed)));
  }
}

/// scale = { AXIS = ... } and density = { ... }
void read_counting(Entry const& entry, Grid const& grid, Observation& observation) {
  auto const uncertainties = names_of_uncertainties(grid);
  for (auto const& item : entry.items("scale")) {
    if (std::find(uncertainties.begin(), uncertainties.end(), item.name) != uncertainties.end() || known_axis(item.name, grid.axes, entry, entry.region(item.region, "scale." + item.name)))
      observation.scale[item.name] = item.node->value<double>().value_or(1.0);
  }
  if (auto const density = entry.table("density"))
    observation.density = {density->number("offset").value_or(0.0), density->number("gain").value_or(1.0)};
}

/// Counts have Poisson's noise, but for a factor.
bool is_of_counts(Noise const& noise) {
  auto const* const counts = std::get_if<observations::Counts>(&noise);
  return std::holds_alternative<Automatic>(noise) || (counts != nullptr && counts->offset == 0.0);
}

/// What belongs to data cannot be said where there are none; known walls need a noise to be held against.
void check_unobserved(Entry const& entry, Observation const& observation) {
  for (auto const* key :
       {"file", "dataset", "columns", "scale", "density", "mask", "order", "at", "crop", "bin", "loss", "sampling"})
    if (observation.places.keys.count(key) > 0)
      entry.report(key, "belongs to what was observed, and kind = \"none\" says that nothing was; remove one of them");
  bool const walls = !entry.items("walls").empty(), noise = observation.places.keys.count("noise") > 0;
  if (noise && !walls)
    entry.report("noise",
                 "belongs to what was observed, and kind = \"none\" says that nothing was; remove one of them");
  if (walls && !entry.broken("noise") && !std::holds_alternative<double>(observation.noise))
    entry.report("walls",
                 "nothing tells how exact these values are; add noise = 0.01, of which they are held to a hundredth");
}

/// What one kind of observation needs and the others cannot have.
void check_kind(Entry const& entry, Observation const& observation) {
  bool const grid = observation.kind == observations::Kind::grid, points = observation.kind == observations::Kind::points,
             localisations = observation.kind == observations::Kind::localisations;
  if (observation.kind == observations::Kind::none) return check_unobserved(entry, observation);
  if (!entry.has("file") && !entry.broken("file"))
    entry.report("file", "required key is missing; add file = \"obs.h5\"");
  if (entry.has("size"))
    entry.report("size", "belongs to a state that was not observed; add kind = \"none\" or remove it");
  if (localisations && observation.loss != observations::Loss::gaussian)
    entry.report("loss", "counts have a noise of their own, with tails; remove it");
  if (grid && !entry.has("dataset") && !entry.broken("dataset") && !io::is_nameless(observation.file))
    entry.report("dataset", "required key is missing; add dataset = \"u\"");
  if (!grid && observation.places.keys.count("sampling") > 0)
    entry.report("sampling", "belongs to data on the grid; remove it");
  if (observation.means && observation.places.keys.count("walls") > 0)
    entry.report("walls", "values at the ends of axes are no means over cells; remove them, or use sampling = \"point\"");
  for (auto const* part : {"order", "at", "crop", "bin"})
    if (!grid && entry.has(part)) entry.report(part, "belongs to arrays on the grid; remove it, or use kind = \"grid\"");
  if (!grid && entry.has("dataset"))
    entry.report("dataset", fmt::format("{} have columns; write columns = {{ {} = \"...\" }} instead", points ? "scattered points" : "localisations",
                                        points ? "value" : "x"));
  bool const walls = observation.places.keys.count("walls") > 0, noise = observation.places.keys.count("noise") > 0;
  if (!grid && walls) entry.report("walls", "known values of walls take the place of observations on the grid; remove them or use kind = \"grid\"");
  if (grid && entry.has("columns")) entry.report("columns", "belongs to scattered points; add kind = \"points\" or remove it");
  for (auto const* key : {"scale", "density"})
    if (!localisations && entry.has(key)) entry.report(key, "belongs to localisations; add kind = \"localisations\" or remove it");
  if (localisations && !entry.broken("noise") && !is_of_counts(observation.noise))
    entry.report("noise", "counts have a noise of their own; write \"poisson\", { gain = ... } (so many times its variance), or \"auto\"");
  if (points && std::holds_alternative<observations::UnknownCounts>(observation.noise))
    entry.report("noise", "scattered points do not tell gain and offset of counts; write them as numbers");
  if (points && std::holds_alternative<observations::Dataset>(observation.noise))
    entry.report("noise", "scattered points have columns; write columns = { sigma = \"...\" } instead");
  if (entry.has("noise_blur") && !grid) entry.report("noise_blur", "belongs to data on the grid; remove it");
  if (entry.has("noise_blur") && grid && !entry.broken("noise") &&
      (observations::is_told_by_data(observation.noise) || std::holds_alternative<observations::Counts>(observation.noise)))
    entry.report("noise_blur", "differences of neighbours do not tell how large noise is that they share, and counts share none; give noise = 0.01, "
                               "the standard deviation of a datum");
  if (entry.has("noise_blur") && observation.loss != observations::Loss::gaussian)
    entry.report("noise_blur", "outliers that neighbours share are not told from signal; remove loss = \"robust\", or this");
  if (points && noise && observation.columns.count("sigma"))
    entry.report("noise", "stands beside a column of standard deviations; keep one of noise and columns = { sigma = ... }");
}

}  // namespace

/// { gain, offset }, an offset that is not written being 0.
Noise read_counts(Entry const& table) {
  observations::UnknownCounts counts{table.number("gain"), table.number("offset")};
  if (!table.has("offset")) counts.offset = 0.0;
  if (counts.gain && counts.offset) return observations::Counts{*counts.gain, *counts.offset};
  return counts;
}

Noise read_noise(Entry const& entry, std::string const& key) {
  if (!entry.has(key)) return Automatic{};
  if (auto const value = entry.number(key)) return *value;
  if (entry.text(key) == "poisson") return observations::Counts{};
  if (auto const table = entry.table(key)) {
    if (auto const share = table->number("proportional")) return observations::Proportional{*share, table->number("floor").value_or(0.0)};
    if (table->has("gain")) return read_counts(*table);
    if (auto const file = table->text("file")) return observations::Dataset{entry.document().absolute(*file), table->text("dataset").value_or("")};
    return Relative{table->number("relative").value_or(1.0)};
  }
  return Automatic{};
}

Weight read_weight(Entry const& entry, std::string const& key) {
  if (auto const value = entry.number(key)) return *value;
  return Automatic{};
}

Observation read_observation(Entry const& entry, std::string const& state, Grid const& grid) {
  Observation observation;
  observation.places = entry.places();
  if (auto const file = entry.text("file")) observation.file = entry.document().absolute(*file);
  observation.dataset = entry.text("dataset").value_or("");
  auto const kind = entry.text("kind");
  if (kind == "points") observation.kind = observations::Kind::points;
  if (kind == "localisations") observation.kind = observations::Kind::localisations;
  if (kind == "none") observation.kind = observations::Kind::none;
  if (observation.kind == observations::Kind::points || observation.kind == observations::Kind::localisations)
    read_columns(entry, state, grid, observation);
  read_counting(entry, grid, observation);
  observation.part = read_part(entry, grid);
  observation.noise = read_noise(entry, "noise");
  observation.noise_blur = entry.number("noise_blur").value_or(0.0);
  observation.means = entry.text("sampling") == "mean";
  if (entry.text("loss") == "robust") observation.loss = observations::Loss::robust;
  check_kind(entry, observation);
  observation.about = entry.number("about").value_or(0.0);
  observation.size = entry.number("size").value_or(0.0);
  read_walls(entry, grid, observation);
  return observation;
}

Values read_values(Entry const& entry, Grid const& grid) {
  Values values;
  values.place = entry.has("value") ? entry.text_place("value") : entry.place(entry.has("dataset") ? "dataset" : "");
  bool const value = entry.has("value") || entry.broken("value");
  bool const file = entry.has("file") || entry.broken("file"),
             dataset = entry.has("dataset") || entry.broken("dataset");
  if (value && (file || dataset)) {
    entry.report("value", fmt::format("{} stands beside value; keep one of value and file with dataset",
                                      file ? "file" : "dataset"));
  } else if (!value && !file && !dataset) {
    entry.report("", "no values; give value = \"expression\", or file and dataset");
  } else if (!value && file != dataset && !(file && io::is_nameless(entry.text("file").value_or("")))) {
    entry.report(file ? "file" : "dataset", fmt::format("{0} is missing; add {0}", file ? "dataset" : "file"));
  }
  values.expression = entry.text("value").value_or("");
  if (auto const name = entry.text("file")) values.file = entry.document().absolute(*name);
  values.dataset = entry.text("dataset").value_or("");
  values.part = read_part(entry, grid);
  for (auto const* key : {"order", "at", "crop", "bin"})
    if (value && entry.has(key)) entry.report(key, "goes with file and dataset; remove it");
  return values;
}

Parameter read_parameter(Entry const& entry, Grid const& grid, std::vector<std::string> const& states) {
  Parameter parameter;
  parameter.places = entry.places();
  parameter.over = entry.list<std::string>("over").value_or(Axes{});
  if (entry.has("over")) check_over(entry, grid, states, parameter);
  parameter.initial = entry.number("initial");
  parameter.lower = entry.number("lower");
  parameter.upper = entry.number("upper");
  parameter.log = entry.text("transform") == "log";
  check_bounds(entry, parameter);
  if (parameter.log) check_logarithm(entry, parameter);
  parameter.smoothness_order = order_of_the_method;
  if (auto const smoothness = entry.table("smoothness")) {
    parameter.smoothness_order = static_cast<int>(smoothness->integer("order").value_or(order_of_the_method));
    parameter.smoothness_weight = read_weight(*smoothness, "weight");
  }
  if (auto const truth = entry.table("truth")) parameter.truth = read_values(*truth, grid);
  return parameter;
}

}  // namespace mollis::deck

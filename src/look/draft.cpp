#include "look/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "deck/names.hpp"
#include "deck/suggest.hpp"
#include "deck/text.hpp"
#include "io/formats/all.hpp"
#include "io/formats/cf.hpp"
#include "io/separated.hpp"
#include "look/lattice.hpp"
#include "look/localisations.hpp"
#include "look/names.hpp"
#include "look/questions.hpp"
#include "look/scattered.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::look {
namespace {

std::string list_of(std::vector<std::string> const& words) { return "[" + deck::quoted_list(words) + "]"; }

std::string state_name(std::string const& dataset) {
  auto const name = word_of(dataset);
  return deck::is_identifier(name) && !deck::is_reserved(name) ? name : "u";
}

std::vector<std::string> names_of(Lattice const& lattice) {
  std::vector<std::string> names;
  for (auto const& g : lattice.axes) names.push_back(g.axis);
  return names;
}

/// A sheet of numbers whose first column and line are coordinates.
std::string draft_of_sheet(Survey const& survey, Seen const& seen) {
  auto const& y = seen.margins[0];
  auto const& x = seen.margins[1];
  auto const even = [](std::vector<double> const& v) {
    double const step = (v.back() - v.front()) / static_cast<double>(v.size() - 1);
    for (std::size_t i = 1; i < v.size(); ++i)
      if (std::abs(v[i] - v[i - 1] - step) > 0.02 * std::abs(step)) return false;   // rounded as they were written
    return true;
  };
  std::string text = "[grid]\naxes = [\"y\", \"x\"]\n# The first column and line of the sheet are taken for coordinates.\n"
                     "# ? Is the column y, or the time? Then axes = [\"t\", \"x\"], crop = { t = ..., x = ... }, over and the equation likewise.\n";
  if (!even(y) || !even(x))
    text += "# ? Coordinates are not evenly spaced: write them as columns of a table and give coordinates = { file, datasets } instead.\n";
  if (y.back() < y.front() || x.back() < x.front()) text += "# ? Coordinates fall: turn the sheet round.\n";
  return text + fmt::format("points = [{}, {}]\nlower = [{}, {}]\nupper = [{}, {}]\n\n[observations.u]\nfile = {}\ncrop = {{ y = [1, {}], x = [1, {}] }}\n"
                            "# ? The noise: a standard deviation, {{ relative = 0.01 }}, or \"auto\"\nnoise = \"auto\"\n",
                            y.size(), x.size(), deck::number(std::min(y.front(), y.back())), deck::number(std::min(x.front(), x.back())),
                            deck::number(std::max(y.front(), y.back())), deck::number(std::max(x.front(), x.back())), deck::quote(survey.file), y.size() + 1, x.size() + 1);
}

/// Without what multiplying left behind the twelfth digit.
double plain(double value) { return std::strtod(fmt::format("{:.12g}", value).c_str(), nullptr); }

std::string grid_text(Survey const& survey, Lattice const& lattice) {
  std::string text = fmt::format("[grid]\naxes = {}\n", list_of(names_of(lattice)));
  bool const from_file =
      std::all_of(lattice.axes.begin(), lattice.axes.end(), [](Guess const& g) { return g.coordinates != nullptr; });
  std::string points, lower, upper, datasets, units;
  for (auto const& g : lattice.axes) {
    auto const add = [](std::string& to, std::string const& what) { to += (to.empty() ? "" : ", ") + what; };
    text += question_of(g);
    bool const dated = g.axis == "t" && io::seconds_in(g.unit) > 0.0 && g.coordinates != nullptr;
    if (dated && from_file)
      text += fmt::format("# t in seconds (the file: {}); time_unit = \"h\" in coordinates makes hours of them\n", run::shown(g.unit));
    else if (!g.unit.empty())
      add(units, fmt::format("{} in {}{}", g.axis, run::shown(g.unit), g.unit_in_file.empty() ? "" : fmt::format(" (the file: {})", run::shown(g.unit_in_file))));
    auto const* c = g.coordinates;
    if (!from_file && c != nullptr && !c->even)
      text += fmt::format(
          "# ? {} is unevenly spaced in the file: give all axes as coordinates = {{ file, datasets }} instead.\n",
          g.axis);
    double const step = g.spacing > 0.0 ? g.spacing : 1.0;
    add(points, std::to_string(g.points));
    add(lower, deck::number(c != nullptr ? c->values.front() : 0.0));
    add(upper, deck::number(c != nullptr ? c->values.back() : plain(step * static_cast<double>(g.points - 1))));
    if (c != nullptr) add(datasets, deck::quote(c->name));
  }
  if (!units.empty()) text += fmt::format("# {}\n", units);
  text += question_of_curves(survey) + question_of(lattice, from_file);
  if (from_file)
    return text + fmt::format("coordinates = {{ file = {}, datasets = [{}] }}\n", deck::quote(survey.file), datasets);
  return text + fmt::format("points = [{}]\nlower = [{}]\nupper = [{}]\n", points, lower, upper);
}

bool is_whole(io::Description const& d) { return d.type.find("int") != std::string::npos && d.packing.scale == 1.0 && d.packing.offset == 0.0; }

/// An image may show a domain by its grey values alone: those of the first frame, the same domain at all times. `at`: what is fixed already.
std::string question_of_ground(Survey const& survey, Lattice const& lattice, std::string at) {
  auto const& seen = *lattice.dataset;
  auto const space = std::count_if(lattice.axes.begin(), lattice.axes.end(), [](Guess const& g) { return g.axis != "t"; });
  if (!is_whole(seen.description) || space < 2 || seen.missing > 0) return "";
  for (auto const& g : lattice.axes)
    if (g.axis == "t") at += fmt::format("{}{} = 0", at.empty() ? "" : ", ", deck::is_identifier(seen.description.axes[g.from].name) ? seen.description.axes[g.from].name : std::to_string(g.from));
  std::string mask = "file = " + deck::quote(survey.file);
  if (!seen.name.empty()) mask += ", dataset = " + deck::quote(seen.name);
  if (!lattice.order.empty()) mask += ", order = " + list_of(lattice.order);
  if (!at.empty()) mask += ", at = { " + at + " }";
  return fmt::format("# ? A cell or nucleus before a dark ground, where the equation does not hold? By its grey values (here half way up):\n# mask = {{ {}, above = {} }}\n", mask,
                     deck::number(plain(0.5 * (seen.lowest + seen.highest))));
}

/// The noise is a question; of whole numbers as they are stored, and of what is in counts, also that of a camera.
std::string noise_text(Seen const& seen) {
  auto const& d = seen.description;
  bool const whole = is_whole(d);
  std::string text = "# ? The noise: a standard deviation, { relative = 0.01 }, or \"auto\"\n";
  if (whole || d.unit.find("count") != std::string::npos)
    text += "# ? Counts of a camera? noise = { gain = \"auto\", offset = \"auto\" }; counts of single things: \"poisson\"\n";
  return text + "noise = \"auto\"\n";
}

/// With what the file calls the indices.
std::string question_of_fixed(Lattice const& lattice) {
  std::string text = "# ? Which index along these?";
  for (auto const& axis : lattice.dataset->description.axes)
    if (!axis.labels.empty() && std::count(lattice.fixed.begin(), lattice.fixed.end(), axis.name) > 0) text += fmt::format(" {}: {}", axis.name, numbered(axis.labels));
  return text + "\n";
}

std::string observation_text(Survey const& survey, Lattice const& lattice, std::string const& state) {
  auto const& seen = *lattice.dataset;
  std::string text = fmt::format("[observations.{}]\nfile = {}\n", state, deck::quote(survey.file));
  if (!seen.name.empty()) text += fmt::format("dataset = {}\n", deck::quote(seen.name));
  auto const is_axis = [&](Seen const& other) {
    return std::any_of(lattice.axes.begin(), lattice.axes.end(), [&](Guess const& g) { return g.coordinates == &other; });
  };
  std::vector<std::string> others;
  for (auto const& other : survey.datasets)
    if (&other != &seen && other.description.shape() == seen.description.shape() && other.problem.empty() && !is_axis(other))
      others.push_back(other.name);
  if (!others.empty()) text += fmt::format("# ? Of the same shape: {}. Is this the one?\n", deck::quoted_list(others));
  if (std::all_of(others.begin(), others.end(), [](auto const& name) { double value = 0.0; return io::read_number(name, value); }) && others.size() > 2)
    text += "# ? Are the names of columns places? A sheet of numbers is one array: leave the first word of its first line empty, and mollis new takes it.\n";
  if (others.size() > 1 && lattice.axes.size() == 1 && lattice.axes.front().axis == "t")
    text += "# ? Sensors at places of their own? tools/sensors.py makes a row a reading of it, with columns of time, place and value: kind = \"points\".\n";
  std::vector<std::string> part;
  if (!lattice.order.empty()) part.push_back(fmt::format("order = {}", list_of(lattice.order)));
  std::string at;
  for (auto const& name : lattice.fixed)
    at += fmt::format("{}{} = 0", at.empty() ? "" : ", ",
                      deck::is_identifier(name) || name.find_first_not_of("0123456789") == std::string::npos
                          ? name
                          : deck::quote(name));
  if (!at.empty()) part.push_back(fmt::format("at = {{ {} }}", at));
  for (auto const& key : part) text += (key.rfind("at", 0) == 0 ? question_of_fixed(lattice) : "") + key + "\n";
  return text + question_of_gaps(survey, seen, part) + question_of_ground(survey, lattice, at) + noise_text(seen);
}

/// A template of an equation with one constant.
std::string equation_text(Lattice const& lattice, std::string const& state) {
  bool const time = lattice.axes.front().axis == "t", space = lattice.axes.size() > (time ? 1u : 0u);
  std::string const name = state == "a" ? "b" : "a";
  std::string const residual = !space ? fmt::format("dt({0}) + {1}*{0}", state, name)
                               : time ? fmt::format("dt({0}) - {1}*lap({0})", state, name)
                                      : fmt::format("lap({0}) - {1}*{0}", state, name);
  return fmt::format(
      "# ? What is hidden? A constant (over = []), or a field over some of the axes: over = {}\n"
      "[parameters.{}]\nover = []\n\n"
      "# ? What do the data obey? This is a template, to be replaced: residual = 0 (mollis help equation).\n"
      "[equation]\nresidual = {}\n",
      list_of(names_of(lattice)), name, deck::quote(residual));
}

constexpr char const* head = "# A deck to start from, by mollis new. Comments with a question mark ask what the file does not tell.\n"
                             "# Keys: mollis help deck. Paths start at this file.\n\n";

/// Where a column tells trajectories apart.
std::string question_of_tracks(Survey const& survey) {
  for (auto const& seen : survey.datasets) {
    auto const word = io::lower_case(seen.name.substr(seen.name.rfind('/') + 1));
    if (word == "track" || word == "trajectory" || word == "particle" || word == "track_id" || word == "trajectory_id")
      return fmt::format("# ? {}: are these paths of particles? tools/moments.py makes data of drift and diffusivity of them.\n", run::shown(deck::quote(seen.name)));
  }
  return "";
}

/// Columns that hold no numbers, which a deck would want if they are times or places.
std::string question_of_words(Survey const& survey) {
  std::vector<std::string> names;
  bool dates = false;
  for (auto const& seen : survey.datasets) {
    if (seen.problem.empty()) continue;
    names.push_back(seen.name);
    dates = dates || seen.problem.find("dates are not read") != std::string::npos;
  }
  return names.empty() ? "" : fmt::format("# ? Without numbers, and so left out: {}. Do times or places stand there?{}\n", run::shown(deck::quoted_list(names)),
                                          dates ? " tools/sensors.py makes seconds of dates." : "");
}

/// Rows as places where molecules were seen.
std::string draft_of_places(Survey const& survey, std::vector<Places> const& places) {
  Lattice lattice;
  std::string points, lower, upper, columns, scale, units;
  for (auto const& column : places) {
    auto const add = [](std::string& to, std::string const& what) { to += (to.empty() ? "" : ", ") + what; };
    lattice.axes.push_back({});
    lattice.axes.back().axis = column.axis;
    add(points, std::to_string(column.points));
    add(lower, deck::number(column.lower));
    add(upper, deck::number(column.upper));
    add(columns, fmt::format("{} = {}", column.axis, deck::quote(column.column)));
    if (column.scale != 1.0) add(scale, fmt::format("{} = {}", column.axis, deck::number(column.scale)));
    if (!column.unit.empty()) add(units, fmt::format("{} in {}", column.axis, run::shown(column.unit)));
  }
  auto text = std::string(head) + fmt::format("[grid]\naxes = {}\n", list_of(names_of(lattice)));
  if (!units.empty()) text += fmt::format("# {}\n", units);
  text += fmt::format("# Cells hold ten rows on average.\npoints = [{}]\nlower = [{}]\nupper = [{}]\n", points, lower, upper);
  text += "# ? Where is the nucleus? mask = { file = \"mask.h5\", dataset = \"inside\" }\n\n";
  text += fmt::format("[observations.rho]\n# ? Every row is taken for a molecule that was seen there. Does a column hold values measured there? Then kind = \"points\".\n{}kind = \"localisations\"\nfile = {}\n"
                      "columns = {{ {} }}\n", question_of_words(survey) + question_of_tracks(survey), deck::quote(survey.file), columns);
  if (!scale.empty()) text += fmt::format("scale = {{ {} }}\n", scale);
  for (auto const& seen : survey.datasets) {
    auto const word = io::lower_case(word_of(seen.name));
    if (word.rfind("uncertainty", 0) == 0)
      text += fmt::format("# ? Is each molecule to count with its own width? {} = {} in columns.\n", word == "uncertainty_z" ? "sigma_z" : "sigma", run::shown(deck::quote(seen.name)));
  }
  text += "# ? Is the state of the equation a phase in place of the density? density = { offset = 500.0, gain = 300.0 }\nnoise = \"auto\"\n";
  return text + "\n" + equation_text(lattice, "rho");
}

/// Rows as values measured at places.
std::string draft_of_values(Survey const& survey, Scattered const& table) {
  Lattice lattice;
  std::string points, lower, upper, columns;
  auto const add = [](std::string& to, std::string const& what) { to += (to.empty() ? "" : ", ") + what; };
  for (auto const& axis : table.axes) {
    lattice.axes.push_back({});
    lattice.axes.back().axis = axis.axis;
    add(points, std::to_string(axis.points));
    add(lower, deck::number(axis.lower));
    add(upper, deck::number(axis.upper));
    add(columns, fmt::format("{} = {}", axis.axis, deck::quote(axis.column)));
  }
  add(columns, "value = " + deck::quote(table.value));
  if (!table.sigma.empty()) add(columns, "sigma = " + deck::quote(table.sigma));
  auto const state = state_name(table.value);
  auto text = std::string(head) + fmt::format("[grid]\naxes = {}\n# ? The lattice of the states, that of no data: how fine does the state vary, and how far does the domain reach?\n"
                                              "points = [{}]\nlower = [{}]\nupper = [{}]\n\n", list_of(names_of(lattice)), points, lower, upper);
  text += fmt::format("[observations.{}]\nkind = \"points\"\nfile = {}\ncolumns = {{ {} }}\n", state, deck::quote(survey.file), columns);
  text += question_of_words(survey);
  if (!table.others.empty()) text += fmt::format("# ? Other columns: {}. Is \"{}\" the value?\n", deck::quoted_list(table.others), run::shown(table.value));
  if (table.sigma.empty()) text += "# ? The noise: a standard deviation, { relative = 0.01 }, or \"auto\" (hard to tell where points are few)\nnoise = \"auto\"\n";
  return text + "\n" + equation_text(lattice, state) + "\n[inversion]\nmethod = \"joint\"\n";
}

}  // namespace

std::string draft(Survey const& survey) {
  auto const refuse = [&](std::string const& what) {
    throw run::Error(run::Exit::bad_data, survey.file + ": " + what);
  };
  if (auto const table = scattered_of(survey); is_table(survey) && table) return draft_of_values(survey, *table);
  if (auto const places = places_of(survey); is_table(survey) && !places.empty()) return draft_of_places(survey, places);
  if (is_table(survey))
    refuse("holds a table of points, not an array on a grid, and no columns x and y with rows enough for a density; mollis look shows its columns");
  auto const lattice = guess(survey);
  if (lattice.dataset == nullptr || lattice.axes.empty())
    refuse("holds no array of numbers on a grid; mollis look shows what it holds");
  auto const state = state_name(lattice.dataset->name);
  if (!lattice.dataset->margins.empty()) return std::string(head) + draft_of_sheet(survey, *lattice.dataset) + "\n" + equation_text(lattice, state);
  return std::string(head) + grid_text(survey, lattice) + "\n" + observation_text(survey, lattice, state) + "\n" +
         equation_text(lattice, state);
}

}  // namespace mollis::look

#include "look/questions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "deck/suggest.hpp"
#include "deck/text.hpp"
#include "io/formats/cf.hpp"
#include "look/names.hpp"
#include "run/shown.hpp"

namespace mollis::look {
namespace {

constexpr double metres_a_degree = 6.371e6 * M_PI / 180.0;

bool is_in_degrees(Guess const& g) { return g.unit.rfind("degree", 0) == 0; }

double step_of(Guess const& g) { return std::abs(g.coordinates != nullptr ? g.coordinates->spacing() : g.spacing); }

/// A circle of longitudes, whose last point is a step before the first.
bool is_circle(Guess const& g) {
  if (!is_in_degrees(g) || g.coordinates == nullptr || !g.coordinates->even) return false;
  return std::abs(step_of(g) * static_cast<double>(g.points) - 360.0) < 0.01;
}

/// The length of a year in the unit that the deck reads these times in, where they are months or days of one year; 0 where they are not.
double year_of(Guess const& g) {
  if (g.axis != "t" || g.coordinates == nullptr || g.points < 4) return 0.0;
  double const dated = io::seconds_in(g.unit);  // "days since ...": read in seconds
  double const day = 86400.0, year = 365.25 * day;
  double unit = dated;
  for (auto const& [word, seconds] : {std::pair{"s", 1.0}, {"second", 1.0}, {"h", 3600.0}, {"hour", 3600.0}, {"d", day}, {"day", day}, {"month", year / 12.0}, {"", g.points == 12 ? year / 12.0 : 0.0}})
    if (!(dated > 0.0) && (g.unit == word || g.unit == std::string(word) + "s")) unit = seconds;
  if (!(unit > 0.0) || std::abs(step_of(g) * static_cast<double>(g.points) * unit / year - 1.0) > 0.02) return 0.0;
  return dated > 0.0 ? year : year / unit;
}

}  // namespace

std::string question_of(Guess const& g) {
  std::string text;
  if (!g.named)
    text += fmt::format("# ? Is axis {} (from 0) of the dataset, of {} points, really {}?\n", g.from, g.points, g.axis);
  if (g.decreasing)
    text += fmt::format(
        "# ? The coordinates of {} decrease in the file; here {} counts the other way, from 0. Does a direction matter "
        "in the equation?\n",
        g.axis, g.axis);
  else if (g.coordinates == nullptr && g.spacing <= 0.0)
    text += fmt::format("# ? The spacing of {} is not in the file; 1 is taken.\n", g.axis);
  if (is_in_degrees(g)) text += fmt::format("# ? {} is in {}: derivatives and lap() take it as a length.\n", g.axis, run::shown(g.unit));
  if (is_circle(g)) text += fmt::format("# ? {0} goes once around: period = {{ {0} = 360.0 }} in coordinates closes it.\n", g.axis);
  if (double const year = year_of(g); year > 0.0)
    text += fmt::format("# ? t is one year. Do the data repeat (a climatology)? period = {{ t = {} }} in coordinates closes it.\n", deck::number(year));
  return text;
}

std::string question_of(Lattice const& lattice, bool from_file) {
  std::string text;
  auto const axis = [&](std::string const& name) -> Guess const* {
    for (auto const& g : lattice.axes)
      if (g.axis == name) return &g;
    return nullptr;
  };
  auto const *y = axis("y"), *x = axis("x");
  if (y != nullptr && x != nullptr && is_in_degrees(*y) && is_in_degrees(*x)) {
    auto const one = fmt::format("{:.0f}", metres_a_degree);
    text += fmt::format("# ? Lengths in metres? A degree of y is {0} m, one of x {0}*cos(y*pi/180): in [equation] dx(u)/({0}*cos(y*pi/180)), dy(u)/{0} and, for "
                        "lap(u),\n#   (d(u, 'yy') - tan(y*pi/180)*pi/180*dy(u) + d(u, 'xx')/cos(y*pi/180)^2)/{0}^2.\n", one);
  }
  for (auto const& g : lattice.axes) {
    double const own = metres_in(g.unit), last = metres_in(lattice.axes.back().unit);
    if (g.axis != "t" && own != last && own > 0.0 && last > 0.0)
      text += fmt::format("# ? {} is in {}, {} in {}: derivatives and lap() take them for one unit. Second derivatives along {} times {} are per {}^2.\n", g.axis,
                          run::shown(g.unit), lattice.axes.back().axis, run::shown(lattice.axes.back().unit), g.axis,
                          deck::number(std::pow(last / own, 2.0)), run::shown(lattice.axes.back().unit));
  }
  auto const longest = std::max_element(lattice.axes.begin(), lattice.axes.end(), [](auto const& a, auto const& b) { return a.points < b.points; });
  if (longest == lattice.axes.end()) return text;
  auto const part = fmt::format("crop = {{ {} = [0, {}] }}", longest->axis, std::max<Index>(longest->points / 2, 1));
  return text + (from_file ? fmt::format("# ? A part of it alone? {}, in coordinates and in [observations.*], the same in both (first index, end).\n", part)
                           : fmt::format("# ? A part of it alone? {} in [observations.*] (first index, end), and points, lower, upper of that part here.\n", part));
}

std::string question_of_curves(Survey const& survey) {
  std::vector<std::string> names;
  for (auto const& seen : survey.datasets) {
    auto const shape = seen.description.shape();
    bool const wide = std::count_if(shape.begin(), shape.end(), [](Index n) { return n > 1; }) > 1;
    auto const axis = axis_of(seen.name);
    if (seen.problem.empty() && wide && (axis == "x" || axis == "y")) names.push_back(seen.name);
  }
  return names.size() < 2 ? "" : fmt::format("# ? {} vary along several axes: is the grid curved? Then derivatives along its axes are none along x and y; bring the data onto a "
                                          "regular grid.\n", run::shown(deck::quoted_list(names)));
}

std::string question_of_gaps(Survey const& survey, Seen const& seen, std::vector<std::string> const& part) {
  if (seen.missing == 0) return "";
  auto text = fmt::format("# {:.3g} % of the values are missing.\n", 100.0 * static_cast<double>(seen.missing) / static_cast<double>(seen.read));
  std::string mask = "file = " + deck::quote(survey.file);
  if (!seen.name.empty()) mask += ", dataset = " + deck::quote(seen.name);
  for (auto const& key : part) mask += ", " + key;
  return text + fmt::format("# ? Gaps, or what lies outside a domain (land, the surroundings of a nucleus)? Outside, as in:\n"
                            "# mask = {{ {}, above = -1e30 }}\n", mask);
}

}  // namespace mollis::look

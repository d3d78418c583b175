// [grid]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "deck/readers.hpp"
#include "deck/suggest.hpp"
#include "deck/values.hpp"
#include "run/shown.hpp"

namespace mollis::deck {

namespace {

Axes const all_axes = {"t", "z", "y", "x"};

std::ptrdiff_t position(Axes const& axes, std::string const& name) {
  return std::find(axes.begin(), axes.end(), name) - axes.begin();
}

/// The list of a key, reported where its length is not the number of axes; empty where absent or wrong.
template <class T>
std::vector<T> one_an_axis(Entry const& entry, std::string const& key, Axes const& axes) {
  auto values = entry.list<T>(key).value_or(std::vector<T>{});
  if (axes.empty() || !entry.has(key) || values.size() == axes.size()) return values;
  entry.report(
      key, fmt::format("{} entries for {} axes ({}); give one an axis", values.size(), axes.size(), quoted_list(axes)));
  return {};
}

Axes read_axes(Entry const& entry) {
  Axes const axes = entry.list<std::string>("axes").value_or(Axes{});
  if (!entry.has("axes")) return {};
  if (axes.empty()) {
    entry.report("axes", "no axes; name one to four of \"t\", \"z\", \"y\", \"x\"");
    return {};
  }
  Axes proper;
  for (auto const& name : all_axes) {
    auto const count = std::count(axes.begin(), axes.end(), name);
    if (count > 0) proper.push_back(name);
    if (count > 1) entry.report("axes", fmt::format("\"{}\" stands twice; name each axis once", name));
  }
  if (proper.size() != axes.size()) return {};
  if (axes != proper) {
    entry.report("axes", fmt::format("wrong order; write axes = [{}], points and bounds likewise (slowest first)",
                                     quoted_list(proper)));
  }
  return axes;
}

/// What 64-bit integers count, and points that rounding keeps apart.
void check_size(Entry const& entry, Grid const& grid) {
  double total = 1.0;
  for (Index const n : grid.points) total *= static_cast<double>(n);
  for (auto const& [axis, factor] : grid.refine) total *= static_cast<double>(factor);
  if (total > 4e18) entry.report("points", fmt::format("{:.1e} points cannot be counted; choose fewer", total));
  bool const complete = grid.points.size() == grid.axes.size() && grid.lower.size() == grid.axes.size() && grid.upper.size() == grid.axes.size();
  for (std::size_t a = 0; complete && a < grid.axes.size(); ++a) {
    double const extent = grid.upper[a] - grid.lower[a];
    double const largest = std::max(std::abs(grid.lower[a]), std::abs(grid.upper[a]));
    if (extent <= 0.0) continue;
    if (!std::isfinite(extent))
      entry.report(entry.element("upper", a), fmt::format("the extent of axis {} is beyond numbers; choose another unit", grid.axes[a]));
    else if (extent / static_cast<double>(grid.points[a]) < 4.0 * std::numeric_limits<double>::epsilon() * largest)
      entry.report(entry.element("points", a),
                   fmt::format("{} points from {} to {} are closer than rounding along {}; choose fewer, or another origin",
                               grid.points[a], grid.lower[a], grid.upper[a], grid.axes[a]));
  }
}

void read_lattice(Entry const& entry, Grid& grid) {
  bool const from_file = entry.has("coordinates") || entry.broken("coordinates");
  for (auto const* key : {"points", "lower", "upper"}) {
    if (from_file && entry.has(key)) entry.report(key, "coordinates are read from a file; remove this or coordinates");
    if (!from_file && !entry.has(key) && !entry.broken(key)) {
      entry.report(key, "required key is missing; give points, lower and upper, or coordinates");
    }
  }
  if (from_file) return;
  grid.points = one_an_axis<std::int64_t>(entry, "points", grid.axes);
  grid.lower = one_an_axis<double>(entry, "lower", grid.axes);
  grid.upper = one_an_axis<double>(entry, "upper", grid.axes);
  for (std::size_t a = 0; a < std::min(grid.lower.size(), grid.upper.size()); ++a) {
    if (grid.lower[a] < grid.upper[a]) continue;
    entry.report(entry.element("upper", a),
                 fmt::format("{} is not above lower = {}{}; give upper > lower", grid.upper[a], grid.lower[a],
                             a < grid.axes.size() ? " of axis " + grid.axes[a] : ""));
  }
  check_size(entry, grid);
}

void read_coordinates(Entry const& entry, Grid& grid) {
  auto const table = entry.table("coordinates");
  if (!table) return;
  if (auto const file = table->text("file")) grid.coordinate_file = table->document().absolute(*file);
  grid.coordinate_datasets = one_an_axis<std::string>(*table, "datasets", grid.axes);
  for (auto const& item : table->items("period")) {
    if (known_axis(item.name, grid.axes, *table, table->region(item.region, "period"))) {
      grid.period[item.name] = *real_of(*item.node);
    }
  }
  grid.time_unit = table->text("time_unit").value_or("s");
  grid.coordinate_part.places = table->places();
  read_cut(*table, grid, grid.coordinate_part);
}

void read_symmetries(Entry const& entry, Grid& grid) {
  grid.periodic = entry.list<std::string>("periodic").value_or(Axes{});
  for (std::size_t i = 0; i < grid.periodic.size(); ++i) {
    auto const& name = grid.periodic[i];
    Place const place = entry.element("periodic", i);
    if (!known_axis(name, grid.axes, entry, place)) continue;
    if (position(grid.periodic, name) != static_cast<std::ptrdiff_t>(i)) {
      entry.report(place, fmt::format("\"{}\" stands twice; name each axis once", name));
    }
    bool const period_known = grid.period.count(name) > 0 || entry.broken("coordinates.period");
    if (entry.has("coordinates") && !period_known) {
      entry.report(
          place,
          fmt::format("the period of \"{0}\" is not known; add it to coordinates: period = {{ {0} = ... }}", name));
    }
  }
  for (auto const& item : entry.items("reflect")) {
    Place const place = entry.region(item.region, "reflect");
    if (!known_axis(item.name, grid.axes, entry, place)) continue;
    bool const closed =
        std::count(grid.periodic.begin(), grid.periodic.end(), item.name) > 0 || grid.period.count(item.name) > 0;
    if (closed)
      entry.report(place, fmt::format("\"{}\" is periodic and has no ends to reflect at; remove it", item.name));
    grid.reflect[item.name] = *item.node->value<std::string>();
  }
}

void read_refinement(Entry const& entry, Grid& grid) {
  for (auto const& item : entry.items("refine"))
    if (known_axis(item.name, grid.axes, entry, entry.region(item.region, "refine"))) grid.refine[item.name] = *item.node->value<std::int64_t>();
}

void read_decomposition(Entry const& entry, Grid& grid) {
  auto const blocks = entry.list<std::int64_t>("decomposition").value_or(std::vector<std::int64_t>{});
  if (blocks.empty()) return;
  auto const checked = one_an_axis<std::int64_t>(entry, "decomposition", grid.axes);
  constexpr std::int64_t most = std::numeric_limits<int>::max();  // MPI numbers its ranks so
  std::int64_t product = 1;
  for (std::size_t a = 0; a < checked.size(); ++a) {
    if (product > most / checked[a]) {
      entry.report(entry.element("decomposition", a), "more blocks in all than ranks can be; choose fewer");
      return grid.decomposition.clear();
    }
    product *= checked[a];
    grid.decomposition.push_back(static_cast<int>(checked[a]));
    if (a < grid.axes.size() && grid.axes[a] == "t" && checked[a] != 1) {
      entry.report(entry.element("decomposition", a),
                   fmt::format("{} blocks along t, which is never cut; write 1", checked[a]));
    }
  }
}

}  // namespace

bool known_axis(std::string const& name, Axes const& axes, Entry const& entry, Place const& place) {
  if (axes.empty() || std::find(axes.begin(), axes.end(), name) != axes.end()) return true;
  entry.report(place, fmt::format("\"{}\" is not an axis of the grid; choose from {}", run::shown(name), quoted_list(axes)));
  return false;
}

void check_subset(std::vector<std::string> const& names, Axes const& axes, Entry const& entry, std::string const& key) {
  Axes proper;
  bool known = true;
  for (auto const& axis : axes) {
    if (std::find(names.begin(), names.end(), axis) != names.end()) proper.push_back(axis);
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    known = known_axis(names[i], axes, entry, entry.element(key, i)) && known;
  if (known && !axes.empty() && names != proper) {
    entry.report(
        key, fmt::format("axes are repeated or not in the grid's order; write {} = [{}]", key, quoted_list(proper)));
  }
}

void read_mask(Entry const& entry, Grid& grid) {
  auto const mask = entry.table("mask");
  if (!mask) return;
  if (grid.mask) return entry.report("mask", "the domain has a mask already; say it once, in [grid] mask");
  grid.mask = read_values(*mask, grid);
  grid.mask_above = mask->number("above").value_or(0.0);
  grid.mask_filled = mask->flag("fill_holes").value_or(false);
}

Grid read_grid(Entry const& entry) {
  Grid grid;
  grid.places = entry.places();
  grid.axes = read_axes(entry);
  read_refinement(entry, grid);
  read_lattice(entry, grid);
  read_coordinates(entry, grid);
  read_symmetries(entry, grid);
  read_decomposition(entry, grid);
  read_mask(entry, grid);
  return grid;
}

}  // namespace mollis::deck

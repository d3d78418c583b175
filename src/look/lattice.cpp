#include "look/lattice.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "io/layout.hpp"
#include "look/names.hpp"

namespace mollis::look {
namespace {

std::vector<std::string> const grid_axes{"t", "z", "y", "x"};

std::size_t rank_of(std::string const& axis) {
  return static_cast<std::size_t>(std::find(grid_axes.begin(), grid_axes.end(), axis) - grid_axes.begin());
}

std::size_t wide(io::Description const& description) {
  auto const shape = description.shape();
  return static_cast<std::size_t>(std::count_if(shape.begin(), shape.end(), [](Index n) { return n > 1; }));
}

Seen const* main_dataset(Survey const& survey) {
  Seen const* best = nullptr;
  for (auto const& seen : survey.datasets) {
    if (!seen.problem.empty() || !seen.finite || seen.description.scales || wide(seen.description) == 0) continue;
    bool const coordinate = wide(seen.description) == 1 && !axis_of(seen.name).empty();
    if (coordinate) continue;
    auto const rank = [](Seen const& one) { return std::make_tuple(!is_truth(one.name), wide(one.description), one.read); };
    if (best == nullptr || rank(seen) > rank(*best)) best = &seen;
  }
  return best;
}

bool can_be_coordinates(Seen const& seen, Index points) {
  return seen.problem.empty() && (seen.increasing || seen.decreasing) &&
         static_cast<Index>(seen.values.size()) == points;
}

Seen const* find(Survey const& survey, std::string const& name, Index points) {
  for (auto const& seen : survey.datasets)
    if (!name.empty() && seen.name == name && can_be_coordinates(seen, points)) return &seen;
  return nullptr;
}

/// Coordinates by a usual name and the right size, the slowest axis that is not taken first.
Seen const* by_size(Survey const& survey, Index points, std::vector<bool> const& taken) {
  Seen const* best = nullptr;
  std::size_t best_rank = grid_axes.size();
  for (auto const& seen : survey.datasets) {
    std::size_t const rank = rank_of(axis_of(seen.name));
    if (rank >= best_rank || taken[rank] || !can_be_coordinates(seen, points)) continue;
    best = &seen;
    best_rank = rank;
  }
  return best;
}

Guess guess_axis(Survey const& survey, io::Dimension const& axis, std::size_t from, std::vector<bool> const& taken) {
  Guess g;
  g.from = from;
  g.points = axis.size;
  g.spacing = axis.spacing;
  g.unit = axis.unit;
  g.coordinates = find(survey, axis.coordinates, axis.size);
  g.axis = io::axis_meant(axis.name);
  if (axis.name.empty() && g.coordinates == nullptr) {
    g.coordinates = by_size(survey, axis.size, taken);
    if (g.coordinates != nullptr) g.axis = axis_of(g.coordinates->name);
  }
  if (g.coordinates != nullptr && g.unit.empty()) g.unit = g.coordinates->description.unit;
  if (g.coordinates != nullptr && g.unit.empty()) g.unit = unit_of(g.coordinates->name);
  if (!g.axis.empty() && taken[rank_of(g.axis)]) g.axis.clear();
  g.named = !g.axis.empty();
  return g;
}

/// Axes without a meaning get those that are left: the last ones x, y, then t, then z.
void name_the_rest(Lattice& lattice, std::vector<bool>& taken) {
  for (std::size_t n = lattice.axes.size(); n-- > 0;) {
    auto& g = lattice.axes[n];
    if (!g.axis.empty()) continue;
    for (std::string const axis : {"x", "y", "t", "z"}) {
      if (taken[rank_of(axis)]) continue;
      taken[rank_of(axis)] = true;
      g.axis = axis;
      break;
    }
  }
}

/// Decks take coordinates that decrease of axes of space, and where all axes are from the file.
void turn_the_rest(Lattice& lattice) {
  auto const taken = [](Guess const& g) { return g.coordinates != nullptr && !(g.axis == "t" && g.coordinates->decreasing); };
  if (std::all_of(lattice.axes.begin(), lattice.axes.end(), taken)) return;
  for (auto& g : lattice.axes) {
    if (g.coordinates == nullptr || !g.coordinates->decreasing) continue;
    g.spacing = -g.coordinates->spacing();
    g.coordinates = nullptr;
    g.decreasing = true;
  }
}

/// Spacings of the axes of space in one unit, that of the last axis, where they have units of length: derivatives know none.
void take_one_unit(Lattice& lattice) {
  if (lattice.axes.empty()) return;
  auto const unit = lattice.axes.back().unit;
  double const metres = metres_in(unit);
  for (auto& g : lattice.axes) {
    double const own = metres_in(g.unit);
    if (g.axis == "t" || g.coordinates != nullptr || own == metres || !(own > 0.0) || !(metres > 0.0)) continue;
    g.spacing *= own / metres;
    g.unit_in_file = g.unit;
    g.unit = unit;
  }
}

}  // namespace

double metres_in(std::string const& unit) {
  static std::map<std::string, double> const units{
      {"m", 1},           {"metre", 1},       {"meter", 1},       {"metres", 1},       {"meters", 1},       {"km", 1e3},   {"cm", 1e-2}, {"centimeter", 1e-2},
      {"mm", 1e-3},       {"millimeter", 1e-3}, {"millimetre", 1e-3}, {"millimeters", 1e-3}, {"um", 1e-6},      {"micron", 1e-6}, {"microns", 1e-6},
      {"\xc2\xb5m", 1e-6}, {"\xce\xbcm", 1e-6}, {"micrometer", 1e-6}, {"micrometre", 1e-6},  {"micrometers", 1e-6}, {"nm", 1e-9}, {"nanometer", 1e-9},
      {"nanometers", 1e-9}};
  auto const found = units.find(unit);
  return found == units.end() ? 0.0 : found->second;
}

bool is_table(Survey const& survey) {
  bool unordered = false;
  for (auto const& seen : survey.datasets) {
    if (!seen.problem.empty()) continue;
    if (wide(seen.description) > 1) return false;
    auto const word = word_of(seen.name);
    bool const coordinate = !axis_of(seen.name).empty() || !axis_of(word.substr(0, word.find_first_of(" _"))).empty();   // "x_coord"
    unordered = unordered || (coordinate && seen.read > 2 && !seen.increasing && !seen.decreasing);
  }
  return unordered;
}

Lattice guess(Survey const& survey) {
  Lattice lattice;
  lattice.dataset = main_dataset(survey);
  if (lattice.dataset == nullptr) return lattice;
  auto const& axes = lattice.dataset->description.axes;
  std::vector<bool> taken(grid_axes.size() + 1, false);
  std::size_t left = wide(lattice.dataset->description);
  for (std::size_t d = 0; d < axes.size(); ++d) {
    if (axes[d].size < 2) continue;
    bool const no_axis = !axes[d].name.empty() && io::axis_meant(axes[d].name).empty() && axes[d].coordinates.empty();
    bool const channel = axes[d].name == "channel" || axes[d].name == "sample";
    if (channel || (no_axis && left > grid_axes.size())) {
      lattice.fixed.push_back(axes[d].name);
      --left;
      continue;
    }
    if (lattice.axes.size() == grid_axes.size()) {
      lattice.fixed.push_back(axes[d].name.empty() ? std::to_string(d) : axes[d].name);
      continue;
    }
    lattice.axes.push_back(guess_axis(survey, axes[d], d, taken));
    if (lattice.axes.back().named) taken[rank_of(lattice.axes.back().axis)] = true;
  }
  name_the_rest(lattice, taken);
  turn_the_rest(lattice);
  bool by_name = true, in_order = true;
  for (std::size_t n = 0; n < lattice.axes.size(); ++n) {
    by_name = by_name && io::axis_meant(axes[lattice.axes[n].from].name) == lattice.axes[n].axis;
    in_order = in_order && (n == 0 || rank_of(lattice.axes[n - 1].axis) < rank_of(lattice.axes[n].axis));
    lattice.order.push_back(lattice.axes[n].axis);
  }
  if (by_name || in_order) lattice.order.clear();
  std::sort(lattice.axes.begin(), lattice.axes.end(),
            [](Guess const& a, Guess const& b) { return rank_of(a.axis) < rank_of(b.axis); });
  take_one_unit(lattice);
  return lattice;
}

}  // namespace mollis::look

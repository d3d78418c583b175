#include "deck/read_forward_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "deck/forward_keys.hpp"
#include "deck/suggest.hpp"

namespace mollis::deck {

namespace {

bool is_periodic(Grid const& grid, std::string const& axis) {
  auto const& named = grid.periodic;
  return std::find(named.begin(), named.end(), axis) != named.end() || grid.period.count(axis) > 0;
}

void report_idle_keys(Entry const& entry, Deck const& deck, Forward const& forward) {
  bool const in_time = has_time(deck.grid.axes);
  for (std::string const key : {"source", "boundary", "refine", "conditions", "velocity", "initial", "perturbation",
                                "spin_up", "steps", "mobility", "gradient_energy"}) {
    if (!entry.has(key) || reads_key(forward.equation, in_time, key)) continue;
    auto const what = forward.equation
                          ? fmt::format("equation \"{}\"{}", *forward.equation, in_time ? "" : " without an axis t")
                          : std::string("manufactured states");
    entry.report(key, fmt::format("not read by {}; remove it (it belongs to {})", what, readers_of_key(key)));
  }
}

/// An axis of space that the grid has.
bool is_space(Entry const& entry, Deck const& deck, Item const& item, std::string const& key) {
  Place const place = entry.region(item.region, key);
  if (!known_axis(item.name, deck.grid.axes, entry, place)) return false;
  if (item.name != "t") return true;
  entry.report(place, "t is time; name an axis of space");
  return false;
}

void read_conditions(Entry const& entry, Deck const& deck, Forward& forward) {
  for (auto const& axis : deck.grid.axes)
    if (axis != "t" && !is_periodic(deck.grid, axis))
      forward.conditions[axis] = forward.equation == "phase-field" ? "neumann" : "dirichlet";
  for (auto const& item : entry.items("conditions")) {
    if (!is_space(entry, deck, item, "conditions")) continue;
    if (is_periodic(deck.grid, item.name))
      entry.report(entry.region(item.region, "conditions"),
                   fmt::format("\"{}\" is periodic ([grid] periodic) and has no ends; remove it", item.name));
    else
      forward.conditions[item.name] = expression_of(*item.node);
  }
}

void read_velocity(Entry const& entry, Deck const& deck, Forward& forward) {
  for (auto const& item : entry.items("velocity")) {
    if (!is_space(entry, deck, item, "velocity")) continue;
    auto const key = "velocity." + item.name;
    forward.velocity[item.name] = expression_of(*item.node);
    forward.places.keys[key] = entry.document().text_place(*item.node, entry.section(), key);
  }
}

bool has_walls(Forward const& forward) {
  return std::any_of(forward.conditions.begin(), forward.conditions.end(),
                     [](auto const& axis) { return axis.second == "dirichlet"; });
}

/// What the axes of the grid must be; "" where they are.
std::string axes_fault(std::string const& equation, Axes const& axes) {
  bool const in_time = has_time(axes), in_space = axes.size() > (in_time ? 1u : 0u);
  if (equation == "langevin") {
    if (axes == Axes{"t"} || axes == Axes{"t", "x"}) return "";
    return "\"langevin\" is one path (axes = [\"t\"]) or an ensemble along x (axes = [\"t\", \"x\"])";
  }
  if (!in_space) return fmt::format("\"{}\" needs an axis z, y or x in [grid] axes; choose \"langevin\"", equation);
  if (equation == "plate" && in_time)
    return "\"plate\" is steady, but [grid] axes has t; remove t or use states = { ... }";
  return "";
}

void check_model(Entry const& entry, Deck const& deck, Forward const& forward) {
  auto const& equation = *forward.equation;
  auto const fault = axes_fault(equation, deck.grid.axes);
  if (!fault.empty()) return entry.report("equation", fault);
  bool const in_time = has_time(deck.grid.axes);
  if (in_time && is_periodic(deck.grid, "t"))
    entry.report("equation", fmt::format("\"{}\" starts from an initial state, but t is periodic", equation));
  if (reads_key(equation, in_time, "initial") && !entry.has("initial") && !entry.broken("initial"))
    entry.report("initial", "required key is missing; add the state at the start of time, initial = \"0\" for none");
  if (!reads_key(equation, in_time, "conditions") || entry.broken("conditions") || entry.broken("boundary")) return;
  if (!in_time && !has_walls(forward))
    entry.report("conditions",
                 "no axis is \"dirichlet\" (all are periodic or \"neumann\"), so the mean of the steady state is free; "
                 "make one axis open and \"dirichlet\"");
  else if (entry.has("boundary") && !has_walls(forward))
    entry.report("boundary", "no axis is \"dirichlet\", so no end takes this value; remove it or change conditions");
}

}  // namespace

void read_model(Entry const& entry, Deck const& deck, bool needed, Forward& forward) {
  if (!entry.broken("equation") && !deck.grid.axes.empty()) report_idle_keys(entry, deck, forward);
  read_conditions(entry, deck, forward);
  read_velocity(entry, deck, forward);
  forward.initial = entry.text("initial").value_or(forward.initial);
  forward.perturbation = entry.number("perturbation").value_or(forward.perturbation);
  forward.spin_up = entry.number("spin_up").value_or(forward.spin_up);
  forward.steps = static_cast<int>(entry.integer("steps").value_or(forward.steps));
  forward.mobility = entry.number("mobility").value_or(forward.mobility);
  forward.gradient_energy = entry.number("gradient_energy").value_or(forward.gradient_energy);
  if (needed && forward.equation && !deck.grid.axes.empty()) check_model(entry, deck, forward);
}

}  // namespace mollis::deck

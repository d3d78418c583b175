#include "forward/from_deck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "deck/experiments.hpp"
#include "deck/problems.hpp"
#include "equation/system.hpp"
#include "forward/observe.hpp"
#include "run/error.hpp"

namespace mollis::forward {
namespace {

/// The error of a key of [forward].
run::Error bad(deck::Deck const& deck, std::string const& key, std::string const& what) {
  return run::deck_error(deck.forward.places.of(key), what);
}

/// Names that expressions of [forward] may use, and those that they may not because they are read from files.
struct Names {
  std::map<std::string, std::string> texts;
  std::vector<std::string> in_files;

  explicit Names(deck::Deck const& deck) {
    for (auto const& [name, parameter] : deck.parameters)
      if (parameter.truth) add(name, *parameter.truth);
    for (auto const& [name, values] : deck.fields) add(name, values);
  }
  void add(std::string const& name, deck::Values const& values) {
    if (values.expression.empty())
      in_files.push_back(name);
    else
      texts[name] = values.expression;
  }
};

bool is_part_of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether `name` stands in `text` as a whole word.
bool uses(std::string const& text, std::string const& name) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    auto const end = at + name.size();
    if ((at == 0 || !is_part_of_name(text[at - 1])) && (end == text.size() || !is_part_of_name(text[end]))) return true;
  }
  return false;
}

/// Adds what keeps an expression of [forward] from being understood. The faults of expressions that it names (a
/// field's, a truth's) are told where these stand.
void check(deck::Deck const& deck, std::string const& key, std::string const& text, Names const& names,
           deck::Problems& problems) {
  for (auto const& name : names.in_files) {
    if (!uses(text, name)) continue;
    return problems.add(
        deck.forward.places.of(key),
        fmt::format("\"{}\" is read from a file; only expressions can be refined, write one here", name));
  }
  try {
    from_expression(text, deck.grid.axes, names.texts);
  } catch (equation::SyntaxError const& error) {
    if (error.which.rfind("let.", 0) == 0) return;
    auto const place = deck.forward.places.of(key);
    bool const written = deck.forward.places.keys.count(key) != 0;
    problems.add(written ? run::within(place, text, error.column) : place, error.what());
  }
}

/// What a coefficient or source must be.
enum class Requirement { finite, nonzero, positive };

bool holds(Requirement requirement, double value) {
  if (!std::isfinite(value)) return false;
  return requirement == Requirement::finite || (requirement == Requirement::nonzero ? value != 0.0 : value > 0.0);
}

/// "(y, x) = (0.1, 0.5)" of the n-th point of a lattice.
std::string point_text(std::vector<std::string> const& axes, Lattice const& lattice, std::size_t n) {
  std::string names, values;
  for (std::size_t a = lattice.size(); a-- > 0; n /= lattice[a].size()) {
    names = axes[a] + (names.empty() ? "" : ", ") + names;
    values = fmt::format("{:.6g}{}{}", lattice[a][n % lattice[a].size()], values.empty() ? "" : ", ", values);
  }
  return fmt::format("({}) = ({})", names, values);
}

/// The function, whose sampling throws run::Error where it does not meet the requirement.
Function checked(deck::Deck const& deck, std::string const& key, std::string const& text, Requirement requirement) {
  auto function = read_function(deck, key, text);
  return [requirement, text, function, place = deck.forward.places.of(key), axes = deck.grid.axes](Lattice const& lattice) {
    auto values = function(lattice);
    auto const wrong = std::find_if_not(values.begin(), values.end(), [&](double v) { return holds(requirement, v); });
    if (wrong == values.end()) return values;
    char const* const wanted[] = {"finite", "finite and not 0", "positive"};
    auto const what = fmt::format("\"{}\" is {:.6g} at {}; it must be {} on the whole grid", text, *wrong,
                                  point_text(axes, lattice, static_cast<std::size_t>(wrong - values.begin())),
                                  wanted[static_cast<int>(requirement)]);
    throw run::deck_error(place, what);
  };
}

}  // namespace

namespace {

void check_texts(deck::Deck const& deck, deck::Problems& problems) {
  Names const names(deck);
  for (auto const& [state, text] : deck.forward.states) check(deck, "states." + state, text, names, problems);
  if (!deck.forward.equation) return;
  check(deck, "coefficient", deck.forward.coefficient, names, problems);
  for (auto const& [axis, text] : deck.forward.velocity) check(deck, "velocity." + axis, text, names, problems);
  check(deck, "initial", deck.forward.initial, names, problems);
  check(deck, "boundary", deck.forward.boundary, names, problems);
  if (!deck.forward.source.empty()) check(deck, "source", deck.forward.source, names, problems);
}

}  // namespace

void check_expressions(deck::Deck const& deck, deck::Problems& problems) {
  check_datasets(deck, problems);
  for (auto const& one : deck::decks_of_experiments(deck)) check_texts(one, problems);
}

Function read_function(deck::Deck const& deck, std::string const& key, std::string const& text) {
  Names const names(deck);
  deck::Problems problems;
  check(deck, key, text, names, problems);
  problems.raise();
  try {
    return from_expression(text, deck.grid.axes, names.texts);
  } catch (equation::SyntaxError const& error) {
    throw bad(deck, key, error.what());
  }
}

Function read_state(deck::Deck const& deck, std::string const& state) {
  return checked(deck, "states." + state, deck.forward.states.at(state), Requirement::finite);
}

namespace {

bool in_time(deck::Deck const& deck) { return !deck.grid.axes.empty() && deck.grid.axes[0] == "t"; }

/// Whether an expression depends on t, by itself or through a name.
bool depends_on_time(std::string const& text, Names const& names) {
  if (uses(text, "t")) return true;
  return std::any_of(names.texts.begin(), names.texts.end(),
                     [&](auto const& name) { return uses(text, name.first) && depends_on_time(name.second, names); });
}

std::vector<std::string> insulated_axes(deck::Deck const& deck) {
  std::vector<std::string> axes;
  for (auto const& [axis, condition] : deck.forward.conditions)
    if (condition == "neumann") axes.push_back(axis);
  return axes;
}

/// Functions of all axes of the deck, t among them.
Problem read_terms(deck::Deck const& deck) {
  auto const& forward = deck.forward;
  Problem problem;
  problem.form = forward.equation == "elliptic" ? Form::elliptic : Form::divergence;
  bool const positive = problem.form == Form::divergence || in_time(deck);
  problem.coefficient =
      checked(deck, "coefficient", forward.coefficient, positive ? Requirement::positive : Requirement::nonzero);
  problem.source = checked(deck, "source", forward.source, Requirement::finite);
  problem.boundary = read_function(deck, "boundary", forward.boundary);
  problem.insulated = insulated_axes(deck);
  auto const& axes = deck.grid.axes;
  for (auto const& [axis, text] : forward.velocity) {
    auto const position = std::find(axes.begin(), axes.end(), axis) - axes.begin();
    problem.velocity[static_cast<std::size_t>(position) + box_axes - axes.size()] =
        checked(deck, "velocity." + axis, text, Requirement::finite);
  }
  return problem;
}

/// A function of (t, space) as one of space.
Function at_time(Function const& function, double t) {
  if (!function) return {};
  return [function, t](Lattice const& space) {
    Lattice lattice{{t}};
    lattice.insert(lattice.end(), space.begin(), space.end());
    return function(lattice);
  };
}

}  // namespace

Problem read_problem(deck::Deck const& deck) { return read_terms(deck); }

Evolution read_evolution(deck::Deck const& deck, double first_frame) {
  auto const& forward = deck.forward;
  Names const names(deck);
  auto const steady = [&](std::string const& text) { return !depends_on_time(text, names); };
  Evolution evolution;
  evolution.at = [terms = read_terms(deck)](double t) {
    auto problem = terms;
    for (auto* function : {&problem.coefficient, &problem.source, &problem.boundary}) *function = at_time(*function, t);
    for (auto& component : problem.velocity) component = at_time(component, t);
    return problem;
  };
  evolution.steady_operator = steady(forward.coefficient);
  for (auto const& [axis, text] : forward.velocity) evolution.steady_operator &= steady(text);
  evolution.steady_load = steady(forward.source) && steady(forward.boundary);
  evolution.initial =
      at_time(checked(deck, "initial", forward.initial, Requirement::finite), first_frame - forward.spin_up);
  evolution.perturbation = forward.perturbation;
  evolution.seed = forward.seed;
  evolution.spin_up = forward.spin_up;
  evolution.steps = forward.steps;
  return evolution;
}

Langevin read_langevin(deck::Deck const& deck) {
  auto const& forward = deck.forward;
  return {checked(deck, "coefficient", forward.coefficient, Requirement::finite),
          checked(deck, "initial", forward.initial, Requirement::finite), forward.spin_up, forward.steps};
}

PhaseField read_phase_field(deck::Deck const& deck) {
  auto const& forward = deck.forward;
  bool const moves = in_time(deck);
  double const start = deck.grid.lower.empty() ? 0.0 : deck.grid.lower[0] - forward.spin_up;
  auto const initial = checked(deck, "initial", forward.initial, Requirement::finite);
  PhaseField field;
  field.rate = [moves, rate = checked(deck, "coefficient", forward.coefficient, Requirement::finite)](
                   double t, Lattice const& space) { return moves ? at_time(rate, t)(space) : rate(space); };
  field.steady_rate = !moves || !depends_on_time(forward.coefficient, Names(deck));
  field.initial = moves ? at_time(initial, start) : initial;
  field.perturbation = forward.perturbation;
  field.seed = forward.seed;
  field.mobility = forward.mobility;
  field.gradient_energy = forward.gradient_energy;
  return field;
}

Plate read_plate(deck::Deck const& deck) {
  return {checked(deck, "coefficient", deck.forward.coefficient, Requirement::nonzero),
          checked(deck, "source", deck.forward.source, Requirement::finite)};
}

namespace {

/// Points of the solver's grid a point of the observations' one.
double refinement(deck::Deck const& deck) {
  double const axes = static_cast<double>(deck.grid.axes.size()) - (in_time(deck) ? 1.0 : 0.0);
  bool const solved = deck.forward.equation && deck.forward.equation != "langevin";
  return solved ? std::pow(deck.forward.refine, axes) : 0.0;
}

/// PETSc counts the points of the finest grid.
void check_refined(deck::Deck const& deck, grid::Grid const& grid) {
  double points = refinement(deck);
  for (auto const& axis : grid.axes()) points *= axis.name == "t" ? 1.0 : static_cast<double>(axis.size());
  if (points > static_cast<double>(PETSC_MAX_INT))
    throw bad(deck, "refine",
              fmt::format("{:.3g} points of the refined grid are more than this PETSc's {}-bit indices count; choose a smaller "
                          "refine or fewer points, or use a PETSc configured --with-64-bit-indices",
                          points, 8 * sizeof(PetscInt)));
}

}  // namespace

void check_spin_up(deck::Deck const& deck, grid::Grid const& grid) {
  constexpr double most = 1e8;
  int const time = grid.find_axis("t");
  if (time < 0 || grid.axis(time).size() < 2) return;
  double const frames = deck.forward.spin_up / (grid.axis(time).at(1) - grid.axis(time).at(0));
  if (frames * deck.forward.steps > most)
    throw bad(deck, "spin_up", fmt::format("{:g} is {:.3g} frames, {:.3g} time steps; choose less", deck.forward.spin_up, frames,
                                           frames * deck.forward.steps));
}

double bytes_per_point(deck::Deck const& deck) {
  double const steps = in_time(deck) ? 1.0 / 8.0 : 1.0;  // one frame of several is on the solver's grid at a time
  double const fields = in_time(deck) ? 5.0 : 4.0;       // frames are kept for checkpoints as well
  return 8.0 * fields * static_cast<double>(deck.observations.size()) + 280.0 * steps * refinement(deck);
}

void check_grid(deck::Deck const& deck, grid::Grid const& grid) {
  check_refined(deck, grid);
  bool walls = false;
  for (auto const& axis : grid.axes()) {
    if (axis.name == "t") continue;
    auto const condition = deck.forward.conditions.find(axis.name);
    walls =
        walls || (!axis.periodic && (condition == deck.forward.conditions.end() || condition->second == "dirichlet"));
    if (!axis.uniform)
      throw bad(deck, "equation",
                fmt::format("the coordinates along {} are not evenly spaced; use states = {{ ... }}", axis.name));
  }
  bool const in_series = deck.forward.equation == "phase-field" || deck.forward.equation == "plate";
  if (!walls && !in_time(deck) && !in_series)
    throw bad(deck, "equation",
              "all axes are periodic or \"neumann\": the mean of the steady state is free; leave one axis open");
}

}  // namespace mollis::forward

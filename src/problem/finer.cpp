#include "problem/finer.hpp"

#include <algorithm>
#include <cmath>

#include "deck/curves.hpp"
#include "io/read.hpp"
#include "observations/growing_noise.hpp"
#include "problem/from_deck.hpp"
#include "problem/mask.hpp"

namespace mollis::problem {
namespace {

constexpr int most_coefficients = 61;   ///< twice as many intervals as the most that a deck can ask for
constexpr int most_of_deck = 32;

/// Whether a known field, or the mask, is a dataset over the times of the lattice: known at those alone.
bool knows_times(Problem const& problem, deck::Deck const& deck) {
  auto const begins = [](std::vector<int> const& axes) { return !axes.empty() && axes.front() == 0; };
  for (std::size_t n = 0; n < deck.fields.size(); ++n)
    if (!deck.fields[n].second.file.empty() && begins(problem.fields()[n].axes())) return true;
  auto const& mask = deck.grid.mask;
  return mask && !mask->file.empty() && begins(io::axes_of(problem.grid, mask->source()));
}

Finer in_time(Problem const& problem, deck::Deck const& deck, run::Progress& progress) {
  auto const& grid = problem.grid;
  auto const over_time = [](auto const& parameter) {
    auto const& over = parameter.second.over;
    return std::find(over.begin(), over.end(), "t") != over.end();
  };
  bool const moves = grid.find_axis("t") == 0 && !grid.axis(0).periodic && grid.axis(0).size() > 1;
  bool const fixed = std::any_of(deck.parameters.begin(), deck.parameters.end(), over_time) || knows_times(problem, deck);
  if (!moves || fixed) return {};
  auto const make = [grid = problem.grid, states = problem.states, deck, &progress](Index steps, Chosen const& chosen) {
    auto as = deck;
    auto const given = as.grid.refine.find("t");
    as.grid.refine["t"] = steps * (given == as.grid.refine.end() ? 1 : given->second);
    for (std::size_t p = 0; p < chosen.smoothness.size(); ++p)
      if (std::isfinite(chosen.smoothness[p])) as.parameters[p].second.smoothness_weight = chosen.smoothness[p];
    for (std::size_t s = 0; s < chosen.noise.size(); ++s)
      if (auto& of = as.observations[s].second; of.kind != observations::Kind::localisations && observations::is_constant(of.noise))
        of.noise = observations::as_given(states[s], chosen.noise[s]);
    if (chosen.penalty.size() == 1) as.joint.penalty = chosen.penalty.front() * static_cast<double>(chosen.steps) / static_cast<double>(steps);
    auto axes = grid.axes();
    axes.front() = grid::refined(axes.front(), steps);
    return from_deck(grid::Grid(grid.comm(), std::move(axes), grid.decomposition()), as, progress);
  };
  Finer finer;
  finer.make = make;
  finer.open = deck.grid.refine.count("t") == 0;
  return finer;
}

/// By another deck, with the same data, domain and checkpoint.
Problem again(Problem const& problem, deck::Deck const& deck, run::Progress& progress) {
  auto out = from_deck(problem.grid, deck, problem.states, progress);
  out.factors = problem.factors;
  out.mask = problem.mask;
  out.inside = inside_of(out.space(), problem.mask);
  out.keeper = problem.keeper;
  return out;
}

Bent bent(Problem const& problem, deck::Deck const& deck, run::Progress& progress) {
  auto halved = again(problem, deck, progress);
  auto finer = finer_of(halved, deck, progress);
  std::vector<CurveEntries> curves;
  for (auto const& curve : deck.curves) curves.push_back({curve.name, curve.first, curve.coefficients, curve.written.log});
  return {std::move(halved), std::move(finer), std::move(curves)};
}

/// In the weak form, nothing said of the mollifier.
deck::Deck weak_form(deck::Deck deck) {
  deck.equation.weak = true;
  deck.mollifier = mollifier::automatic(true, deck.mollifier.places);
  return deck;
}

}  // namespace

Finer finer_of(Problem const& problem, deck::Deck const& deck, run::Progress& progress) {
  auto finer = in_time(problem, deck, progress);
  if (!deck.equation.weak && deck.curves.empty())
    finer.weak = [problem, deck = weak_form(deck), &progress] { return again(problem, deck, progress); };
  auto const halved = deck::with_halved_intervals(deck, most_coefficients);
  if (!halved) return finer;
  finer.halve = [problem, deck = *halved, &progress] { return bent(problem, deck, progress); };
  finer.curves_open = std::all_of(halved->curves.begin(), halved->curves.end(),
                                  [](deck::Curve const& curve) { return curve.open && curve.coefficients <= most_of_deck; });
  return finer;
}

}  // namespace mollis::problem

// [forward]
#include <fmt/format.h>

#include <algorithm>

#include "deck/forward_keys.hpp"
#include "deck/read_forward_model.hpp"
#include "deck/readers.hpp"
#include "deck/suggest.hpp"
#include "run/shown.hpp"

namespace mollis::deck {

namespace {

std::vector<std::string> state_names(Deck const& deck) {
  std::vector<std::string> names;
  for (auto const& [name, observation] : deck.observations) names.push_back(name);
  return names;
}

void read_states(Entry const& entry, Deck const& deck, bool needed, Forward& forward) {
  auto const known = state_names(deck);
  for (auto const& item : entry.items("states")) {
    auto const key = "states." + item.name;
    forward.states[item.name] = expression_of(*item.node);
    forward.places.keys[key] = entry.document().text_place(*item.node, entry.section(), key);
    if (std::find(known.begin(), known.end(), item.name) != known.end()) continue;
    entry.report(
        entry.region(item.region, "states." + item.name),
        fmt::format("no such state{}; add [observations.{}] or remove it", did_you_mean(item.name, known),
                    run::shown(item.name)));
  }
  for (auto const& name : known) {
    if (needed && entry.has("states") && !forward.states.count(name)) {
      entry.report("states",
                   fmt::format("state \"{0}\" of [observations.{0}] is missing; add its expression", run::shown(name)));
    }
  }
}

/// Coefficient and source of an equation to solve, taken from the deck's parameters and fields where not written.
void read_terms(Entry const& entry, Deck const& deck, bool needed, Forward& forward) {
  forward.coefficient = entry.text("coefficient").value_or("");
  forward.source = entry.text("source").value_or("");
  bool const has_source = reads_key(forward.equation, has_time(deck.grid.axes), "source");
  if (!entry.has("coefficient") && !entry.broken("coefficient")) {
    if (deck.parameters.size() == 1) {
      forward.coefficient = deck.parameters[0].first;
      if (needed && !deck.parameters[0].second.truth) {
        entry.report("coefficient",
                     fmt::format("parameter \"{}\" has no truth to solve with; add truth to [parameters.{}] "
                                 "or coefficient here",
                                 forward.coefficient, forward.coefficient));
      }
    } else if (needed) {
      entry.report("coefficient",
                   fmt::format("required key is missing with {} parameters; name one or write an expression",
                               deck.parameters.size()));
    }
  }
  if (entry.has("source") || entry.broken("source") || !has_source) return;
  if (deck.fields.size() > 1 && needed) {
    entry.report("source", fmt::format("required key is missing with {} fields; name one or write an expression",
                                       deck.fields.size()));
  }
  if (deck.fields.size() < 2) forward.source = deck.fields.empty() ? "0" : deck.fields[0].first;
}

void read_kind(Entry const& entry, Deck const& deck, bool needed, Forward& forward) {
  bool const states = entry.has("states") || entry.broken("states");
  if (states && entry.has("equation")) {
    entry.report("equation", "states are given too; keep equation (solved) or states (manufactured)");
  }
  if (states) return read_states(entry, deck, needed, forward);
  if (entry.broken("equation")) return;
  forward.equation = entry.text("equation").value_or("elliptic");
  if (needed && deck.observations.size() > 1) {
    entry.report("equation", fmt::format("\"{}\" has one state, but {} are observed; give states = {{ ... }} instead",
                                         *forward.equation, deck.observations.size()));
  }
  read_terms(entry, deck, needed, forward);
}

}  // namespace

Forward read_forward(Entry const& entry, Deck const& deck, Command command) {
  Forward forward;
  forward.places = entry.places();
  read_kind(entry, deck, command == Command::forward, forward);
  read_model(entry, deck, command == Command::forward, forward);
  forward.boundary = entry.text("boundary").value_or(forward.boundary);
  int const usual = forward.equation == "phase-field" ? 1 : deck.grid.axes.size() >= 3 ? 2 : 4;  // series need no more
  forward.refine = static_cast<int>(entry.integer("refine").value_or(usual));
  Noise const noise = read_noise(entry, "noise");
  if (auto const* const relative = std::get_if<Relative>(&noise)) forward.noise = *relative;
  if (auto const* const deviation = std::get_if<double>(&noise)) forward.noise = *deviation;
  forward.dropout = entry.number("dropout").value_or(forward.dropout);
  forward.seed = static_cast<std::uint64_t>(entry.integer("seed").value_or(1));
  return forward;
}

}  // namespace mollis::deck

#include "deck/forward_keys.hpp"

#include <algorithm>
#include <map>

#include "deck/suggest.hpp"

namespace mollis::deck {

namespace {

using Words = std::vector<std::string>;

Words const diffusion = {"elliptic", "divergence", "advection-diffusion"};
Words const evolving = {"elliptic", "divergence", "advection-diffusion", "phase-field", "langevin"};

struct Use {
  Words equations;
  bool needs_time = false;   ///< read only where the grid has t; "phase-field" waits for its steady state without t
  bool with_states = false;  ///< harmless beside manufactured states
};

std::map<std::string, Use> const& uses() {
  static std::map<std::string, Use> const all = {
      {"source", {{"elliptic", "divergence", "advection-diffusion", "plate"}, false, true}},
      {"boundary", {diffusion, false, true}},
      {"refine", {{"elliptic", "divergence", "advection-diffusion", "plate", "phase-field"}, false, true}},
      {"conditions", {diffusion}},
      {"velocity", {{"advection-diffusion"}}},
      {"initial", {evolving, true}},
      {"spin_up", {evolving, true}},
      {"steps", {evolving, true}},
      {"perturbation", {{"elliptic", "divergence", "advection-diffusion", "phase-field"}, true}},
      {"mobility", {{"phase-field"}}},
      {"gradient_energy", {{"phase-field"}}}};
  return all;
}

bool contains(Words const& words, std::string const& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool has_time(std::vector<std::string> const& axes) { return contains(axes, "t"); }

bool reads_key(std::optional<std::string> const& equation, bool in_time, std::string const& key) {
  auto const use = uses().find(key);
  if (use == uses().end()) return true;
  if (!equation) return use->second.with_states;
  return contains(use->second.equations, *equation) &&
         (in_time || !use->second.needs_time || equation == "phase-field");
}

std::string readers_of_key(std::string const& key) {
  auto const& use = uses().at(key);
  return quoted_list(use.equations) + (use.needs_time ? " in time (an axis t)" : "");
}

}  // namespace mollis::deck

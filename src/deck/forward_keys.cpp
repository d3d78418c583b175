#include "deck/forward_keys.hpp"

#include <algorithm>
#include <map>

#include "deck/suggest.hpp"

namespace mollis::deck {

namespace {

using Words = std::vector<std::string>;

Words const in_boxes = {"elliptic", "divergence", "advection-diffusion", "plate", "phase-field"};
Words const in_time_words = {"elliptic", "divergence", "advection-diffusion", "phase-field", "langevin"};

struct Use {
  Words equations;
  bool needs_time = false;   ///< read only where the grid has t
  bool with_states = false;  ///< harmless beside manufactured states
};

std::map<std::string, Use> const& uses() {
  static std::map<std::string, Use> const all = {
      {"source", {in_boxes, false, true}},
      {"boundary", {in_boxes, false, true}},
      {"refine", {in_boxes, false, true}},
      {"conditions", {in_boxes}},
      {"velocity", {{"advection-diffusion"}}},
      {"initial", {in_time_words, true}},
      {"spin_up", {in_time_words, true}},
      {"steps", {in_time_words, true}},
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
  return contains(use->second.equations, *equation) && (in_time || !use->second.needs_time);
}

std::string readers_of_key(std::string const& key) {
  auto const& use = uses().at(key);
  return quoted_list(use.equations) + (use.needs_time ? " in time (an axis t)" : "");
}

}  // namespace mollis::deck

#include "deck/input_files.hpp"

#include <fmt/format.h>

namespace mollis::deck {
namespace {

std::vector<std::string> datasets_of(Observation const& observation) {
  if (observation.kind == observations::Kind::grid) return {observation.dataset};
  std::vector<std::string> names;  // none of what was not observed
  for (auto const& [role, column] : observation.columns) names.push_back(column);
  return names;
}

}  // namespace

std::vector<InputFile> input_files(Deck const& deck, bool observations) {
  std::vector<InputFile> files;
  auto const add = [&](std::string const& file, std::string const& key, std::vector<std::string> const& datasets) {
    if (!file.empty()) files.push_back({file, key, datasets});
  };
  add(deck.grid.coordinate_file, "[grid] coordinates", deck.grid.coordinate_datasets);
  if (deck.grid.mask) add(deck.grid.mask->file, "[grid] mask", {deck.grid.mask->dataset});
  for (auto const& [name, observation] : deck.observations) {
    if (auto const* noise = std::get_if<mollis::observations::Dataset>(&observation.noise); noise != nullptr && observations)
      add(noise->file, fmt::format("[observations.{}] noise", name), {noise->dataset});
    if (observations) add(observation.file, fmt::format("[observations.{}] file", name), datasets_of(observation));
  }
  for (auto const& [name, values] : deck.fields) add(values.file, fmt::format("[fields.{}] file", name), {values.dataset});
  for (auto const& [name, parameter] : deck.parameters)
    if (parameter.truth) add(parameter.truth->file, fmt::format("[parameters.{}] truth", name), {parameter.truth->dataset});
  return files;
}

}  // namespace mollis::deck

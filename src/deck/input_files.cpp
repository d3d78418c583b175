#include "deck/input_files.hpp"

#include <fmt/format.h>

namespace mollis::deck {

std::vector<InputFile> input_files(Deck const& deck, bool observations) {
  std::vector<InputFile> files;
  auto const add = [&](std::string const& file, std::string const& key) {
    if (!file.empty()) files.push_back({file, key});
  };
  add(deck.grid.coordinate_file, "[grid] coordinates");
  for (auto const& [name, observation] : deck.observations)
    if (observations) add(observation.file, fmt::format("[observations.{}] file", name));
  for (auto const& [name, values] : deck.fields) add(values.file, fmt::format("[fields.{}] file", name));
  for (auto const& [name, parameter] : deck.parameters)
    if (parameter.truth) add(parameter.truth->file, fmt::format("[parameters.{}] truth", name));
  return files;
}

}  // namespace mollis::deck

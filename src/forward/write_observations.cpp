#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "deck/problems.hpp"
#include "forward/observe.hpp"
#include "io/dataset_file.hpp"
#include "run/error.hpp"

namespace mollis::forward {
namespace {

std::string normal(std::string const& file) { return std::filesystem::path(file).lexically_normal().string(); }

/// Files from which the deck reads anything but observations.
std::set<std::string> inputs(deck::Deck const& deck) {
  std::set<std::string> files{normal(deck.grid.coordinate_file)};
  for (auto const& [name, values] : deck.fields) files.insert(normal(values.file));
  for (auto const& [name, parameter] : deck.parameters)
    if (parameter.truth) files.insert(normal(parameter.truth->file));
  files.erase("");
  return files;
}

void keep_inputs(deck::Deck const& deck) {
  auto const files = inputs(deck);
  for (auto const& [name, observation] : deck.observations)
    if (files.count(normal(observation.file)) != 0)
      throw run::Error(
          run::Exit::bad_deck,
          deck::line(observation.place, fmt::format("{} would be replaced, but other sections read it; name "
                                                    "another file for the observations",
                                                    observation.file)));
}

/// What goes into one file.
struct Content {
  std::vector<std::pair<std::string, Field>> datasets;
  io::Attributes attributes;
};

}  // namespace

std::vector<std::string> write_observations(grid::Grid const& grid, deck::Deck const& deck,
                                            std::vector<Observed> const& observed) {
  keep_inputs(deck);
  std::map<std::string, Content> contents;
  for (std::size_t n = 0; n < observed.size(); ++n) {
    auto const& state = observed[n];
    auto const& target = deck.observations[n].second;
    auto& content = contents[normal(target.file)];
    content.datasets.emplace_back(target.dataset, state.values);
    content.datasets.emplace_back(target.dataset + "_clean", state.clean);
    content.attributes.emplace_back("noise_sigma_" + state.state, state.sigma);
    content.attributes.emplace_back("clean_deviation_" + state.state, state.clean_deviation);
  }
  std::vector<std::string> files;
  for (auto& [file, content] : contents) {
    content.attributes.emplace_back("seed", static_cast<Index>(deck.forward.seed));
    content.attributes.emplace_back("dropout", deck.forward.dropout);
    io::write_dataset_file(grid, file, content.datasets, content.attributes);
    files.push_back(file);
  }
  return files;
}

}  // namespace mollis::forward

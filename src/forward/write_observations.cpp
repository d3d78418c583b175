#include <fmt/format.h>

#include <map>

#include "deck/input_files.hpp"
#include "forward/observe.hpp"

namespace mollis::forward {
namespace {

/// What goes into one file.
struct Content {
  std::vector<std::pair<std::string, Field>> datasets;
  io::DatasetFiles::Columns columns;
  io::Attributes attributes;
};

}  // namespace

io::DatasetFiles take_files(MPI_Comm comm, deck::Deck const& deck, bool overwrite) {
  std::vector<io::DatasetFiles::Wanted> files;
  for (auto const& [name, observation] : deck.observations) files.push_back({observation.file, observation.places.of("file")});
  return io::DatasetFiles(comm, files, {deck.path, deck::input_files(deck, false), overwrite});
}

std::vector<std::string> write_observations(grid::Grid const& grid, deck::Deck const& deck,
                                            std::vector<Observed> const& observed, io::DatasetFiles& to) {
  std::map<std::string, Content> contents;
  for (std::size_t n = 0; n < observed.size(); ++n) {
    auto const& state = observed[n];
    auto const& dataset = deck.observations[n].second.dataset;
    auto& content = contents[to.path(n)];
    auto const& names = deck.observations[n].second.columns;
    for (std::size_t a = 0; a < state.localisations.size(); ++a)
      content.columns.emplace_back(names.at(grid.axes()[a].name), state.localisations[a]);
    content.attributes.emplace_back("clean_deviation_" + state.state, state.clean_deviation);
    if (!content.columns.empty()) continue;
    content.datasets.emplace_back(dataset, state.values);
    content.datasets.emplace_back(dataset + "_clean", state.clean);
    content.attributes.emplace_back("noise_sigma_" + state.state, state.sigma);
  }
  std::vector<std::string> files;
  for (auto& [file, content] : contents) {
    content.attributes.emplace_back("seed", static_cast<Index>(deck.forward.seed));
    content.attributes.emplace_back("dropout", deck.forward.dropout);
    to.write(grid, file, content.datasets, content.attributes, content.columns);
    files.push_back(file);
  }
  to.commit();
  return files;
}

}  // namespace mollis::forward

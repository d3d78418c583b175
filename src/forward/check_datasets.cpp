// What [observations.*] names as places to write to: each state needs datasets of its own.
#include <fmt/format.h>

#include <filesystem>

#include "forward/observe.hpp"
#include "run/shown.hpp"

namespace mollis::forward {
namespace {

namespace fs = std::filesystem;

/// A dataset in a file, both in one spelling, with "/" at the end of the dataset.
std::pair<std::string, std::string> written(std::string const& file, std::string const& dataset) {
  return {fs::path(file).lexically_normal().string(), (fs::path("/" + dataset) / "").lexically_normal().string()};
}

/// Whether one dataset would be the other or lie below it.
bool collide(std::pair<std::string, std::string> const& a, std::pair<std::string, std::string> const& b) {
  auto const begins = [](std::string const& text, std::string const& with) { return text.compare(0, with.size(), with) == 0; };
  return a.first == b.first && (begins(a.second, b.second) || begins(b.second, a.second));
}

}  // namespace

void check_datasets(deck::Deck const& deck, deck::Problems& problems) {
  for (std::size_t n = 0; n < deck.observations.size(); ++n) {
    auto const& observation = deck.observations[n].second;
    auto const refuse = [&](std::string const& by) {
      problems.add(observation.places.of("dataset"),
                   fmt::format("\"{}\" in this file is taken by {}; name another dataset",
                               run::shown(observation.dataset), by));
    };
    for (std::size_t m = 0; m < deck.observations.size(); ++m) {
      auto const& [other, beside] = deck.observations[m];
      bool const tables = observation.kind == observations::Kind::localisations && (m < n || beside.kind == observations::Kind::grid);
      if (m != n && tables && written(observation.file, "") == written(beside.file, ""))
        problems.add(observation.places.of("file"), fmt::format("localisations are written to a file of their own, this is that of "
                                                                "[observations.{}] too; name another", run::shown(other)));
    }
    if (observation.file.empty() || observation.dataset.empty()) continue;  // told elsewhere
    bool taken = false;
    for (auto const& end : {"", "_clean"}) {
      auto const own = written(observation.file, observation.dataset + end);
      for (std::size_t m = 0; m < n && !taken; ++m) {
        auto const& [other, before] = deck.observations[m];
        for (auto const& other_end : {"", "_clean"})
          taken = taken || collide(own, written(before.file, before.dataset + other_end));
        if (taken) refuse(fmt::format("[observations.{}], as itself or as the clean state", run::shown(other)));
      }
      for (std::size_t a = 0; a < deck.grid.axes.size() && !taken; ++a) {
        taken = collide(own, written(observation.file, deck.grid.axes[a]));
        if (taken) refuse("the coordinates of axis " + deck.grid.axes[a]);
      }
    }
  }
}

}  // namespace mollis::forward

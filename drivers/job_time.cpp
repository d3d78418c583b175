#include "drivers/job_time.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "drivers/tool.hpp"
#include "run/error.hpp"

namespace mollis::drivers {
namespace {

namespace fs = std::filesystem;

std::string study_beside(std::string const& deck) {
  for (char const* mode : {".weak", ".strong"}) {
    auto const folder = fs::path(deck).replace_extension("").string() + mode;
    std::error_code error;
    if (fs::exists(folder + "/manifest.json", error)) return folder;
  }
  return "";
}

/// "axes:points:method".
std::string job_of(deck::Deck const& deck, grid::Grid const& grid) {
  std::vector<std::string> names;
  std::vector<Index> points;
  for (auto const& axis : grid.axes()) {
    names.push_back(axis.name);
    points.push_back(axis.size());
  }
  return fmt::format("{}:{}:{}", fmt::join(names, ","), fmt::join(points, ","), deck.inversion.method);
}

}  // namespace

std::string describe_time(deck::Deck const& deck, grid::Grid const& grid, JobQuestion const& question) {
  if (question.ranks == 0 && question.model.empty() && question.machine.empty()) return "";
  auto const study = question.model.empty() ? study_beside(deck.path) : question.model;
  if (study.empty())
    return fmt::format(
        "\n# hours: unknown without a scaling study; mollis scaling {} --mode weak --ranks 1,2,4 makes one", deck.path);
  std::vector<std::string> words{"--estimate", study,
                                 "--job",      job_of(deck, grid),
                                 "--ranks",    std::to_string(question.ranks > 0 ? question.ranks : grid.ranks())};
  if (!question.machine.empty()) words.insert(words.end(), {"--machine", question.machine});
  auto const told = run_tool("scaling", words);
  if (!told.good && !question.model.empty()) throw run::Error(run::Exit::missing_input, "--model: " + told.text);
  if (!told.good) return "\n# hours: unknown; " + told.text;
  std::istringstream lines(told.text);
  std::string text;
  for (std::string line; std::getline(lines, line);) text += "\n# " + line;
  return text;
}

}  // namespace mollis::drivers

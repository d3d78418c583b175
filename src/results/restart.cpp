#include "results/restart.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "checkpoint/places.hpp"
#include "checkpoint/sums.hpp"
#include "deck/effective.hpp"
#include "deck/input_files.hpp"
#include "io/mark.hpp"
#include "io/protection.hpp"
#include "run/error.hpp"

namespace mollis::results {
namespace {

namespace fs = std::filesystem;
using checkpoint::Identity;

constexpr std::size_t most_named = 12;

bool matters(std::string const& section, std::string const& key) {
  if (section == "output" || section == "mollify" || section.rfind("forward", 0) == 0) return false;
  return key != "truth" && !(section == "inversion" && key == "max_iterations");
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  for (auto at = text.find(from); !from.empty() && at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

/// "a.h5 of 1234 bytes".
std::string file_facts(std::string const& file) {
  std::error_code error;
  auto const size = fs::file_size(file, error);
  return fmt::format("{} of {} bytes", fs::path(file).filename().string(), error ? 0 : size);
}

/// Lines "KEY: now ..., in the checkpoint ...".
std::vector<std::string> differences(Identity const& then, Identity const& now) {
  std::map<std::string, std::string> const before(then.begin(), then.end()), here(now.begin(), now.end());
  std::vector<std::string> out;
  for (auto const& [key, value] : here) {
    auto const at = before.find(key);
    if (at == before.end()) out.push_back(fmt::format("{} = {}, not there in the checkpoint", key, value));
    else if (at->second != value) out.push_back(fmt::format("{} = {}, in the checkpoint {}", key, value, at->second));
  }
  for (auto const& [key, value] : before)
    if (here.count(key) == 0) out.push_back(fmt::format("{} is no longer there, in the checkpoint {}", key, value));
  return out;
}

bool is_of_data(std::pair<std::string, std::string> const& entry) { return entry.first.rfind("data of ", 0) == 0; }

void require_same(std::string const& deck, Identity const& then, Identity const& now) {
  auto lines = differences(then, now);
  if (lines.empty()) return;
  if (lines.size() > most_named) {
    lines.back() = fmt::format("and {} more", lines.size() - most_named + 1);
    lines.erase(lines.begin() + most_named - 1, lines.end() - 1);
  }
  throw run::Error(run::Exit::bad_deck, fmt::format("{}: --restart: the checkpoint is of another deck or other data; undo these changes, or begin "
                                                    "anew without --restart:\n  {}", deck, fmt::join(lines, "\n  ")));
}

/// Nobody's file but a checkpoint of Mollis may be replaced.
void protect(deck::Deck const& deck, bool overwrite) {
  std::vector<io::Target> targets;
  for (auto const* name : {checkpoint::newest, checkpoint::older}) {
    auto const file = deck.output_directory + "/" + name;
    targets.push_back({file, deck.output_place, "choose another [output] directory", [file] { return io::is_marked(file, checkpoint::program); }});
  }
  io::refuse_overwriting(targets, {deck.path, deck::input_files(deck), overwrite});
}

bool is_root(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank == 0;
}

/// How a user goes on.
std::string command_of(deck::Deck const& deck) {
  std::string text = "mollis invert " + deck.path;
  for (auto const& entry : deck.overrides) text += " " + entry;
  return text + " --restart";
}

std::optional<checkpoint::Content> found(MPI_Comm comm, deck::Deck const& deck, Restart const& restart, bool overwrite, run::Progress const& progress) {
  try {
    auto content = checkpoint::find(comm, deck.output_directory, progress);
    if (content || restart.automatic) return content;
  } catch (run::Error const& error) {
    if (error.code() != run::Exit::bad_data) throw;
    if (!restart.automatic) throw run::Error(error.code(), fmt::format("{}; begin anew without --restart", error.what()));
    progress.complain(fmt::format("{}; the run begins anew", error.what()));
    run::collectively(comm, [&] {
      if (is_root(comm)) protect(deck, overwrite);
    });
    return std::nullopt;
  }
  throw run::Error(run::Exit::missing_input, fmt::format("{}: --restart: there is no {} to go on from; begin anew without --restart, or say "
                                                         "--restart=auto", deck.output_directory, checkpoint::newest));
}

}  // namespace

Identity identity_of(deck::Deck const& deck) {
  Identity identity;
  std::istringstream lines(deck::effective(deck));
  std::string section;
  auto const files = deck::input_files(deck);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("[", 0) == 0) section = line.substr(1, line.find(']') - 1);
    auto const equals = line.find(" = ");
    if (line.rfind("[", 0) == 0 || equals == std::string::npos || !matters(section, line.substr(0, equals))) continue;
    auto value = line.substr(equals + 3);
    for (auto const& input : files) value = replaced(value, input.file, file_facts(input.file));
    identity.emplace_back(section + "." + line.substr(0, equals), value);
  }
  return identity;
}

std::shared_ptr<checkpoint::Keeper> make_keeper(MPI_Comm comm, deck::Deck const& deck, Restart const& restart, bool overwrite,
                                                io::ResultSet const& set, run::Progress& progress, run::Stages& stages) {
  checkpoint::Settings settings{deck.output_directory, command_of(deck), 60.0 * deck.checkpoint, restart.until, {}};
  run::collectively(comm, [&] {
    if (is_root(comm)) settings.identity = identity_of(deck);   // sizes of files: rank 0 alone asks
    if (is_root(comm) && !restart.wanted) protect(deck, overwrite);
  });
  std::optional<checkpoint::Content> before;
  if (restart.wanted) before = found(comm, deck, restart, overwrite, progress);
  run::collectively(comm, [&] {
    if (!is_root(comm) || !before) return;
    Identity of_deck;
    std::copy_if(before->identity.begin(), before->identity.end(), std::back_inserter(of_deck), [](auto const& e) { return !is_of_data(e); });
    require_same(deck.path, of_deck, settings.identity);
  });
  if (before)
    for (auto const& entry : deck.overrides) progress.say(fmt::format("restart with {}", entry));
  if (!restart.wanted && checkpoint::exists(comm, deck.output_directory))
    progress.say(fmt::format("{}: there is a checkpoint of an earlier run; --restart would go on from it, this run begins anew", deck.output_directory));
  auto keeper = std::make_shared<checkpoint::Keeper>(comm, settings, set.id(), progress, stages);
  if (before) keeper->go_on_from(std::move(*before));
  return keeper;
}

void identify_data(problem::Problem const& problem, std::string const& deck) {
  Identity now;
  for (auto const& state : problem.states)
    now.emplace_back("data of " + state.name, fmt::format("{:016x}", checkpoint::sum_of(problem.grid.comm(), problem.grid, state.data)));
  Identity then;
  for (auto const& entry : problem.keeper->identity_before())
    if (is_of_data(entry)) then.push_back(entry);
  if (!problem.keeper->identity_before().empty()) require_same(deck, then, now);
  problem.keeper->add_to_identity(now);
}

}  // namespace mollis::results

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

/// [observations.*] file is what forward writes, noise what the inversion makes of it.
bool matters_to_forward(std::string const& section, std::string const& key) {
  bool const of_states = section.rfind("grid", 0) == 0 || section.rfind("fields", 0) == 0 || section.rfind("forward", 0) == 0;
  return of_states || key == "truth" || (section.rfind("observations", 0) == 0 && key != "file" && key != "noise");
}

/// Keys of the deck that matter, with their values.
template <class Matters>
Identity identity_of(deck::Deck const& deck, std::vector<deck::InputFile> const& files, Matters const& matters) {
  Identity identity;
  std::istringstream lines(deck::effective(deck));
  std::string section;
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

/// Nobody's file but a checkpoint of Mollis may be replaced.
void protect(deck::Deck const& deck, Resumable const& run, bool overwrite) {
  std::vector<io::Target> targets;
  for (auto const* name : {checkpoint::newest, checkpoint::older}) {
    auto const file = run.directory + "/" + name;
    targets.push_back({file, run.place, run.remedy, [file] { return io::is_marked(file, checkpoint::program); }});
  }
  io::refuse_overwriting(targets, {deck.path, deck::input_files(deck), overwrite});
}

bool is_root(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank == 0;
}

std::optional<checkpoint::Content> found(MPI_Comm comm, deck::Deck const& deck, Resumable const& run, Restart const& restart, bool overwrite,
                                         run::Progress const& progress) {
  try {
    auto content = checkpoint::find(comm, run.directory, progress);
    if (content || restart.automatic) return content;
  } catch (run::Error const& error) {
    if (error.code() != run::Exit::bad_data) throw;
    if (!restart.automatic) throw run::Error(error.code(), fmt::format("{}; begin anew without --restart", error.what()));
    progress.complain(fmt::format("{}; the run begins anew", error.what()));
    run::collectively(comm, [&] {
      if (is_root(comm)) protect(deck, run, overwrite);
    });
    return std::nullopt;
  }
  throw run::Error(run::Exit::missing_input, fmt::format("{}: --restart: there is no {} to go on from; begin anew without --restart, or say "
                                                         "--restart=auto", run.directory, checkpoint::newest));
}

}  // namespace

Identity identity_of(deck::Deck const& deck) { return identity_of(deck, deck::input_files(deck), matters); }
Identity identity_of_forward(deck::Deck const& deck) { return identity_of(deck, deck::input_files(deck, false), matters_to_forward); }

std::string command_of(std::string const& name, deck::Deck const& deck) {
  std::string text = "mollis " + name + " " + deck.path;
  for (auto const& entry : deck.overrides) text += " " + entry;
  return text;
}

Resumable inversion(deck::Deck const& deck, std::string const& id) {
  return {deck.output_directory, deck.output_place, "choose another [output] directory", command_of("invert", deck), id,
          [&deck] { return identity_of(deck); }};
}

std::shared_ptr<checkpoint::Keeper> make_keeper(MPI_Comm comm, deck::Deck const& deck, Resumable const& run, Restart const& restart, bool overwrite,
                                                run::Progress& progress, run::Stages& stages) {
  checkpoint::Settings settings{run.directory, run.command + " --restart", 60.0 * deck.checkpoint, restart.until, {}};
  run::collectively(comm, [&] {
    if (is_root(comm)) settings.identity = run.identity();   // sizes of files: rank 0 alone asks
    if (is_root(comm) && !restart.wanted) protect(deck, run, overwrite);
  });
  std::optional<checkpoint::Content> before;
  if (restart.wanted) before = found(comm, deck, run, restart, overwrite, progress);
  run::collectively(comm, [&] {
    if (!is_root(comm) || !before) return;
    Identity of_deck;
    std::copy_if(before->identity.begin(), before->identity.end(), std::back_inserter(of_deck), [](auto const& e) { return !is_of_data(e); });
    require_same(deck.path, of_deck, settings.identity);
  });
  if (before)
    for (auto const& entry : deck.overrides) progress.say(fmt::format("restart with {}", entry));
  if (!restart.wanted && checkpoint::exists(comm, run.directory))
    progress.say(fmt::format("{}: there is a checkpoint of an earlier run; --restart would go on from it, this run begins anew", run.directory));
  auto keeper = std::make_shared<checkpoint::Keeper>(comm, settings, run.id, progress, stages);
  if (before) keeper->go_on_from(std::move(*before));
  return keeper;
}

Identity identity_of_data(grid::Grid const& grid, deck::Named<Field> const& fields) {
  Identity now;
  for (auto const& [name, field] : fields)
    now.emplace_back("data of " + name, fmt::format("{:016x}", checkpoint::sum_of(grid.comm(), grid, field)));
  return now;
}

void identify_data(checkpoint::Keeper& keeper, Identity const& data, std::string const& deck) {
  Identity then;
  for (auto const& entry : keeper.identity_before())
    if (is_of_data(entry)) then.push_back(entry);
  if (!keeper.identity_before().empty()) require_same(deck, then, data);
  keeper.add_to_identity(data);
}

}  // namespace mollis::results

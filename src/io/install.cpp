#include "io/install.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "io/mark.hpp"
#include "io/owner.hpp"
#include "io/scratch.hpp"
#include "io/stand_in.hpp"
#include "io/text.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

namespace fs = std::filesystem;

/// The names of the contract.
constexpr char const* result_names[] = {"result.h5", "result.xmf", "history.csv", "deck.toml", "summary.json"};
constexpr char const *first_name = "result.h5", *last_name = "summary.json";

/// What an earlier run wrote and the set lacks. None once files of the set are in place: these are gone by then.
std::vector<std::string> outdated(std::string const& directory, std::string const& set) {
  std::vector<std::string> names;
  std::error_code ignored;
  if (!fs::exists(directory + "/" + set + "/" + first_name, ignored)) return names;
  for (std::string const name : result_names)
    if (!fs::exists(directory + "/" + set + "/" + name, ignored) && is_own_result(directory, name)) names.push_back(name);
  return names;
}

void move(std::string const& from, std::string const& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    throw run::Error(run::Exit::output_failed,
                     fmt::format("{}: cannot be put in place: {}; all results of this run are in {}, and the next run into "
                                 "this directory puts them in place",
                                 to, std::strerror(errno), parent_of(from)));
}

/// Renames the files one by one, result.h5 first and summary.json last: both say how to know the texts of their run, so
/// that at any time old and new ones are known.
void move_files(std::string const& directory, std::string const& set, std::vector<std::string> const& gone) {
  auto const from = directory + "/" + set + "/", to = directory + "/";
  auto names = names_in(from);
  auto const turn = [](std::string const& name) { return name == first_name ? 0 : name == last_name ? 2 : 1; };
  std::stable_sort(names.begin(), names.end(), [&](auto const& a, auto const& b) { return turn(a) < turn(b); });
  for (auto const& name : gone) unlink((to + name).c_str());
  for (auto const& name : names) move(from + name, to + name);
}

/// Sets that are whole and whose run is dead.
std::vector<std::string> waiting(std::string const& directory) {
  std::vector<std::string> sets;
  for (auto const& name : names_in(directory)) {
    auto const owner = owner_of_name(name, scratch_beginning, whole_end);
    if (owner && life_of(*owner) != Life::alive) sets.push_back(name);
  }
  return sets;
}

void withdraw(std::string const& directory, std::string const& itself) {
  if (!withdraw_stand_in(directory, itself))
    throw run::Error(run::Exit::output_failed,
                     fmt::format("{}: holds the results, but not all else that was in it: that is in {}; exchange the names of "
                                 "these two directories",
                                 directory, itself));
}

}  // namespace

std::vector<std::string> taken_places(std::string const& directory, std::string const& set) {
  std::vector<std::string> names;
  for (auto const& name : names_in(directory + "/" + set)) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(directory + "/" + name, ignored)) && !is_own_result(directory, name))
      names.push_back(name);
  }
  return names;
}

void install(std::string const& directory, std::string const& set) {
  auto const gone = outdated(directory, set);
  Turn const turn(directory);
  auto const stand_in = put_stand_in(directory, set, gone);
  move_files(stand_in ? stand_in->itself : directory, set, gone);
  if (stand_in) withdraw(directory, stand_in->itself);
  rmdir((directory + "/" + set).c_str());
  sync(directory);
}

void recover(std::string const& directory, bool overwrite) {
  if (auto const stand_in = find_stand_in(directory)) {
    auto const& itself = stand_in->itself;
    Turn const turn(itself);
    for (auto const& set : waiting(itself)) move_files(itself, set, outdated(itself, set));
    withdraw(directory, itself);
  }
  sweep_stand_ins(directory);
  for (auto const& set : waiting(directory))
    if (overwrite || taken_places(directory, set).empty()) install(directory, set);
  sweep(directory);
}

}  // namespace mollis::io

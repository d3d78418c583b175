#include "petsc/arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <petscsys.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "run/error.hpp"

namespace mollis::petsc {
namespace {

using Words = std::vector<std::string>;

[[noreturn]] void fail(std::string const& what) { throw run::Error(run::Exit::usage, "PETSc option " + what); }

bool is_option(std::string const& word) {
  PetscBool valid = PETSC_FALSE;
  PetscOptionsValidKey(word.c_str(), &valid);
  return valid == PETSC_TRUE;
}

/// The words of a line; quotes, single or double, keep blanks together.
Words split(std::string const& line) {
  Words words;
  bool open = false;
  char quote = 0;
  for (char const c : line) {
    bool const blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (quote == 0 && blank) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (quote != 0 ? c == quote : c == '"' || c == '\'')
      quote = quote != 0 ? '\0' : c;
    else
      words.back() += c;
  }
  return words;
}

/// Every word an option, or the one value of the option before it. `where`: how the message begins.
void check_dashes(Words const& words, std::string const& where) {
  bool takes_value = false;
  for (auto const& word : words) {
    bool const option = is_option(word);
    if (!option && !takes_value)
      fail(fmt::format("{}: \"{}\" is neither an option (-name) nor the one value of an option; {}remove it", where, word,
                       is_option("-" + word) ? fmt::format("write -{} or ", word) : ""));
    takes_value = option;
  }
}

std::string content_of(std::string const& path) {
  std::error_code ignored;
  bool const plain = std::filesystem::is_regular_file(path, ignored);  // a pipe would block
  std::ifstream const file(plain ? path : "");
  if (!file) fail(fmt::format("-options_file {}: no readable file of this name", path));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The options of a file, a line each; # begins a comment.
Words read_options(std::string const& path) {
  std::istringstream text(content_of(path));
  Words words;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    auto const found = split(line.substr(0, line.find('#')));
    check_dashes(found, fmt::format("in {}:{}", path, number));
    if (std::find(found.begin(), found.end(), "-options_file") != found.end())
      fail(fmt::format("in {}:{}: options files do not name further ones; give each with -options_file", path, number));
    words.insert(words.end(), found.begin(), found.end());
  }
  return words;
}

bool is_yaml(std::string const& option, std::string const& path) {
  auto const ending = std::filesystem::path(path).extension();
  return option == "-options_file_yaml" || ending == ".yaml" || ending == ".yml";
}

/// The words with the options of files in the place of their names.
Words with_files(Words const& words) {
  Words all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != "-options_file" && words[i] != "-options_file_yaml") {
      all.push_back(words[i]);
      continue;
    }
    if (i + 1 == words.size() || is_option(words[i + 1])) fail(words[i] + ": a file's name is missing");
    auto const& path = words[++i];
    auto const found = is_yaml(words[i - 1], path) ? Words{"-options_string_yaml", content_of(path)} : read_options(path);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

/// The file of a viewer, [type]:file[:format[:mode]]; empty where the value names none.
std::string viewer_file(std::string const& value) {
  static Words const types{"", "ascii", "binary", "draw", "hdf5", "vtk", "matlab", "adios", "exodusii", "cgns", "glvis"};
  auto const colon = value.find(':');
  if (colon == std::string::npos || std::find(types.begin(), types.end(), value.substr(0, colon)) == types.end()) return "";
  auto const end = value.find(':', colon + 1);
  return value.substr(colon + 1, end == std::string::npos ? end : end - colon - 1);
}

void check_viewers(Words const& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    auto const name = is_option(words[i - 1]) ? viewer_file(words[i]) : "";
    if (name.empty() || name == "stdout" || name == "stderr") continue;
    auto const path = std::filesystem::path(name);
    auto const folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    bool const there = std::filesystem::exists(path);
    if (there ? std::filesystem::is_directory(path) || access(name.c_str(), W_OK) != 0
              : !std::filesystem::is_directory(folder) || access(folder.c_str(), W_OK) != 0)
      fail(fmt::format("{} {}: {} cannot be written; name a file in a folder that exists and may be written", words[i - 1], words[i], name));
  }
}

/// The same words on every rank. Collective.
void share(MPI_Comm comm, Words& words) {
  std::string packed;
  for (auto const& word : words) packed += word + '\0';
  auto size = static_cast<int>(packed.size());
  MPI_Bcast(&size, 1, MPI_INT, 0, comm);
  packed.resize(static_cast<std::size_t>(size));
  MPI_Bcast(packed.data(), size, MPI_CHAR, 0, comm);
  words.clear();
  for (std::size_t at = 0; at < packed.size(); at += words.back().size() + 1) words.emplace_back(packed.c_str() + at);
}

}  // namespace

std::string Arguments::text() const {
  auto line = fmt::format("{}", fmt::join(words, " "));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

Arguments arguments(MPI_Comm comm, std::vector<std::string> const& given) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  Arguments all;
  run::collectively(comm, [&] {
    if (rank != 0) return;
    char const* const environment = std::getenv("PETSC_OPTIONS");
    auto const first = environment != nullptr ? split(environment) : Words();
    check_dashes(first, "in PETSC_OPTIONS");
    check_dashes(given, "after --");
    all.environment = with_files(first);
    all.words = all.environment;
    auto const more = with_files(given);
    all.words.insert(all.words.end(), more.begin(), more.end());
    check_viewers(all.words);
  });
  share(comm, all.environment);
  share(comm, all.words);
  return all;
}

}  // namespace mollis::petsc

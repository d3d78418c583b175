#include "drivers/scaling.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "run/error.hpp"

namespace mollis::drivers {
namespace {

namespace fs = std::filesystem;

/// From the build tree or the installation that this program belongs to; empty where there is none.
std::string tool(fs::path const& program) {
  std::error_code error;
  for (char const* place : {"../../../tools/scaling.py", "../../share/mollis/tools/scaling.py"})
    if (auto const file = fs::weakly_canonical(program / place, error); fs::exists(file, error)) return file.string();
  return "";
}

}  // namespace

int scaling(int argc, char** argv) {
  std::error_code error;
  auto const program = fs::read_symlink("/proc/self/exe", error);
  auto const script = tool(program);
  if (script.empty()) {
    fmt::print(stderr, "mollis scaling: tools/scaling.py is not where {} belongs to; call it with --mollis {}\n", program.string(), program.string());
    return static_cast<int>(run::Exit::missing_input);
  }
  char const* named = std::getenv("MOLLIS_PYTHON");
  std::string const python = named != nullptr ? named : access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
  std::vector<std::string> words{python, script, "--mollis", program.string()};
  words.insert(words.end(), argv + 2, argv + argc);
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  fmt::print(stderr, "mollis scaling: {} does not start ({}); name a Python 3.11 in MOLLIS_PYTHON\n", python, std::strerror(errno));
  return static_cast<int>(run::Exit::missing_input);
}

}  // namespace mollis::drivers

#include "drivers/tool.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
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
std::string script_of(fs::path const& program, std::string const& command) {
  std::error_code error;
  for (char const* place : {"../../../tools/", "../../share/mollis/tools/"})
    if (auto const file = fs::weakly_canonical(program / (place + command + ".py"), error); fs::exists(file, error)) return file.string();
  return "";
}

std::string python_to_call() {
  char const* named = std::getenv("MOLLIS_PYTHON");
  return named != nullptr ? named : access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
}

std::string quoted(std::string const& word) {
  std::string text = "'";
  for (char const c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

bool is_tool(std::string const& command) { return command == "scaling" || command == "compare"; }

ToolOutput run_tool(std::string const& command, std::vector<std::string> const& words) {
  std::error_code error;
  auto const script = script_of(fs::read_symlink("/proc/self/exe", error), command);
  if (script.empty()) return {false, fmt::format("tools/{}.py is not where this program belongs to", command)};
  std::string line = quoted(python_to_call()) + " " + quoted(script);
  for (auto const& word : words) line += " " + quoted(word);
  std::FILE* const pipe = popen((line + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {false, std::strerror(errno)};
  std::string text;
  char buffer[4096];
  while (std::size_t const got = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, got);
  bool const good = pclose(pipe) == 0;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return {good, text};
}

int become_tool(int argc, char** argv) {
  std::error_code error;
  std::string const command = argv[1];
  auto const program = fs::read_symlink("/proc/self/exe", error);
  auto const script = script_of(program, command);
  if (script.empty()) {
    fmt::print(stderr, "mollis {0}: tools/{0}.py is not where {1} belongs to; call it with --mollis {1}\n", command, program.string());
    return static_cast<int>(run::Exit::missing_input);
  }
  std::string const python = python_to_call();
  std::vector<std::string> words{python, script, "--mollis", program.string()};
  words.insert(words.end(), argv + 2, argv + argc);
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  fmt::print(stderr, "mollis {}: {} does not start ({}); name a Python 3.11 in MOLLIS_PYTHON\n", command, python, std::strerror(errno));
  return static_cast<int>(run::Exit::missing_input);
}

}  // namespace mollis::drivers

#pragma once
/// Commands that are scripts of tools/: `mollis scaling` and `mollis compare`. They start mollis themselves, under the MPI launcher or
/// alone; a process that becomes one must not have started MPI.
#include <string>
#include <vector>

namespace mollis::drivers {

/// Is this command a script?
bool is_tool(std::string const& command);

/// What a script prints, errors included. Not for many ranks: by one of them. Not collective.
struct ToolOutput {
  bool good = false;     ///< it ended with 0
  std::string text;
};
ToolOutput run_tool(std::string const& command, std::vector<std::string> const& words);

/// Becomes the script of argv[1], with what follows it, or returns the exit code where it cannot be started (said on stderr).
int become_tool(int argc, char** argv);

}  // namespace mollis::drivers

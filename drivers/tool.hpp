#pragma once
/// Commands that are scripts of tools/: `mollis scaling` and `mollis compare`. They start mollis themselves, under the MPI launcher or
/// alone; so this process must not have started MPI.
#include <string>

namespace mollis::drivers {

/// Is this command a script?
bool is_tool(std::string const& command);

/// Becomes the script of argv[1], with what follows it, or returns the exit code where it cannot be started (said on stderr).
int become_tool(int argc, char** argv);

}  // namespace mollis::drivers

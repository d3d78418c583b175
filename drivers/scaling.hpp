#pragma once
/// mollis scaling: studies of weak and strong scaling. The work is tools/scaling.py's, which starts mollis under the MPI launcher; so
/// this one must not have started MPI itself.

namespace mollis::drivers {

/// Becomes the tool, or returns the exit code where it cannot be started (said on stderr).
int scaling(int argc, char** argv);

}  // namespace mollis::drivers

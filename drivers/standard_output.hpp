#pragma once
/// What the program prints and writes, when nobody reads it or it has no room.
#include "run/error.hpp"

namespace mollis::drivers {

/// From now on a reader that goes away (mollis invert case.toml | head) ends what it would have read and nothing else: files are
/// written; and a file that would pass a limit on sizes (ulimit -f) is an error as a full disk is. May be called again, after libraries
/// have set handlers of their own. Not collective.
void outlive_refusals();

/// The exit code of a command whose product is what it printed: output_failed, with a line on standard error, where a file did not
/// take all of it. Not collective.
run::Exit printed(run::Exit code);

}  // namespace mollis::drivers

#include "run/exits.hpp"

namespace mollis::run {

std::vector<ExitMeaning> exits() {
  return {
      {Exit::converged, "done", "the fit converged, or the command has done what it is for"},
      {Exit::internal, "internal error", "a fault of Mollis or of a library: report the message with the deck"},
      {Exit::not_converged, "not converged", "results are written where there are any; the message says what to raise"},
      {Exit::usage, "usage", "the command line: a command, an override section.key=value or an option after --"},
      {Exit::bad_data, "bad data", "a data file cannot be read, or holds what the deck does not say"},
      {Exit::missing_input, "missing input", "a deck, file or dataset is not there: the message lists what is"},
      {Exit::output_failed, "output failed", "a directory or file cannot be written: permissions, room, names"},
      {Exit::stopped_early, "stopped", "by a signal, its time or a stop file, with a checkpoint: --restart goes on from it"},
      {Exit::bad_deck, "bad deck", "PATH:LINE:COLUMN of every fault, all of them at once"},
  };
}

}  // namespace mollis::run

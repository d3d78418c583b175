#pragma once
/// mollis COMMAND DECK [section.key=value ...]: what stands before the -- of the command line.
#include <optional>
#include <string>
#include <vector>

#include "run/error.hpp"

namespace mollis::drivers {

/// What the command line asks for.
struct Request {
  std::string command, deck, file, topic;
  std::vector<std::string> overrides;
  bool overwrite = false;
  std::string result;            ///< of predict: a directory
  std::string from, until, ends = "fitted", output;   ///< of predict, as typed
  std::string restart;           ///< "yes", "auto"; empty: begin anew
  int ranks = 0;                 ///< of check; 0: not asked
  std::string memory;            ///< a rank, as typed; empty: not asked
  std::string model, machine;    ///< of check: a scaling study; where it is to run
  bool measure = false;          ///< of info
  std::string max_walltime;      ///< as typed; empty: no limit
};

/// Fills in the request, or returns the exit code where there is nothing left to run: help and versions, which go to
/// stdout where `loud`, and mistakes, which go to stderr. Needs MPI.
std::optional<run::Exit> parse(int argc, char** argv, bool loud, Request& request);

}  // namespace mollis::drivers

#pragma once
/// The programs behind the commands. Each is collective on `comm` and returns the exit code; errors are run::Error, or
/// petsc::Failure where PETSc met one. `stages`: empty; takes the phases of the run.
#include <mpi.h>

#include <string>
#include <vector>

#include "deck/deck.hpp"
#include "drivers/job_size.hpp"
#include "predict/frames.hpp"
#include "results/restart.hpp"
#include "run/error.hpp"
#include "run/progress.hpp"
#include "run/stage.hpp"

namespace mollis::drivers {

/// What was typed.
struct CommandLine {
  std::string text;        ///< all of it, for provenance
  bool overwrite = false;  ///< --overwrite
  results::Restart restart; ///< --restart, --max-walltime
  predict::Settings prediction;      ///< --from, --until, --ends
  std::string prediction_directory;  ///< --output; empty: "predict" in the result
  JobQuestion job;          ///< --ranks, --memory-per-rank
  run::Listener listener;  ///< takes the lines on rank 0; none: standard output
};

/// Deck -> grid -> observations -> problem -> choices -> estimate -> files.
run::Exit invert(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command, run::Stages& stages);
/// The smoothed states and the derivatives that [mollify] lists, with standard errors.
run::Exit mollify(MPI_Comm comm, deck::Deck deck, CommandLine const& command, run::Stages& stages);
/// Synthetic observations, written to the files that [observations.*] names.
run::Exit forward(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command, run::Stages& stages);
/// The equation of a result's deck, run forward from what was fitted; `result`: the directory of that result.
run::Exit predict(MPI_Comm comm, std::string const& result, deck::Deck deck, CommandLine const& command, run::Stages& stages);
/// The effective deck, decomposition and memory estimate; runs nothing.
run::Exit check(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command);
/// What a data file holds, and a deck to start from.
run::Exit look(MPI_Comm comm, std::string const& file);
/// That deck alone.
run::Exit new_deck(MPI_Comm comm, std::string const& file);
/// Versions, backends and formats.
run::Exit info(MPI_Comm comm);
/// This machine as a table for scaling models (tools/machines), measured; files in the working directory.
run::Exit measure(MPI_Comm comm);

}  // namespace mollis::drivers

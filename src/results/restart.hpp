#pragma once
/// How an inversion goes on from an earlier one: its checkpoints, and whether the deck is still the same.
#include <mpi.h>

#include <cmath>
#include <memory>
#include <string>

#include "checkpoint/keeper.hpp"
#include "deck/deck.hpp"
#include "io/result_set.hpp"
#include "problem/problem.hpp"

namespace mollis::results {

/// What the command line says of it.
struct Restart {
  bool wanted = false, automatic = false;   ///< --restart; --restart=auto: only where there is a checkpoint
  double until = HUGE_VAL;                  ///< of MPI_Wtime, when the run has to have stopped (--max-walltime)
};

/// The keeper of a run whose output directory is taken. Where a restart is wanted it holds what the run before has kept. run::Error:
/// missing_input where there is no checkpoint, bad_data where none can be used, bad_deck where the deck differs in what matters
/// (which keys), or checkpoint.h5 is no file of Mollis. Collective.
std::shared_ptr<checkpoint::Keeper> make_keeper(MPI_Comm comm, deck::Deck const& deck, Restart const& restart, bool overwrite,
                                                io::ResultSet const& set, run::Progress& progress, run::Stages& stages);

/// What the answer depends on: keys of the deck with their values, but for those that only say how long to go on (max_iterations), what is
/// scored (truth), other commands' ([forward], [mollify]) and [output]. Files by name and size, so that a directory may move.
checkpoint::Identity identity_of(deck::Deck const& deck);

/// Lets the keeper refuse data that differ from those of the run before, and keep what tells them. Collective.
void identify_data(problem::Problem const& problem, std::string const& deck);

}  // namespace mollis::results

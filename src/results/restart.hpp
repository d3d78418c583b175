#pragma once
/// How an inversion goes on from an earlier one: its checkpoints, and whether the deck is still the same.
#include <mpi.h>

#include <cmath>
#include <functional>
#include <memory>
#include <string>

#include "checkpoint/keeper.hpp"
#include "deck/deck.hpp"

namespace mollis::results {

/// What the command line says of it.
struct Restart {
  bool wanted = false, automatic = false;   ///< --restart; --restart=auto: only where there is a checkpoint
  double until = HUGE_VAL;                  ///< of MPI_Wtime, when the run has to have stopped (--max-walltime)
};

/// A run that may be taken up again.
struct Resumable {
  std::string directory;     ///< of its checkpoints, taken by this run
  run::Place place;          ///< of the key that names it
  std::string remedy;        ///< where something else is there
  std::string command;       ///< that goes on, --restart left out
  std::string id;            ///< of the run
  std::function<checkpoint::Identity()> identity;   ///< what its answer depends on; asked of rank 0
};

/// "mollis NAME DECK OVERRIDES".
std::string command_of(std::string const& name, deck::Deck const& deck);

/// mollis invert with a deck, in its output directory. Refers to the deck.
Resumable inversion(deck::Deck const& deck, std::string const& id);

/// The keeper of a run. Where a restart is wanted it holds what the run before has kept. run::Error: missing_input where there is no
/// checkpoint, bad_data where none can be used, bad_deck where the deck differs in what matters (which keys), or checkpoint.h5 is no
/// file of Mollis. Collective.
std::shared_ptr<checkpoint::Keeper> make_keeper(MPI_Comm comm, deck::Deck const& deck, Resumable const& run, Restart const& restart, bool overwrite,
                                                run::Progress& progress, run::Stages& stages);

/// What the answer of an inversion depends on: keys of the deck with their values, but for those that only say how long to go on
/// (max_iterations), what is scored (truth), other commands' ([forward], [mollify]) and [output]. Files by name and size, so that a
/// directory may move.
checkpoint::Identity identity_of(deck::Deck const& deck);
/// What states that mollis forward makes depend on: the grid, the fields, [forward] and the truths.
checkpoint::Identity identity_of_forward(deck::Deck const& deck);

/// Fields over one grid by name, as they tell data from others. Collective.
checkpoint::Identity identity_of_data(grid::Grid const& grid, deck::Named<Field> const& fields);
/// Lets the keeper refuse data that differ from those of the run before, and keep what tells them. Collective.
void identify_data(checkpoint::Keeper& keeper, checkpoint::Identity const& data, std::string const& deck);

}  // namespace mollis::results

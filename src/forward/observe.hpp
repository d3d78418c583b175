#pragma once
/// From the deck to clean states and from these to observations.
#include <string>

#include "checkpoint/keeper.hpp"
#include "deck/deck.hpp"
#include "deck/problems.hpp"
#include "grid/grid.hpp"
#include "forward/localise.hpp"
#include "io/dataset_file.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

struct CleanStates {
  deck::Named<Field> states;  ///< at this rank's points, in the order of [observations.*]
  std::string how;            ///< a line for the log
};

/// Whether clean_states goes through time in steps, between which it may stop. Not collective.
bool takes_steps(deck::Deck const& deck);

/// The states that [forward] manufactures or solves for. Goes on from what `keeper` has of a run before. run::Error; stopped_early.
/// Collective.
CleanStates clean_states(grid::Grid const& grid, deck::Deck const& deck, checkpoint::Keeper keeper = {});

struct Observed {
  std::string state;
  Field clean, values;            ///< values: noisy, NaN in gaps
  double clean_deviation, sigma;  ///< standard deviations of the clean state and of the noise
  Rows localisations{};           ///< drawn in place of values, along the deck's columns; sigma is 0
  Index drawn = 0;                ///< how many, all ranks
};

/// The clean states with the noise and the gaps of [forward]; localisations drawn from the densities that the deck makes of them,
/// inside `mask` alone (1 inside, 0 outside; empty: everywhere). Random numbers are those of state number `first` and on. run::Error.
/// Collective.
std::vector<Observed> observe(grid::Grid const& grid, CleanStates const& clean, deck::Deck const& deck, Field const& mask = {}, int first = 0);

/// Adds a problem for every state that would be written where another state, clean or not, or an axis is. Not collective.
void check_datasets(deck::Deck const& deck, deck::Problems& problems);

/// The files that [observations.*] names, to be written by this run alone (io/dataset_file.hpp). Collective.
io::DatasetFiles take_files(MPI_Comm comm, deck::Deck const& deck, bool overwrite);

/// Replaces them, each with the datasets of its states: the observations, the clean state under the same name with
/// "_clean", and the noise and seed as attributes; of localisations their columns alone. Returns the files. run::Error output_failed. Collective.
std::vector<std::string> write_observations(grid::Grid const& grid, deck::Deck const& deck,
                                            std::vector<Observed> const& observed, io::DatasetFiles& to);

}  // namespace mollis::forward

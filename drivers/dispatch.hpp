#pragma once
/// From the name of a command and a deck to its driver.
#include <mpi.h>

#include <string>

#include "deck/read.hpp"
#include "drivers/drivers.hpp"

namespace mollis::drivers {

/// The deck of a command ("invert", "mollify", "forward", "check"), all its expressions checked. `source`: needed on rank 0 alone.
/// run::Error bad_deck, usage or missing_input. Collective.
deck::Deck read_deck(MPI_Comm comm, std::string const& command, deck::Loader const& source, std::vector<std::string> const& overrides);

/// The deck of a result of mollis invert: its deck.toml. run::Error missing_input where there is none. Collective.
deck::Deck read_result_deck(MPI_Comm comm, std::string const& result);

/// Runs a command on its deck. Collective.
run::Exit dispatch(MPI_Comm comm, std::string const& command, deck::Deck deck, CommandLine const& line, run::Stages& stages);

}  // namespace mollis::drivers

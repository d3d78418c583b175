#pragma once
/// The output directory, taken for one run.
#include <mpi.h>

#include "deck/deck.hpp"
#include "io/result_set.hpp"

namespace mollis::results {

/// Takes the deck's output directory and refuses to write over what is protected (io/result_set.hpp). `history`:
/// history.csv is among the files to come. To be called before anything is read or computed. Collective.
io::ResultSet take(MPI_Comm comm, deck::Deck const& deck, bool overwrite, bool history);

}  // namespace mollis::results

#pragma once
/// What `mollis check` says of the files that a deck reads.
#include <mpi.h>

#include <string>

#include "deck/deck.hpp"

namespace mollis::drivers {

/// Data on a grid, masks, known fields, truths and deviations of noise that are there are held against the shape of the grid that they stand on; of all
/// but the data themselves values, too, where the grid has at most `most_values` points: a mask has a point inside, known values are finite, deviations
/// are positive where something was observed. Lines ("\n# ...") on what was not held: files that are not there yet, values of larger grids, and what
/// `mollis forward` would write anew. run::Error as the run would throw it. Collective.
std::string describe_data(MPI_Comm comm, deck::Deck const& deck);

inline constexpr double most_values = 1.6e7;

}  // namespace mollis::drivers

#pragma once
/// How long a job takes, as far as a scaling study tells.
#include <string>

#include "deck/deck.hpp"
#include "drivers/job_size.hpp"
#include "grid/grid.hpp"

namespace mollis::drivers {

/// Lines for the log, from the model that tools/scaling.py fits to the study of `question`, or to DECK.weak or
/// DECK.strong beside the deck; where there is none they say that nothing is known. run::Error missing_input where a
/// study that was named serves for nothing. By one rank.
std::string describe_time(deck::Deck const& deck, grid::Grid const& grid, JobQuestion const& question);

}  // namespace mollis::drivers

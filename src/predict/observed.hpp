#pragma once
/// What was observed at the frames of a run, those of the fit and later ones.
#include <string>
#include <vector>

#include "predict/frames.hpp"
#include "run/progress.hpp"

namespace mollis::predict {

/// Of one state, over the frames of a run.
struct Observed {
  bool there = false;      ///< anything at all
  Field values;            ///< less `about`; NaN where nothing was observed
  Field sigma;             ///< of each datum
  Field walls;             ///< 1 where the value of a wall is known; empty where none is
  std::size_t later = 0;   ///< later frames that the file has
};

/// One a state; not there where its observations are scattered points, or their file is no longer there (a line says so). Later frames
/// are read past the end of the crop along t, as far as the file has them. run::Error as of observations::read_states. Collective.
std::vector<Observed> read_observed(deck::Deck const& deck, grid::Grid const& fit, Times const& times, Field const& mask,
                                    run::Progress const& progress);

}  // namespace mollis::predict

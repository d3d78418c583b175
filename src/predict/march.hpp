#pragma once
/// The frames of a run, one after the other.
#include <string>
#include <vector>

#include "checkpoint/keeper.hpp"
#include "predict/case.hpp"

namespace mollis::predict {

struct Prediction {
  std::vector<Field> states;      ///< over the frames of the run, less `about`; NaN outside the domain and after the last frame reached
  std::vector<Field> free;        ///< of one frame: 1 where the equation moves the state, 0 where it is prescribed
  std::size_t frames = 0;         ///< reached
  int steps = 0;                  ///< of time, in all
  std::string failure;            ///< why the run ended before the last frame; empty where it did not
};

/// Steady equations are solved frame by frame, from the fitted state. Goes on from what `keeper` has of a run before. run::Error: as of
/// make_prescribed; stopped_early. Collective.
Prediction march(Case const& c, checkpoint::Keeper& keeper, run::Progress const& progress);

}  // namespace mollis::predict

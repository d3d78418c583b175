#pragma once
/// A result of `mollis invert` as an initial value problem (a boundary value problem where nothing moves in time).
#include <memory>
#include <string>
#include <vector>

#include "deck/deck.hpp"
#include "parameters/parameter_space.hpp"
#include "predict/inputs.hpp"
#include "predict/layout.hpp"
#include "predict/observed.hpp"

namespace mollis::predict {

struct Case {
  Times times;
  grid::Grid fit, run;              ///< of the fit, and of the frames that are predicted
  grid::Grid slice;                 ///< one frame
  grid::Grid stencils;              ///< the same, its ends as stencils see them
  std::shared_ptr<equation::System const> system;
  Layout layout;
  std::shared_ptr<Inputs> inputs;
  std::vector<std::string> names;   ///< of the states
  std::vector<double> about;
  std::vector<Field> fitted;        ///< states over the frames of the fit, less `about`; NaN outside the domain
  std::vector<Observed> observed;
  std::string ends;                 ///< as of Settings
  bool observed_apart = false;      ///< [grid] refine cuts the gaps between frames
};

/// Reads `directory`, of whose deck.toml the deck is. run::Error: missing_input or bad_data where the result is not there or not that of
/// the deck; bad_deck where the equation cannot be run forward, with the reason; usage (Settings). Collective.
Case make_case(MPI_Comm comm, std::string const& directory, deck::Deck const& deck, Settings const& settings, run::Progress const& progress);

}  // namespace mollis::predict

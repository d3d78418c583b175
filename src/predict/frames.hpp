#pragma once
/// Times and frames: fields over a grid whose first axis is t are [frame][point of a frame], as t is whole on every rank.
#include <optional>
#include <string>
#include <vector>

#include "deck/deck.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::predict {

/// What the command line says.
struct Settings {
  std::optional<double> from, until;    ///< of t; none: the first and the last frame of the fit
  std::string ends = "fitted";          ///< "fitted", "data" or "insulated": see docs/predict.md
};

/// The frames of a run, as times: those that were fitted from `from` on, then later ones.
struct Times {
  std::vector<double> fit, run;
  std::size_t first = 0;                ///< frame of the fit with which the run begins
  std::size_t fitted = 1;               ///< frames of the run that are frames of the fit
  std::size_t later() const { return run.size() - fitted; }
};

/// Later times go on evenly where the deck says points, lower and upper; from a file they are those that [grid.coordinates] has
/// there after its crop. One time without an axis t. run::Error usage where --from or --until leaves no frame to predict, or
/// later frames are asked for that nobody knows the times of. Collective.
Times make_times(MPI_Comm comm, deck::Deck const& deck, grid::Grid const& fit, Settings const& settings);

/// The grid with these times in place of its own, cut alike; itself without an axis t. Collective.
grid::Grid with_times(grid::Grid const& grid, std::vector<double> const& times);
/// The grid whose open ends in space are mirrors; they stay where something is known of them already. Collective.
grid::Grid insulated(grid::Grid const& grid);

/// Frames [first, first + count) of a field that has `all` of them.
Field frames(Field const& field, std::size_t all, std::size_t first, std::size_t count);
/// The frames of one and then those of the other.
Field joined(Field const& before, Field const& after);
/// So many values of it.
Field filled(std::size_t size, double value);

}  // namespace mollis::predict

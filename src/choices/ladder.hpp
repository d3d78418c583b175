#pragma once
/// The radii that an automatic choice goes through: a geometric ladder for each group of axes. Time is a group of its
/// own; the space axes move together at equal physical radius.
#include <functional>
#include <vector>

#include "grid/grid.hpp"
#include "mollifier/filters.hpp"
#include "observations/states.hpp"

namespace mollis::choices {

class Ladder {
 public:
  /// r = 3, 4, ... growing by 1.2 up to a third of the axis; at least what the polynomial degree asks for.
  Ladder(grid::Grid const& grid, int degree);

  /// Takes away the widest rungs of each group at which gaps leave whole footprints to less than half of the points that
  /// have one at the narrowest rung (the other groups at theirs). run::Error bad_data where no point has one at all and
  /// rows cannot be refitted, several axes being filtered. Collective.
  void heed_gaps(grid::Grid const& grid, std::vector<observations::State> const& states, run::Places const& mollifier);
  /// Where rows are refitted around gaps (strong form by moments, one radius everywhere), those below go that leave a tenth of the points
  /// without jets, windows holding too few; else the same as above. Collective.
  void heed_gaps(grid::Grid const& grid, std::vector<observations::State> const& states, mollifier::Settings const& mollifier);

  /// Whether any point has a whole footprint at the narrowest rungs, or rows can be refitted around gaps. Collective.
  bool finds_room(grid::Grid const& grid, std::vector<observations::State> const& states) const;

  int groups() const { return static_cast<int>(groups_.size()); }
  int rungs(int group) const;                       ///< at least 1
  /// Radii along all axes for a rung in each group (clipped to the ladder).
  mollifier::AxisRadii radii(std::vector<int> const& rung) const;
  /// The rung whose radius is nearest, in logarithm, to `factor` times that of the given one.
  int scaled(int group, int rung, double factor) const;

  using Rung = std::vector<int>;                    ///< one in each group
  Rung top() const;                                 ///< the widest
  /// The best rung by a judge of lines of rungs (which returns a position in the line): along the diagonal from the
  /// widest, then (several groups) two sweeps of one group at a time.
  Rung best(std::function<std::size_t(std::vector<Rung> const&)> const& best_of) const;

 private:
  struct Group {
    std::vector<int> axes;
    std::vector<mollifier::AxisRadii> rungs;                   ///< [rung][position in axes]
  };
  int dimension_;
  std::vector<Group> groups_;
};

/// The largest radius along each axis, whatever the order of the derivative; 0 without one. Not collective.
mollifier::AxisRadii largest_radii(grid::Grid const& grid, mollifier::Settings const& mollifier);

}  // namespace mollis::choices

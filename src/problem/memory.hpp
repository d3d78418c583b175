#pragma once
/// Memory that a run takes, before it runs.
#include <optional>
#include <vector>

#include "deck/deck.hpp"
#include "equation/system.hpp"
#include "grid/grid.hpp"

namespace mollis::problem {

/// Resident memory over what lives where fields are fitted to mollified data, again and again at other radii: what the allocator holds between
/// blocks in use (1.0 to 1.2 as measured, docs/performance.md).
constexpr double holes = 1.1;

/// Bytes of a run at its peak, beside what `mollis info` takes.
struct Memory {
  double a_point = 0.0;   ///< of the grid
  double a_rank = 0.0;    ///< whatever its points
  /// Of a rank that owns so many points.
  double of(double points) const { return a_point * points + a_rank; }
};

/// Of the Hessian of a joint fit and its factors.
struct Factors {
  double bytes = 0.0;       ///< of all ranks, or of each
  bool on_each = false;     ///< every rank holds the whole
  bool from_start = false;  ///< masks, scattered data, states that were not observed; else once averages fail, if they do
};
/// Nothing where no fit factorises: another method, or too many operations. inside: whether each point of the grid is, row-major; all where it is
/// empty. Not collective.
std::optional<Factors> factors_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, std::vector<char> const& inside = {});
/// Whether there are any, without counting them. Not collective.
bool has_factors(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system);

/// Of the method of [inversion], by what its objects hold (docs/performance.md: measured peaks beside it), factors too where they are made
/// from the start. Not collective.
Memory memory_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, std::vector<char> const& inside = {});
/// Bytes a grid point of the smoothed states and the derivatives of [mollify]. Not collective.
double bytes_per_point(deck::Deck const& deck);

/// Entries in a row of the smoothness form of a parameter. Not collective.
double entries_a_row(deck::Parameter const& parameter);

}  // namespace mollis::problem

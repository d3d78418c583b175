#pragma once
/// Jets at the radii of [mollifier]. Where these vary over the domain (RadiusMap), a jet at a point blends those of the two rungs
/// around the point's level,
///   D^a u (x) ~ (1 - w) (D^a u)^l (x) + w (D^a u)^(l + 1) (x),   l + w = level(x),  0 <= w < 1:
/// exact on polynomials as every rung is, its noise exact through the blended rows. One rung where the radius is the same everywhere.
#include <array>
#include <optional>
#include <vector>

#include "kernels/pointwise.hpp"
#include "mollifier/filters.hpp"
#include "mollifier/masked_jets.hpp"
#include "mollifier/radius_map.hpp"

namespace mollis::mollifier {

class BlendedJets {
 public:
  /// Filters as make_filters, with its errors. Collective.
  BlendedJets(grid::Grid const& grid, Settings const& settings, bool weak, std::vector<MultiIndex> const& set);

  /// From now on rows are refitted around the gaps of `data`, where moments filter: see LineRefit (one axis alone is filtered) and
  /// MaskedJets (several; not where radii vary). Collective.
  void refit_around(Field const& data);
  /// Whether refit_around does anything.
  bool can_refit() const;
  /// Whether it serves single gaps as well as a mask, so that data need no bridges: rows of their own for most points of large grids
  /// would take more time and memory than they give.
  bool refits_single_gaps() const;
  /// Local points with a refitted row, increasing; none where nothing is refitted.
  std::vector<Index> refitted_points() const;

  grid::Grid const& grid() const { return grid_; }
  std::vector<MultiIndex> const& set() const { return rungs_.front().jets.set(); }
  Jets const& first_rung() const { return rungs_.front().jets; }
  /// One field a member of the set, NaN where a footprint in use meets a gap that no refit mends. Collective.
  std::vector<Field> apply(Field const& owned) const;
  /// The same into fields of the caller; where one radius serves all points. Collective.
  void apply_into(Field const& owned, std::vector<Field> const& out) const;
  /// 1 where every row of the point exists, else 0. Not collective.
  Field valid() const { return rungs_.front().jets.valid(); }

  /// Inner products of the rows, as kernels::add_variance reads them, and the slots of a member of the set. Not collective.
  kernels::GramTables gram() const;
  std::array<int, max_axes> slots(std::size_t member) const;

 private:
  struct Rung {
    Jets jets;
    std::optional<LineRefit> refit;
    std::optional<MaskedJets> masked;
  };
  std::vector<double> gram_along(int axis) const;
  std::vector<double> gram_by_point(int axis) const;
  void add_covariances(kernels::GramTables& gram) const;
  Row taps(Rung const& rung, int axis, Index point, int slot) const;

  grid::Grid grid_;
  Settings settings_;
  std::vector<Rung> rungs_;
  Field level_;              ///< empty where there is one rung
};

}  // namespace mollis::mollifier

#pragma once
/// Where the ends of two open axes meet: the places of the extended lattice that are few steps from an end of either, for all points along
/// the other axes. A corner of a plane, an edge of a box.
#include <array>

#include "estimators/joint/averages.hpp"
#include "kernels/field.hpp"
#include "spectral/line_transform.hpp"

namespace mollis::joint {

class EdgePatch {
 public:
  /// axes: two of the lattice, increasing; upper: which of their ends; reach: places from each. Collective.
  EdgePatch(Lattice const& lattice, std::array<int, 2> axes, std::array<bool, 2> upper, std::array<Index, 2> reach);

  Index places() const { return places_; }
  grid::Range const& waves() const { return mine_; }           ///< those that this rank solves for, of all along the other axes
  Mode mode(Index wave) const;                                  ///< entries along the two axes are 0

  /// values[f][place][wave] of this rank's waves, from fields over its box of the extended lattice. Collective on the ranks that have
  /// places; nothing elsewhere.
  std::vector<double> waves_of(std::vector<HostField> const& fields) const;
  /// And back: fields += values. Collective likewise.
  void add(std::vector<double> values, std::vector<HostField> const& fields) const;
  /// Means over the points along the other axes, one a place. Collective likewise.
  std::vector<double> means_of(HostField const& field) const;

 private:
  template <class Body>
  void over_own(Body const& body) const;
  void add_up(std::vector<double>& values) const;

  std::array<int, 2> axes_;
  grid::Box box_;                             ///< of all places
  grid::Box own_, local_;                     ///< those of this rank; its box of the lattice
  Index places_ = 1, waves_ = 1;
  grid::Range mine_{0, 0};
  std::shared_ptr<MPI_Comm const> comm_;      ///< the ranks that have places
  std::vector<std::unique_ptr<spectral::LineTransform>> transforms_;   ///< along the other axes, of [place][wave]
};

}  // namespace mollis::joint

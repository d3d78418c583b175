#pragma once
/// Jets of data with missing points, filtered along several axes: a pass at a time, each line by rows of the points that exist on it
/// (GapRows), those of later passes by what earlier ones could give. Exact on polynomials of the filter's degree up to a mask's edge;
/// the noise exact through products of the rows in use. Away from gaps passes and sums are those of Jets.
/// A point keeps its jets where it was observed itself, all its rows are defined, and no jet's noise is over 100 times that without gaps.
#include <memory>
#include <vector>

#include "mollifier/gap_rows.hpp"
#include "mollifier/jets.hpp"

namespace mollis::mollifier {

class MaskedJets {
 public:
  /// For jets of moment filters with this fit and `radii` along each axis (radius 0: none). Missing are the points where `data` (local
  /// box) is not finite. Collective.
  MaskedJets(Jets const& jets, MomentFit const& fit, std::vector<Radii> const& radii, Field const& data);

  /// out[k] (local box) := D^set[k] applied to `owned` (local box), NaN where a point has no jets; what stands at missing points is not
  /// used. Linear in `owned`. Collective.
  void apply(Field const& owned, std::vector<Field> const& out) const;

  /// Local points with jets whose rows are not those of Jets, increasing.
  std::vector<Index> const& points() const;
  /// [point of points()][member][member]: covariances of the jets there for unit white noise.
  std::vector<double> const& covariances() const;

 private:
  struct Data;
  std::shared_ptr<Data const> data_;
};

}  // namespace mollis::mollifier

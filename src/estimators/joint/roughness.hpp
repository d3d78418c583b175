#pragma once
/// A weak prior on the coefficients g of a state along the open axes of the lattice, <g, L g>:
///   L = sum_a D_a^T D_a / s_a,  D_a the spline's own differences along axis a (parameters::LineRoot::of_splines), of order (highest derivative of a state along a) + 2,
/// s_a their squared symbol at four points a wave. Weighed like the data, it leaves longer waves alone (P-splines: Eilers and
/// Marx 1996); where data are farther apart than that, waves shorter than two data count so. At open ends the equation allows waves that no parameter moves; the shortest of them, which splines hide from
/// the data, would otherwise follow the noise and take the outermost parameters with them.
///
/// Outside a mask nothing else is known of g, and polynomials that D_a leaves free grow there: x^5 y^5 z^5 is 1e-7 of its size at the corners
/// where the domain ends, which double precision cannot tell from nothing. There L has second differences as well, of 1e-12 of the data's weight
/// at half a wave over the axis: g goes on straight.
#include "estimators/joint/lattice.hpp"
#include "kernels/field.hpp"
#include "random/philox.hpp"
#include "parameters/smoothness.hpp"

namespace mollis::joint {

class Roughness {
 public:
  /// ends_straight: with second differences, for domains with a mask. Collective.
  explicit Roughness(Lattice const& lattice, bool ends_straight = false);

  /// What L's part of each axis is to be multiplied by for data that are `spacing` cells apart along it, so that its symbol is 1 at
  /// four points or two data a wave, whichever is longer. 1 up to a spacing of 2. Not collective.
  std::vector<double> scales(std::vector<double> const& spacing) const;

  /// out += L g, the part of axis a times factors[a], both on the extended lattice (local box). Collective.
  void apply_add(std::vector<double> const& factors, Field const& g, Field const& out) const;
  /// The same as D^T (D g), for gradients (parameters::SmoothnessProduct). Collective.
  void gradient_add(std::vector<double> const& factors, Field const& g, Field const& out) const;
  /// out += a draw of N(0, L), the parts times `factors`, the same on any number of ranks. Not collective.
  void add_draw(std::vector<double> const& factors, int number, std::uint32_t state, HostField const& out) const;
  /// Along one axis: entry (row, row + offset), |offset| <= band; band 0 and entries 0 where the axis has no part in L.
  Index band(int axis) const;
  double at(int axis, Index row, Index offset) const { return at(axis, row, offset, 1.0); }
  /// The same with `share` of what is said of short waves.
  double at(int axis, Index row, Index offset, double share) const;
  /// The symbol of an axis' part at a wave of `angle` a point.
  double symbol(int axis, double angle) const;
  bool empty() const { return parts_.empty(); }

 private:
  struct Part {
    int axis;
    random::Stream::Purpose of;  ///< of its draws: roughness or bend
    double factor;
    parameters::LineRoot root;
    parameters::LineForm form;   ///< root^T root
    mollifier::Jets product, differences;   ///< of the form, of the root
  };
  std::vector<Part> parts_;
  Field work_;                   ///< of one part at a time; on the extended lattice
};

}  // namespace mollis::joint

#pragma once
/// The orthonormal modes along one axis in which the smoothness of order q is diagonal: Fourier's or cosines where they are
/// exact (uniform axes: periodic, or q = 1), else the eigenvectors of its form, natural ends and stretched spacing included.
#include "mollifier/line_filter.hpp"
#include "parameters/smoothness.hpp"
#include "spectral/spectral_box.hpp"

namespace mollis::equation_error {

class LineModes {
 public:
  /// Not collective. Axes of more than `longest` points that need eigenvectors make do with cosines.
  LineModes(grid::Axis const& axis, int order);
  static constexpr Index longest = 2048;

  spectral::Basis basis() const { return basis_; }
  spectral::Modes const& matrix() const { return matrix_; }  ///< null where a fast transform serves
  Index size() const { return axis_.size(); }
  /// Positions of the modes, smoothest first.
  std::vector<Index> const& smoothest() const { return smoothest_; }
  /// The values of a mode at all points.
  std::vector<double> mode(Index k) const;

 private:
  grid::Axis axis_;
  spectral::Basis basis_;
  spectral::Modes matrix_;
  std::vector<Index> smoothest_;
};

/// Rows of a root (parameters/smoothness.hpp) or of one order of a filter applied to the values at all points of an axis.
std::vector<double> applied(parameters::LineRoot const& root, std::vector<double> const& values);
std::vector<double> applied(mollifier::LineFilter const& filter, int order, std::vector<double> const& values);

}  // namespace mollis::equation_error

#pragma once
/// Distributed transforms of fields on a grid, a basis for each axis, with one axis (or none) left in place: what is
/// diagonal along all other axes becomes a set of 1D problems along that one.
#include <functional>
#include <memory>

#include "kernels/field.hpp"
#include "spectral/line_transform.hpp"
#include "spectral/matrix_transform.hpp"
#include "spectral/redistribution.hpp"

namespace mollis::spectral {

/// This rank's part of transformed fields: row-major over `box`, the line axis whole.
struct Lines {
  grid::Box box;        ///< of coefficients (of points along the line axis)
  Index outer, points, inner;  ///< as [outer][points][inner] along the line axis; without one [1][1][size]. A rank without
                               ///< points has no lines: outer is 0
};

/// The length to which fast transforms would rather continue `points` by at least `reach` zeros: an even product of powers of 2, 3, 5 and 7,
/// with a factor of 11 or 13 at most. `points` itself up to longest_by_matrix, and unless it has a prime factor above 64, which takes that many times the work of
/// small ones and is then worth the iterations that a mirror beyond the end costs (a tenth to a quarter more).
Index quick_length(Index points, Index reach);

class SpectralBox {
 public:
  /// bases: one an axis. line: position of the axis left in place, -1 for none. modes: one an axis where any basis is Basis::modes.
  /// reach: how far operators see. Above 0 open axes are continued to their quick_length(): backward() then still is the transpose of
  /// forward(), and takes back what that has made. Collective.
  SpectralBox(grid::Grid const& grid, std::vector<Basis> bases, int line, std::vector<Modes> const& modes = {}, Index reach = 0);

  Lines const& lines() const { return lines_; }
  std::vector<Basis> const& bases() const { return bases_; }
  int line() const { return line_; }
  Index coefficients(int axis) const { return coefficients_[static_cast<std::size_t>(axis)]; }

  /// From this rank's box of the grid to its lines, and back; `data` is overwritten, or replaced where the layouts differ.
  /// Collective.
  void forward(HostField& data) const { data = pass(data, true); }
  void backward(HostField& data) const;
  /// The same of values that stay as they are, whatever is written to the result. Collective.
  HostField forward_of(HostField const& data) const { return pass(data, false); }

 private:
  struct Step {
    std::unique_ptr<Redistribution> move, back;  ///< none where the layout serves
    std::unique_ptr<LineTransform> transform;    ///< none at the last step
    Index before = 0, after = 0;                 ///< values on this rank, ahead of and behind the move
    Index outer = 0, points = 0, length = 0, inner = 0;  ///< [outer][points][inner] is continued to [outer][length][inner]
  };
  HostField pass(HostField data, bool may_write) const;

  grid::Grid grid_;
  std::vector<Basis> bases_;
  int line_;
  std::vector<Index> coefficients_;              ///< one an axis
  std::vector<Step> steps_;
  Lines lines_;
};

/// Waves of fields on a grid: Fourier's along periodic axes, cosines along all others, whatever reflects.
std::vector<Basis> wave_bases(grid::Grid const& grid);

/// sum_a (factors[a] theta_a)^2 of each coefficient of a box on this rank, theta its angle along axis a. Not collective.
HostField squared_angles(SpectralBox const& box, std::vector<double> const& factors);

}  // namespace mollis::spectral

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

class SpectralBox {
 public:
  /// bases: one an axis. line: position of the axis left in place, -1 for none. modes: one an axis where any basis is Basis::modes.
  /// Collective.
  SpectralBox(grid::Grid const& grid, std::vector<Basis> bases, int line, std::vector<Modes> const& modes = {});

  Lines const& lines() const { return lines_; }
  std::vector<Basis> const& bases() const { return bases_; }
  int line() const { return line_; }

  /// From this rank's box of the grid to its lines, and back; `data` is overwritten, or replaced where the layouts differ.
  /// Collective.
  void forward(HostField& data) const;
  void backward(HostField& data) const;

 private:
  struct Step {
    std::unique_ptr<Redistribution> move, back;  ///< none where the layout serves
    std::unique_ptr<LineTransform> transform;    ///< none at the last step
    Index before = 0, after = 0;                 ///< values on this rank
  };
  grid::Grid grid_;
  std::vector<Basis> bases_;
  int line_;
  std::vector<Step> steps_;
  Lines lines_;
};

}  // namespace mollis::spectral

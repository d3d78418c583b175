#pragma once
/// How fields of a 1D to 4D grid appear in viewers: as points of a 3D image (absent axes have one point), over time or
/// not.
#include <array>
#include <string>
#include <vector>

#include "grid/axis.hpp"

namespace mollis::io {

/// A dataset of a result file and the names of its axes, slowest first.
struct WrittenField {
  std::string path;
  std::vector<std::string> axes;
};

/// The axes z, y, x of the image; null where the grid lacks one. A grid of t alone is drawn along x.
struct Image {
  std::array<grid::Axis const*, 3> axes{};
  grid::Axis const* time = nullptr;  ///< of a grid with t and space

  Index size(int slot) const {
    return axes[static_cast<std::size_t>(slot)] ? axes[static_cast<std::size_t>(slot)]->size() : 1;
  }
  double origin(int slot) const;
  double spacing(int slot) const;  ///< 1 along axes of one point
  bool uniform() const;  ///< and rising
};

/// Refers to `axes`, which must outlive it.
Image image_of(std::vector<grid::Axis> const& axes);

enum class Appearance { none, still, moving };  ///< moving: one image a time

/// A field over all axes of the image, over these and t, or neither.
Appearance appearance(Image const& image, WrittenField const& field);

/// Short names, all different: the last part of the path; later fields with a taken name get the whole path with "_".
std::vector<std::string> display_names(std::vector<WrittenField> const& fields);

}  // namespace mollis::io

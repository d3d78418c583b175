#pragma once
/// What the description of a TIFF file says of its pages: ImageJ's lines and OME's XML. Internal.
#include <string>
#include <vector>

#include "io/dataset.hpp"

namespace mollis::io {

struct TiffMeaning {
  std::vector<Dimension> pages;  ///< the axes along which pages follow each other, slowest first
  double y = 0.0, x = 0.0;       ///< spacing; 0: not known
  std::string y_unit, x_unit;
  Index images = 0;  ///< that the file claims to hold; 0: no word of it
};

/// `pages`: directories in the file; a description of another number of pages says nothing of them (one axis "page"
/// then). resolution: tags XResolution and YResolution, in pixels a unit, which ImageJ means by its own unit.
TiffMeaning tiff_meaning(std::string const& description, Index pages, double x_resolution, double y_resolution);

}  // namespace mollis::io

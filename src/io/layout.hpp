#pragma once
/// How the axes of a dataset become those of a grid.
#include <string>
#include <vector>

#include "grid/axis.hpp"
#include "io/dataset.hpp"
#include "io/format.hpp"
#include "io/settings.hpp"

namespace mollis::io {

/// One axis of the file: a fixed index, or an axis of the grid whose point i is the mean of the file's points
/// first + i bin ... first + (i + 1) bin - 1.
struct FileAxis {
  int axis = -1;  ///< position among the grid's axes; -1: fixed
  Index first = 0, bin = 1;
  Index points = 1;  ///< of the grid that it can fill
  bool turned = false;  ///< the grid's axis falls: its point i is the (points - 1 - i)-th here
};

using Layout = std::vector<FileAxis>;

/// One an axis of the file, slowest first. Which axis is which: by part.order; else by the file's names where it has
/// such for all axes that are left (t, time; z, depth, level; y, lat; x, lon); else by position, axes of one point
/// aside. `subset`: the dataset may vary over some of the grid's axes alone (known by order, by names, or if only one
/// subset has its sizes). `where`: file and dataset. Throws run::Error with the key to blame (order, at, crop, bin) or
/// none: bad_deck where the part makes no sense for this file, bad_data where shapes differ.
Layout lay_out(std::vector<grid::Axis> const& axes, Description const& description, Part const& part, bool subset,
               std::string const& where);

/// "t", "z", "y" or "x" where this is a usual name of that axis ("time", "Latitude"), else "".
std::string axis_meant(std::string const& name);

/// The box of the file that fills a box of the grid.
Slab slab_of(Layout const& layout, std::vector<grid::Range> const& box);

/// Values of such a slab, averaged over bins and in the grid's order: `out` has the box's points. A bin with a NaN is
/// NaN.
void arrange(Layout const& layout, std::vector<grid::Range> const& box, double const* slab, double* out);

/// arrange() would copy, value by value.
bool arranged(Layout const& layout);

}  // namespace mollis::io

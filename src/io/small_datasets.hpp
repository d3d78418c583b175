#pragma once
/// Datasets that one rank writes.
#include <algorithm>
#include <string>
#include <vector>

#include "grid/axis.hpp"
#include "io/hdf5.hpp"

namespace mollis::io {

/// A 1D dataset of doubles (groups on its way are made). By one rank, through a file opened without MPI-IO.
inline void write_vector(hid_t file, std::string const& path, std::vector<double> const& values) {
  Handle const space = simple_space({values.size()}), groups = creating_groups();
  Handle const data(H5Dcreate2(file, path.c_str(), H5T_NATIVE_DOUBLE, space, groups, H5P_DEFAULT, H5P_DEFAULT),
                    H5Dclose);
  require(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

/// The coordinates of an axis as such a dataset, falling where it falls, made piece by piece. By one rank, likewise.
inline void write_coordinates(hid_t file, std::string const& path, grid::Axis const& axis) {
  constexpr Index piece = 1 << 16;
  Handle const space = simple_space({static_cast<hsize_t>(axis.size())}), groups = creating_groups();
  Handle const data(H5Dcreate2(file, path.c_str(), H5T_NATIVE_DOUBLE, space, groups, H5P_DEFAULT, H5P_DEFAULT),
                    H5Dclose);
  for (Index first = 0; first < axis.size(); first += piece) {
    Index const end = std::min(first + piece, axis.size());
    auto values = axis.coordinates(axis.falls ? grid::Range{axis.size() - end, axis.size() - first} : grid::Range{first, end});
    if (axis.falls) std::reverse(values.begin(), values.end());
    hsize_t const start = static_cast<hsize_t>(first), count = values.size();
    Handle const memory = simple_space({count});
    require(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &count, nullptr));
    require(H5Dwrite(data, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values.data()));
  }
}

/// Bytes of the coordinates of all axes.
inline Index coordinate_bytes(std::vector<grid::Axis> const& axes) {
  Index points = 0;
  for (grid::Axis const& axis : axes) points += axis.size();
  return points * static_cast<Index>(sizeof(double));
}

}  // namespace mollis::io

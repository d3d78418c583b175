#pragma once
/// The group VTKHDF, by which ParaView and VTK read a result file itself.
#include <vector>

#include "io/hdf5.hpp"
#include "io/shown.hpp"

namespace mollis::io {

/// VTKHDF 1.0 ImageData of the fields over z, y and x, by soft links, so that no value is in the file twice. Writes
/// nothing for stretched or flat grids, which VTK's readers cannot take: XDMF serves these. By one rank, through a file
/// opened without MPI-IO. Throws Hdf5Error.
void write_vtkhdf(hid_t file, std::vector<grid::Axis> const& axes, std::vector<WrittenField> const& fields);

}  // namespace mollis::io

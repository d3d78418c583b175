#pragma once
/// The .xmf beside a result file, for ParaView and VisIt.
#include <string>
#include <vector>

#include "io/shown.hpp"

namespace mollis::io {

/// XDMF 2.0 text: every grid as a 3D mesh with sizes in the order z y x (absent axes have one point), regular or with
/// coordinates from /coordinates where an axis is stretched; with t and space a temporal collection, each time a slab
/// [k] of [t][..], fields without t in every frame. `h5` is the bare name of the file in the same directory.
std::string xdmf_text(std::string const& h5, std::vector<grid::Axis> const& axes,
                      std::vector<WrittenField> const& fields);

}  // namespace mollis::io

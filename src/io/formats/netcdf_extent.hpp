#pragma once
/// How long a classic NetCDF file must be. The library reads what lies past the end of a file as zeros, which look like
/// values. Internal.
#include <string>

#include "kernels/index.hpp"

namespace mollis::io {

/// Bytes up to the end of the last value, as the header tells (CDF-1, -2, -5); -1 where the header itself is cut or
/// makes no sense.
Index netcdf_extent(std::string const& file);

}  // namespace mollis::io

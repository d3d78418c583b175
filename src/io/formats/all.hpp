#pragma once
/// The formats, one source file each, and words that they share. Internal.
#include <string>
#include <vector>

#include "io/format.hpp"

namespace mollis::io {

Format const& hdf5_format();    ///< NetCDF-4, too
Format const& netcdf_format();  ///< classic
Format const& npy_format();
Format const& npz_format();
Format const& tiff_format();
Format const& nifti_format();
Format const& csv_format();

std::string names_text(std::vector<std::string> names);  ///< `"a", "b" and 3 more`
[[noreturn]] void throw_missing(std::string const& file, std::string const& dataset,
                                std::vector<std::string> const& names);
std::string lower_case(std::string text);
bool ends_with(std::string const& file, std::vector<std::string> const& endings);  ///< whatever the case

}  // namespace mollis::io

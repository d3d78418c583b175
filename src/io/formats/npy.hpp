#pragma once
/// One array as NumPy writes it (versions 1 to 3), in a stream. Internal.
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "io/format.hpp"
#include "io/formats/cf.hpp"

namespace mollis::io {

/// The first bytes of such an array.
constexpr char const* npy_magic = "\x93NUMPY";

struct NpyHeader {
  Stored stored;
  bool swapped = false, fortran = false;
  std::vector<Index> shape;
  Index data = 0;  ///< where the numbers begin
};

/// Of the array in bytes [begin, end) of a stream; `file` for messages. Throws run::Error bad_data.
NpyHeader read_header(std::istream& stream, std::string const& file, Index begin, Index end);

Description description_of(NpyHeader const& header);

/// Reads boxes of it.
std::unique_ptr<Reader> npy_reader(std::unique_ptr<std::istream> stream, std::string const& file, Index begin, Index end);

}  // namespace mollis::io

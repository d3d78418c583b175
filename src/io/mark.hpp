#pragma once
/// How Mollis knows its own files again.
#include <map>
#include <string>

#include "io/hdf5.hpp"

namespace mollis::io {

/// CRC-32 (that of zlib, PNG and gzip), eight hexadecimal digits.
std::string checksum(std::string const& bytes);

/// Checksums of the text files of a set, by name: what result.h5 and summary.json hold as "files".
using Checksums = std::map<std::string, std::string>;

/// Marks a file that is otherwise complete as written by `program` in the run `id`: attributes `written_by`, `run` and
/// `contents`, the names of all that is in it. By one rank, through a file opened without MPI-IO. Throws Hdf5Error.
void write_mark(hid_t file, std::string const& program, std::string const& id);

/// Whether `program` wrote this plain file, and nothing was put into it or taken out since. By one rank.
bool is_marked(std::string const& path, std::string const& program);

/// Whether a run of invert or mollify wrote the file `name` in this directory, and nobody changed it since: by its mark,
/// and for texts by the checksums in result.h5 or in summary.json. By one rank.
bool is_own_result(std::string const& directory, std::string const& name);

}  // namespace mollis::io

#pragma once
/// Numbers as they lie in memory or in a file. Internal.
#include "io/formats/cf.hpp"

namespace mollis::io {

/// `count` numbers of a type (floats of 2, 4, 8 bytes, integers of 1, 2, 4, 8) as doubles; `swapped`: of the other byte
/// order than this machine's.
void to_doubles(unsigned char const* bytes, Stored const& stored, bool swapped, Index count, double* values);

/// Whether to_doubles() knows the type.
bool is_number(Stored const& stored);

/// The number with fewest digits that is this one in single precision: 0.8 of 0.800000011920929.
double fewest_digits(float value);

bool little_endian();  ///< this machine

}  // namespace mollis::io

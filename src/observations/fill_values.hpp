#pragma once
/// Data that a few values drown: fill values that are no NaN (1e20, 9.97e36), or a datum gone wrong.
#include <mpi.h>

#include <cstddef>
#include <string>

namespace mollis::observations {

/// Throws run::Error bad_data, its message begun by `what`, where many values stand far below the rounding of the largest, `largest`,
/// and hardly any between: sums over such data are those of the large ones alone, and noise never below rounding would be larger than
/// all that was observed. Smooth fields that decay have values of every size between; zeros are left out. NaN: not observed.
/// `values`: of this rank, `size` of them. Collective.
void refuse_fill_values(MPI_Comm comm, double const* values, std::size_t size, double largest, std::string const& what);

}  // namespace mollis::observations

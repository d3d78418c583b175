#pragma once
/// Small steps between the entries on this rank and sums over all.
#include <mpi.h>

#include <vector>

#include "kernels/field.hpp"

namespace mollis::joint {

/// The sum of `value` over the ranks. Collective.
inline double sum_over(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

/// A copy on the host. Not collective.
inline std::vector<double> values_of(Field const& field) {
  auto const host = on_host(field);
  return {host.data(), host.data() + host.extent(0)};
}

}  // namespace mollis::joint

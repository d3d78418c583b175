#pragma once
/// Small steps between the entries on this rank and sums over all.
#include <mpi.h>

#include "kernels/field.hpp"

namespace mollis::joint {

/// The sum of `value` over the ranks. Collective.
inline double sum_over(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

/// A copy of a field on the host, to be changed. Not collective.
inline HostField values_of(Field const& field) {
  HostField const copy = make_host_field("values", static_cast<Index>(field.extent(0)));
  Kokkos::deep_copy(copy, field);
  return copy;
}

}  // namespace mollis::joint

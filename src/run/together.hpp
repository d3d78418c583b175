#pragma once
/// The last guard against ranks that wait for one that failed.
#include <mpi.h>

#include <functional>

#include "run/error.hpp"

namespace mollis::run {

/// Runs `work`, which may communicate, on every rank, and waits until all are through. If it threw somewhere, the error of
/// the lowest such rank is thrown on all (what is no run::Error as an internal one). Ranks that do not come within `patience`
/// [s] of an error wait for the one that failed: it then prints its error itself and ends the program on all ranks with its
/// code (MPI_Abort). Collective on `comm`; errors that all ranks see alike, and run::collectively, never need the patience.
void together(MPI_Comm comm, std::function<void()> const& work, double patience = 5.0);

}  // namespace mollis::run

#include "python/bindings/runtime.hpp"

#include <Kokkos_Core.hpp>
#include <optional>

#include "petsc/session.hpp"

namespace mollis::python {
namespace {

/// What this process has started: one a process, as MPI and PETSc are.
struct Runtime {
  std::optional<petsc::Session> session;
  bool own_mpi = false;
};

Runtime& runtime() {
  static Runtime one;
  return one;
}

}  // namespace

void start() {
  auto& now = runtime();
  if (now.session) return;
  int running = 0;
  MPI_Initialized(&running);
  if (!running) {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    now.own_mpi = true;
  }
  now.session.emplace(petsc::arguments(MPI_COMM_WORLD, {"-no_signal_handler"}));
  if (!Kokkos::is_initialized()) Kokkos::initialize();
}

void finish() {
  auto& now = runtime();
  if (!now.session) return;
  Kokkos::finalize();
  now.session->finish();
  now.session.reset();
  if (now.own_mpi) MPI_Finalize();
}

MPI_Comm communicator(int handle) {
  start();
  return handle < 0 ? MPI_COMM_SELF : MPI_Comm_f2c(static_cast<MPI_Fint>(handle));
}

std::unique_lock<std::recursive_mutex> take_turn() {
  static std::recursive_mutex one;
  return std::unique_lock<std::recursive_mutex>(one);
}

}  // namespace mollis::python

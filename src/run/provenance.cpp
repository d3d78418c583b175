#include "run/provenance.hpp"

#include <fmt/format.h>
#include <hdf5.h>
#include <petscsys.h>

#include <Kokkos_Core.hpp>
#include <cstdlib>
#include <ctime>

#include "mollis_revision.hpp"

namespace mollis::run {
namespace {

std::string utc_now() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

int count_hosts(MPI_Comm comm) {
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int rank = 0, hosts = 0;
  MPI_Comm_rank(node, &rank);
  int const first = rank == 0 ? 1 : 0;
  MPI_Allreduce(&first, &hosts, 1, MPI_INT, MPI_SUM, comm);
  MPI_Comm_free(&node);
  return hosts;
}

/// All options of PETSc in force, wherever they come from.
std::string petsc_options() {
  char* all = nullptr;
  if (PetscOptionsGetAll(nullptr, &all) != 0 || all == nullptr) return "";
  std::string const text = all;
  PetscFree(all);
  return text;
}

}  // namespace

Facts versions() {
  char mpi[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(mpi, &length);
  std::string const library(mpi, static_cast<std::size_t>(length));
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return {{"mollis", MOLLIS_VERSION},
          {"git_revision", MOLLIS_REVISION},
          {"build_type", MOLLIS_BUILD_TYPE},
          {"compiler", MOLLIS_COMPILER},
          {"compiler_flags", MOLLIS_FLAGS},
          {"native", MOLLIS_NATIVE},
          {"mpi", library.substr(0, library.find(','))},
          {"petsc", fmt::format("{}.{}.{}", PETSC_VERSION_MAJOR, PETSC_VERSION_MINOR, PETSC_VERSION_SUBMINOR)},
          {"hdf5", fmt::format("{}.{}.{}", major, minor, release)},
          {"kokkos", fmt::format("{}.{}.{}", KOKKOS_VERSION / 10000, KOKKOS_VERSION / 100 % 100, KOKKOS_VERSION % 100)},
          {"kokkos_backend", Kokkos::DefaultExecutionSpace::name()}};
}

std::string version() { return fmt::format("mollis {} ({})", MOLLIS_VERSION, MOLLIS_REVISION); }

Facts provenance(MPI_Comm comm, std::string const& command_line) {
  auto facts = versions();
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  facts.emplace_back("command", command_line);
  facts.emplace_back("petsc_options", petsc_options());
  facts.emplace_back("ranks", fmt::format("{}", ranks));
  facts.emplace_back("threads_per_rank", fmt::format("{}", Kokkos::DefaultHostExecutionSpace().concurrency()));
  facts.emplace_back("hosts", fmt::format("{}", count_hosts(comm)));
  if (char const* job = std::getenv("SLURM_JOB_ID")) facts.emplace_back("slurm_job", job);
  facts.emplace_back("started", utc_now());
  return facts;
}

std::string as_text(Facts const& facts) {
  std::string text;
  for (auto const& [key, value] : facts) text += fmt::format("{:<18} {}\n", key, value);
  return text;
}

}  // namespace mollis::run

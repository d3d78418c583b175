// mollis info --measure: this machine as a table for tools/machines, from a few seconds of copies, messages and writes.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <vector>

#include "drivers/drivers.hpp"
#include "kernels/field.hpp"
#include "run/machine.hpp"
#include "run/progress.hpp"

namespace mollis::drivers {
namespace {

constexpr int tries = 5;
constexpr Index bulk = 1 << 23;  ///< doubles: 64 MiB, past the caches

/// Seconds of the best of some tries of what all ranks do at once, on the slowest of them. Collective.
double best(MPI_Comm comm, std::function<void()> const& work) {
  double least = HUGE_VAL;
  for (int k = 0; k < tries; ++k) {
    MPI_Barrier(comm);
    double const begin = MPI_Wtime();
    work();
    double seconds = MPI_Wtime() - begin;
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, comm);
    least = std::min(least, seconds);
  }
  return least;
}

/// Bytes a second of a rank while all copy.
double copy_bandwidth(MPI_Comm comm) {
  Field const from = make_field("from", bulk), to = make_field("to", bulk);
  Kokkos::deep_copy(from, 1.0);
  return 2.0 * 8.0 * static_cast<double>(bulk) / best(comm, [&] {
           Kokkos::deep_copy(to, from);
           Kokkos::fence();
         });
}

/// Operations a second of a rank while all multiply and add in their first cache.
double operations(MPI_Comm comm) {
  constexpr int size = 1024, rounds = 20000;
  std::vector<double> a(size, 1.0), b(size, 0.5);
  double const seconds = best(comm, [&] {
    for (int r = 0; r < rounds; ++r)
      for (int i = 0; i < size; ++i)
        a[static_cast<std::size_t>(i)] = a[static_cast<std::size_t>(i)] * 0.999 + b[static_cast<std::size_t>(i)];
  });
  volatile double sink = a.front();
  static_cast<void>(sink);
  return 2.0 * size * rounds / seconds;
}

/// Seconds that `count` doubles take from rank 0 to the last one; 0 on one rank.
double message(MPI_Comm comm, int count) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  if (ranks == 1) return 0.0;
  constexpr int turns = 50;
  std::vector<double> buffer(static_cast<std::size_t>(count), 1.0);
  int const last = ranks - 1;
  return best(comm,
              [&] {
                for (int t = 0; t < turns; ++t) {
                  if (rank == 0)
                    MPI_Send(buffer.data(), count, MPI_DOUBLE, last, t, comm),
                        MPI_Recv(buffer.data(), count, MPI_DOUBLE, last, t, comm, MPI_STATUS_IGNORE);
                  if (rank == last)
                    MPI_Recv(buffer.data(), count, MPI_DOUBLE, 0, t, comm, MPI_STATUS_IGNORE),
                        MPI_Send(buffer.data(), count, MPI_DOUBLE, 0, t, comm);
                }
              }) /
         (2.0 * turns);
}

/// Writes and syncs a file in the working directory that has lost its name already. Whether that could be done.
bool write_file(std::vector<double> const& values) {
  char name[] = "mollis-measure-XXXXXX";
  int const file = mkstemp(name);
  if (file < 0) return false;
  unlink(name);
  auto const* bytes = reinterpret_cast<char const*>(values.data());
  auto left = static_cast<ssize_t>(values.size() * sizeof(double));
  ssize_t written = 0;
  while (left > 0 && (written = write(file, bytes, static_cast<std::size_t>(left))) > 0) {
    bytes += written;
    left -= written;
  }
  bool const synced = fsync(file) == 0;
  close(file);
  return left == 0 && synced;
}

/// Bytes a second of a rank while all write a file of their own. run::Error output_failed. Collective.
double file_bandwidth(MPI_Comm comm) {
  std::vector<double> const values(static_cast<std::size_t>(bulk), 1.0);
  int failed = 0;
  double const seconds = best(comm, [&] { failed = failed != 0 || !write_file(values) ? 1 : 0; });
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, comm);
  if (failed != 0)
    throw run::Error(run::Exit::output_failed,
                     "mollis info --measure: the working directory does not take 64 MiB of each rank; start it where "
                     "results will be");
  return 8.0 * static_cast<double>(bulk) / seconds;
}

}  // namespace

run::Exit measure(MPI_Comm comm) {
  run::Progress const progress(comm);
  auto const machine = run::machine_of(comm);
  double const share = machine.neighbours, copy = copy_bandwidth(comm), flops = operations(comm),
               write = file_bandwidth(comm);
  double const latency = message(comm, 1), bulk_message = message(comm, 1 << 20);
  double const network = bulk_message > latency ? 8.0 * (1 << 20) / (bulk_message - latency) : copy / 2.0;
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  int const nodes = std::max(1, machine.ranks / machine.neighbours);
  progress.say(fmt::format(
      "name = \"{}, {} rank(s) on {} node(s)\"\n"
      "sources = \"measured by mollis info --measure: copies, multiplications and files of 64 MiB by all ranks at "
      "once, messages between the first "
      "rank and the last{}\"\n"
      "ranks_per_node = {}\nmemory_bandwidth = {:.3g}      # of a node [byte/s]\nflops = {:.3g}                 # of a "
      "node [1/s]\n"
      "network_bandwidth = {:.3g}     # of a node [byte/s]\nlatency = {:.2g}               # of a message [s]\n"
      "file_bandwidth = {:.3g}        # of the file system, all nodes together [byte/s]\nfile_bandwidth_node = {:.3g}  "
      " # of a node to it [byte/s]\n"
      "band = 1.0                    # factor by which these may err",
      host, machine.ranks, nodes,
      machine.ranks == 1 ? "; one rank: network and latency are assumed"
      : nodes == 1       ? "; one node: they pass its memory"
                         : "",
      machine.neighbours, share * copy, share * flops, network, latency > 0.0 ? latency : 1e-6, share * write * nodes,
      share * write));
  return run::Exit::converged;
}

}  // namespace mollis::drivers

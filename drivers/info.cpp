// mollis info: versions and backends; also the smallest run there is (its memory is the price of the libraries).
#include "drivers/drivers.hpp"
#include "run/progress.hpp"
#include "run/provenance.hpp"
#include "run/stage.hpp"

#include <fmt/format.h>

namespace mollis::drivers {

run::Exit info(MPI_Comm comm) {
  run::Progress const progress(comm);
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  progress.say(run::as_text(run::versions()) + fmt::format("{:<18} {}\n{:<18} {:.1f} MB", "ranks", ranks, "resident memory", run::peak_memory() / 1e6));
  return run::Exit::converged;
}

}  // namespace mollis::drivers

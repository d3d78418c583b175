// mollis info: versions and backends; also the smallest run there is (its memory is the price of the libraries).
#include "drivers/drivers.hpp"
#include "io/format.hpp"
#include "run/progress.hpp"
#include "run/provenance.hpp"
#include "run/stage.hpp"

#include <fmt/format.h>

namespace mollis::drivers {
namespace {

std::string formats() {
  std::string text, absent;
  for (auto const* format : io::formats()) {
    if (format->built_in())
      text += (text.empty() ? "" : ", ") + format->name();
    else
      absent += fmt::format("{:<18} {} (install {} and build again)\n", "built without", format->name(), format->package());
  }
  return fmt::format("{:<18} {}\n", "formats", text) + absent;
}

}  // namespace

run::Exit info(MPI_Comm comm) {
  run::Progress const progress(comm);
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  progress.say(run::as_text(run::versions()) + formats() + fmt::format("{:<18} {}\n{:<18} {:.1f} MB", "ranks", ranks, "resident memory", run::peak_memory() / 1e6));
  return run::Exit::converged;
}

}  // namespace mollis::drivers

// mollis look FILE: what a file holds, and a deck to start from; mollis new FILE: that deck alone.
#include "drivers/drivers.hpp"
#include "look/draft.hpp"
#include "run/progress.hpp"

namespace mollis::drivers {
namespace {

/// Text of rank 0, which alone reads the file; the others learn of errors.
template <class Make>
run::Exit show(MPI_Comm comm, Make&& make) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  std::string text;
  run::collectively(comm, [&] {
    if (rank == 0) text = make();
  });
  run::Progress(comm).say(text);
  return run::Exit::converged;
}

}  // namespace

run::Exit look(MPI_Comm comm, std::string const& file) {
  return show(comm, [&] {
    auto const survey = mollis::look::survey(file);
    std::string text = mollis::look::report(survey) + "\n";
    try {
      return text + mollis::look::draft(survey);
    } catch (run::Error const& error) {
      return text + "# no deck to start from: " + error.what() + "\n";
    }
  });
}

run::Exit new_deck(MPI_Comm comm, std::string const& file) {
  return show(comm, [&] { return mollis::look::draft(mollis::look::survey(file)); });
}

}  // namespace mollis::drivers

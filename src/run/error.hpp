#pragma once
/// Errors that users see, with the exit code of the contract, and the way all ranks agree on them.
#include <mpi.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "run/place.hpp"

namespace mollis::run {

/// Exit codes of the program (sysexits where one fits).
enum class Exit : int {
  converged = 0, internal = 1, not_converged = 2, usage = 64, bad_data = 65, missing_input = 66, output_failed = 74,
  stopped_early = 75, bad_deck = 78
};

/// An error whose text is meant for the user: what, where, what to do. May span lines.
class Error : public std::runtime_error {
 public:
  /// blamed: the key at fault, where the text lacks its place because the thrower knows no deck; a caller adds it.
  Error(Exit code, std::string const& message, std::string blamed = "")
      : std::runtime_error(message), code_(code), blamed_(std::move(blamed)) {}
  Exit code() const { return code_; }
  std::string const& blamed() const { return blamed_; }

 private:
  Exit code_;
  std::string blamed_;
};

/// What is wrong with the deck at a place: bad_deck, or usage where an override stands there.
Error deck_error(Place const& place, std::string const& message);

/// Runs `work`; a run::Error out of it gets the place in front.
template <class Work>
auto placed(Place const& place, Work&& work) {
  try {
    return work();
  } catch (Error const& error) {
    throw Error(error.code(), line(place, error.what()));
  }
}

/// Runs `work` on every rank and shares the verdict: if it threw anywhere, the error of the lowest such rank is thrown
/// on all ranks. `work` itself must not communicate after a point where a single rank may throw. Collective on `comm`.
void collectively(MPI_Comm comm, std::function<void()> const& work);

}  // namespace mollis::run

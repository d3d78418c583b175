// mollis forward: synthetic observations. They share nothing with the inversion but the grid: states come from formulas
// or from finite differences on a finer grid, never through mollifiers.
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

#include "deck/experiments.hpp"
#include "drivers/drivers.hpp"
#include "forward/from_deck.hpp"
#include "forward/observe.hpp"
#include "io/owner.hpp"
#include "io/scratch.hpp"
#include "io/text.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "problem/sizes.hpp"
#include "results/restart.hpp"
#include "run/listen.hpp"

namespace mollis::drivers {
namespace {

/// Where localisations are drawn: in [grid] mask. Empty without them: values on the grid are written everywhere, the mask may be made of
/// them. Collective.
Field domain_of_molecules(grid::Grid const& grid, deck::Deck const& deck) {
  bool const any = std::any_of(deck.observations.begin(), deck.observations.end(),
                               [](auto const& named) { return named.second.kind == observations::Kind::localisations; });
  return any ? problem::make_mask(grid, deck.grid) : Field{};
}

struct AllObserved {
  std::vector<forward::Observed> states;  ///< in the order of the deck: one experiment after the other
  std::string how;                        ///< a line an experiment
};

/// Collective.
AllObserved observe_all(grid::Grid const& grid, deck::Deck const& deck, checkpoint::Keeper& keeper) {
  auto const molecules = domain_of_molecules(grid, deck);
  AllObserved all;
  for (auto const& one : deck::decks_of_experiments(deck)) {
    checkpoint::Keeper::Scope const scope(keeper, fmt::format("state {}", all.states.size()));   // the first one of this experiment
    auto const clean = forward::clean_states(grid, one, keeper);
    for (auto& state : forward::observe(grid, clean, one, molecules, static_cast<int>(all.states.size()))) {
      state.state = deck.observations.at(all.states.size()).first;
      all.states.push_back(std::move(state));
    }
    all.how += (all.how.empty() ? "" : "\n") + clean.how;
  }
  return all;
}

/// Checkpoints of a run that goes through time, in a directory beside the first data file, which goes with them.
class Checkpoints {
 public:
  Checkpoints(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command, io::DatasetFiles const& targets, run::Progress& progress,
              run::Stages& stages)
      : comm_(comm) {
    if (!forward::takes_steps(deck)) {
      refuse(deck, command);
      return;
    }
    directory_ = targets.path(0) + ".checkpoint";
    run::collectively(comm_, [&] {
      if (!is_root()) return;
      made_ = io::MadeDirectory(directory_);
      io::sweep(directory_);   // what killed runs left
    });
    results::Resumable const resumable{directory_, deck.observations.at(0).second.places.of("file"), "name another file",
                                       results::command_of("forward", deck), io::random_id(), [&deck] { return results::identity_of_forward(deck); }};
    keeper_ = results::make_keeper(comm, deck, resumable, command.restart, command.overwrite, progress, stages);
  }
  checkpoint::Keeper& keeper() { return *keeper_; }
  void finish() {
    keeper_->finish();
    if (!directory_.empty() && is_root()) rmdir(directory_.c_str());
  }

 private:
  bool is_root() const {
    int rank = 0;
    MPI_Comm_rank(comm_, &rank);
    return rank == 0;
  }
  /// Without steps there is nothing to go on from, and signals end the run.
  void refuse(deck::Deck const& deck, CommandLine const& command) {
    if (command.restart.wanted && !command.restart.automatic)
      throw run::Error(run::Exit::missing_input, deck.path + ": --restart: this [forward] takes no steps in time, so there is no checkpoint to go on "
                                                             "from; leave --restart out");
    run::stop_listening();
  }

  MPI_Comm comm_;
  std::string directory_;
  io::MadeDirectory made_;   ///< on rank 0
  std::shared_ptr<checkpoint::Keeper> keeper_ = std::make_shared<checkpoint::Keeper>();
};

}  // namespace

run::Exit forward(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command, run::Stages& stages) {
  run::Progress progress(comm, command.listener);
  auto targets = forward::take_files(comm, deck, command.overwrite);
  Checkpoints checkpoints(comm, deck, command, targets, progress, stages);
  auto const grid = problem::make_data_grid(comm, deck);
  problem::require_room(deck, problem::obstacle(grid, forward::bytes_per_point(deck), run::machine_of(comm)));
  auto const observed = observe_all(grid, deck, checkpoints.keeper());
  std::vector<std::string> files;
  try {
    files = forward::write_observations(grid, deck, observed.states, targets);
  } catch (run::Error const&) {
    checkpoints.keeper().write_now();   // for the time when there is room for the data
    throw;
  }
  checkpoints.finish();

  if (grid.rank() != 0) return run::Exit::converged;
  fmt::print("{}\n", observed.how);
  for (auto const& state : observed.states)
    fmt::print("{}: standard deviation {:.6g}, {}, seed {}\n", state.state, state.clean_deviation,
               state.drawn > 0 ? fmt::format("{} localisations", state.drawn)
                               : fmt::format("noise {:.6g}, dropout {:g}", state.sigma, deck.forward.dropout),
               deck.forward.seed);
  for (auto const& file : files) fmt::print("wrote {}\n", file);
  return run::Exit::converged;
}

}  // namespace mollis::drivers

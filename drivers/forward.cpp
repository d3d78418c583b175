// mollis forward: synthetic observations. They share nothing with the inversion but the grid: states come from formulas
// or from finite differences on a finer grid, never through mollifiers.
#include <fmt/format.h>

#include <algorithm>

#include "deck/experiments.hpp"
#include "drivers/drivers.hpp"
#include "forward/from_deck.hpp"
#include "forward/observe.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "problem/sizes.hpp"

namespace mollis::drivers {
namespace {

/// Where localisations are drawn: in [grid] mask. Empty without them: values on the grid are written everywhere, the mask may be made of
/// them. Collective.
Field domain_of_molecules(grid::Grid const& grid, deck::Deck const& deck) {
  bool const any = std::any_of(deck.observations.begin(), deck.observations.end(),
                               [](auto const& named) { return named.second.kind == observations::Kind::localisations; });
  return any ? problem::make_mask(grid, deck.grid) : Field{};
}

}  // namespace

run::Exit forward(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command) {
  auto targets = forward::take_files(comm, deck, command.overwrite);
  auto const grid = problem::make_data_grid(comm, deck);
  problem::require_room(deck, problem::obstacle(grid, forward::bytes_per_point(deck), run::machine_of(comm)));
  auto const molecules = domain_of_molecules(grid, deck);
  std::vector<forward::Observed> observed;
  std::string how;
  for (auto const& one : deck::decks_of_experiments(deck)) {
    auto const clean = forward::clean_states(grid, one);
    for (auto& state : forward::observe(grid, clean, one, molecules, static_cast<int>(observed.size()))) {
      state.state = deck.observations.at(observed.size()).first;  // one experiment after the other
      observed.push_back(std::move(state));
    }
    how += (how.empty() ? "" : "\n") + clean.how;
  }
  auto const files = forward::write_observations(grid, deck, observed, targets);

  if (grid.rank() != 0) return run::Exit::converged;
  fmt::print("{}\n", how);
  for (auto const& state : observed)
    fmt::print("{}: standard deviation {:.6g}, {}, seed {}\n", state.state, state.clean_deviation,
               state.drawn > 0 ? fmt::format("{} localisations", state.drawn)
                               : fmt::format("noise {:.6g}, dropout {:g}", state.sigma, deck.forward.dropout),
               deck.forward.seed);
  for (auto const& file : files) fmt::print("wrote {}\n", file);
  return run::Exit::converged;
}

}  // namespace mollis::drivers

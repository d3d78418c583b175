// mollis check: validate, print the effective deck, decomposition and memory estimate; data are described, not read (describe_data.hpp); nothing is run or written.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "deck/effective.hpp"
#include "drivers/describe_data.hpp"
#include "drivers/drivers.hpp"
#include "drivers/job_time.hpp"
#include "problem/compile.hpp"
#include "problem/lengths.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "problem/memory.hpp"
#include "problem/sizes.hpp"
#include "results/describe.hpp"
#include "run/progress.hpp"

namespace mollis::drivers {
namespace {

std::string blocks(grid::Grid const& grid) {
  std::string text;
  for (int a = 0; a < grid.dimension(); ++a) {
    Index least = grid.axis(a).size(), most = 0;
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      least = std::min(least, grid.block_range(a, b).size());
      most = std::max(most, grid.block_range(a, b).size());
    }
    text += fmt::format("\n#   {}: {} block(s) of {}{} points", grid.axis(a).name, grid.decomposition().ranks[static_cast<std::size_t>(a)],
                        least, most > least ? fmt::format(" to {}", most) : "");
  }
  return text;
}

}  // namespace

run::Exit check(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command) {
  run::Progress const progress(comm, command.listener);
  auto const system = problem::compile(deck, problem::everywhere(deck));
  auto const grid = problem::make_grid(comm, deck);
  problem::check_lengths(deck, grid, system);
  auto const obstacle = problem::obstacle(deck, grid, system, run::machine_of(comm));
  bool const of_ranks = obstacle && obstacle->of != problem::Obstacle::Of::indices;  // matters where the deck is run, not here
  if (!of_ranks) problem::require_room(deck, obstacle);
  auto const data = describe_data(comm, deck);
  auto const inside = problem::has_factors(deck, grid, system) ? problem::points_inside(grid, deck.grid) : std::vector<char>();  // of a grid that is small
  auto const factors = problem::factors_of(deck, grid, system, inside);
  auto const memory = problem::memory_of(deck, grid, system, inside);
  double const points = static_cast<double>(grid.points()), ranks = grid.ranks();
  std::string residuals;
  for (auto const& text : system.text) residuals += "\n#   " + text;
  progress.say(deck::effective(deck));
  progress.say(fmt::format("# {}\n# residuals{}\n# decomposition{}\n# memory: about {:.0f} bytes a point, {:.3g} MB a rank, {:.3g} MB in "
                           "all, beside what mollis info takes",
                           results::describe(grid), residuals, blocks(grid), memory.a_point, memory.of(points / ranks) / 1e6,
                           (memory.a_point * points + memory.a_rank * ranks) / 1e6));
  if (factors && !factors->from_start)
    progress.say(fmt::format("# where averages do not serve, the Hessian of the fit is factorised: {:.3g} MB more {}", factors->bytes / 1e6,
                             factors->on_each ? "on each rank" : "in all"));
  auto const job = describe_job(deck.path, grid, memory, command.job);
  if (!job.empty()) progress.say(job.substr(1));
  std::string time;
  run::collectively(comm, [&] {
    if (grid.rank() == 0) time = describe_time(deck, grid, command.job);
  });
  if (!time.empty()) progress.say(time.substr(1));
  if (!data.empty()) progress.say(data.substr(1));
  if (of_ranks) progress.say("# too large for these ranks: " + obstacle->what);
  progress.say("# the deck is valid");
  return run::Exit::converged;
}

}  // namespace mollis::drivers

// mollis check: validate, print the effective deck, decomposition and memory estimate; data are described, not read; nothing is run or written.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "deck/effective.hpp"
#include "drivers/drivers.hpp"
#include "drivers/job_time.hpp"
#include "io/read.hpp"
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

/// Whether rank 0 sees such a file. Collective.
bool is_there(grid::Grid const& grid, std::string const& file) {
  std::error_code ignored;
  int there = grid.rank() == 0 && std::filesystem::exists(file, ignored);
  MPI_Bcast(&there, 1, MPI_INT, 0, grid.comm());
  return there != 0;
}

/// Data on a grid that are there are held against its shape; values are not read. Lines on what was not held: files that are not there yet, and what
/// `mollis forward` would write anew. run::Error of other data of another shape. Collective.
std::string describe_data(MPI_Comm comm, deck::Deck const& deck) {
  auto const grid = problem::make_data_grid(comm, deck);
  std::set<std::string> files;  // that are not there
  std::string lines;
  for (auto const& [name, observation] : deck.observations) {
    if (observation.kind == observations::Kind::none) continue;
    if (!is_there(grid, observation.file)) {
      if (files.insert(observation.file).second) lines += fmt::format("\n# [observations.{}] file: {}: not there yet, so not looked at", name, observation.file);
      continue;
    }
    if (observation.kind != observations::Kind::grid) continue;
    try {
      io::require_shape(grid, observation.source());
    } catch (run::Error const& error) {
      if (!deck.has_forward) throw;
      lines += fmt::format("\n# as it is, before mollis forward: {}", error.what());
    }
  }
  return lines;
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
    progress.say(fmt::format("# where averages do not serve a joint fit, its Hessian is factorised: {:.3g} MB more {}", factors->bytes / 1e6,
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

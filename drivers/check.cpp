// mollis check: validate, print the effective deck, decomposition and memory estimate; nothing is run or written.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "deck/effective.hpp"
#include "drivers/drivers.hpp"
#include "estimators/methods.hpp"
#include "problem/compile.hpp"
#include "problem/make_grid.hpp"
#include "results/describe.hpp"
#include "run/progress.hpp"

namespace mollis::drivers {
namespace {

/// Doubles a grid point that a joint fit holds, from measured peaks (docs/joint.md): on the lattice the jets with the passes
/// that make them, vectors of the solvers, and along each open axis the preconditioner's factors (7 floats a row and pair of
/// unknowns); on the grid the partials and their products.
double joint_doubles_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  double lattice = 1.0, open = 0.0;
  for (auto const& axis : grid.axes())
    if (!axis.periodic && axis.reflection == grid::Reflection::none) {
      lattice *= 1.0 + (deck.joint.spline_degree - 1.0) / static_cast<double>(axis.size());
      open += 1.0;
    }
  auto const states = static_cast<double>(deck.observations.size()), features = static_cast<double>(system.by_state.size());
  auto const fields = static_cast<double>(std::count_if(deck.parameters.begin(), deck.parameters.end(), [&](auto const& parameter) {
    return parameter.second.over.size() == deck.grid.axes.size();
  }));
  double const along = 0.5 * deck.joint.spline_degree * (states + fields) * (states + fields) + 6.0;
  return lattice * (2.0 * features + 16.0 * states + 18.0 * fields + open * along) + 2.0 * features;
}

/// Doubles a grid point that an inversion holds at its peak: data, one field a feature and a partial derivative, their
/// gradient and weights, the normal matrix (row of the smoothness stencil, 12 bytes an entry) with its multigrid levels.
double doubles_per_point(deck::Deck const& deck, equation::System const& system) {
  double const fields = static_cast<double>(deck.observations.size() + system.features.size() + system.by_state.size() +
                                            system.by_parameter.size() + 4 * static_cast<std::size_t>(system.residuals));
  double matrix = 0.0;
  for (auto const& [name, parameter] : deck.parameters) {
    if (parameter.over.size() < deck.grid.axes.size()) continue;
    double const axes = static_cast<double>(parameter.over.size());
    double const stencil = parameter.smoothness_order == 1 ? 2.0 * axes + 1.0 : 2.0 * axes * axes + 2.0 * axes + 1.0;
    matrix += 1.5 * stencil * 2.5;
  }
  return fields + matrix;
}

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

run::Exit check(MPI_Comm comm, deck::Deck const& deck) {
  run::Progress const progress(comm);
  auto const everywhere = problem::Dependence(deck.fields.size(), std::vector<bool>(deck.grid.axes.size(), true));
  auto const system = problem::compile(deck, everywhere);
  auto const grid = problem::make_grid(comm, deck);
  bool const joint = estimators::method_named(deck.inversion.method).fits_states;
  double const bytes = 8.0 * (joint ? joint_doubles_per_point(deck, grid, system) : doubles_per_point(deck, system));
  double const points = static_cast<double>(grid.points());
  std::string residuals;
  for (auto const& text : system.text) residuals += "\n#   " + text;
  progress.say(deck::effective(deck));
  progress.say(fmt::format("# {}\n# residuals{}\n# decomposition{}\n# memory: about {:.0f} bytes a point, {:.3g} MB a rank, {:.3g} MB in "
                           "all, beside the libraries' own",
                           results::describe(grid), residuals, blocks(grid), bytes, bytes * points / grid.ranks() / 1e6, bytes * points / 1e6));
  progress.say("# the deck is valid");
  return run::Exit::converged;
}

}  // namespace mollis::drivers

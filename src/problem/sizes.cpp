#include "problem/sizes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "deck/problems.hpp"
#include "estimators/methods.hpp"
#include "grid/open_axis.hpp"
#include "problem/memory.hpp"

namespace mollis::problem {
namespace {

using Lengths = std::vector<double>;                        ///< points along each axis
using Count = std::function<double(Lengths const& lengths)>;

struct Counted {
  std::string what;
  Count count;
};

double product(Lengths const& lengths) {
  double result = 1.0;
  for (double const n : lengths) result *= n;
  return result;
}

Lengths lengths_of(grid::Grid const& grid) {
  Lengths lengths;
  for (auto const& axis : grid.axes()) lengths.push_back(static_cast<double>(axis.size()));
  return lengths;
}

/// Points of the largest block.
double largest_block(grid::Grid const& grid) {
  Lengths widest;
  for (int a = 0; a < grid.dimension(); ++a) {
    Index most = 0;
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b)
      most = std::max(most, grid.block_range(a, b).size());
    widest.push_back(static_cast<double>(most));
  }
  return product(widest);
}

bool covers(deck::Parameter const& parameter, std::string const& axis) {
  return std::find(parameter.over.begin(), parameter.over.end(), axis) != parameter.over.end();
}

Count parameters_of(deck::Deck const& deck) {
  return [&deck](Lengths const& lengths) {
    double sum = 0.0;
    for (auto const& [name, parameter] : deck.parameters) {
      double points = 1.0;
      for (std::size_t a = 0; a < lengths.size(); ++a) points *= covers(parameter, deck.grid.axes[a]) ? lengths[a] : 1.0;
      sum += points;
    }
    return sum;
  };
}

/// Splines of the joint method reach past open ends along the axes that its states are differentiated along.
Count coefficients_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  Lengths margins(grid.axes().size(), 0.0);
  for (auto const& feature : system.features)
    for (std::size_t a = 0; a < margins.size(); ++a)
      if (feature.kind == equation::Feature::Kind::state && feature.order[a] > 0 && is_open(grid.axes()[a]))
        margins[a] = deck.joint.spline_degree - 1.0;
  auto const states = static_cast<double>(deck.observations.size());
  return [margins, states](Lengths lengths) {
    for (std::size_t a = 0; a < margins.size(); ++a) lengths[a] += margins[a];
    return states * product(lengths);
  };
}

/// Whether J^T W J is made from an assembled J: where parameters are differentiated, or do not all share their axes.
bool assembles_jacobian(deck::Deck const& deck, equation::System const& system) {
  bool const derived = std::any_of(system.features.begin(), system.features.end(), [](auto const& feature) {
    return feature.kind == equation::Feature::Kind::parameter && feature.order != mollifier::MultiIndex{};
  });
  return derived || std::any_of(deck.parameters.begin(), deck.parameters.end(), [&](auto const& named) {
           return named.second.over != deck.parameters.front().second.over;
         });
}

std::vector<Counted> counted(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const& method = estimators::method_named(deck.inversion.method);
  auto const parameters = parameters_of(deck);
  std::vector<Counted> all{{"values of parameters", parameters}};
  if (method.couples_points && assembles_jacobian(deck, system))
    all.push_back({"rows of the Jacobian (a residual at a point each)",
                   [n = system.residuals](Lengths const& lengths) { return n * product(lengths); }});
  if (method.fits_states)
    all.push_back({"unknowns (states on the lattice of splines, and parameters)",
                   [parameters, states = coefficients_of(deck, grid, system)](Lengths const& lengths) {
                     return states(lengths) + parameters(lengths);
                   }});
  return all;
}

/// The grid of about this shape whose count is the largest within `most`.
std::vector<Index> largest_grid(Lengths const& lengths, Count const& count, double most) {
  auto const scaled = [&](double factor) {
    Lengths smaller;
    for (double const n : lengths) smaller.push_back(std::max(std::floor(n * factor), std::min(n, 2.0)));
    return smaller;
  };
  double fits = 0.0, fails = 1.0;
  for (int step = 0; step < 60; ++step) (count(scaled(0.5 * (fits + fails))) <= most ? fits : fails) = 0.5 * (fits + fails);
  std::vector<Index> largest;
  for (double const n : scaled(fits)) largest.push_back(static_cast<Index>(n));
  return largest;
}

/// Entries of the largest matrix on a rank: the smoothness form, or the Jacobian.
double matrix_entries(deck::Deck const& deck, equation::System const& system, double block) {
  double entries = 0.0;
  for (auto const& [name, parameter] : deck.parameters)
    if (parameter.over.size() == deck.grid.axes.size()) entries += block * entries_a_row(parameter);
  if (!assembles_jacobian(deck, system)) return entries;
  double row = 0.0;
  for (auto const& partial : system.by_parameter) {
    double taps = 1.0;
    for (int const order : system.features[static_cast<std::size_t>(partial.feature)].order) taps *= 2.0 * ((order + 1) / 2) + 1.0;
    row += taps;
  }
  return std::max(entries, row * block);
}

/// The advice where a rank's part is `excess` times too large.
std::string spread(run::Machine const& machine, double excess, char const* like_these = "") {
  constexpr double most = 1e5;  // ranks that anyone has
  double const ranks = std::ceil(machine.ranks * excess);
  return ranks > most ? "choose fewer points" : fmt::format("start {:.0f} ranks or more{}, or choose fewer points", ranks, like_these);
}

void keep_worst(std::optional<Obstacle>& worst, Obstacle::Of of, double excess, std::string const& what) {
  if (excess > 1.0 && (!worst || excess > worst->excess)) worst = Obstacle{of, what, excess};
}

}  // namespace

std::optional<Obstacle> obstacle(grid::Grid const& grid, double bytes, run::Machine const& machine) {
  std::optional<Obstacle> worst;
  double const block = largest_block(grid), crowd = block / machine.counts;
  keep_worst(worst, Obstacle::Of::counts, crowd,
             fmt::format("{:.3g} points on one of {} rank(s), and files and messages count {:.2g}; {}", block, machine.ranks,
                         machine.counts, spread(machine, crowd)));
  double const share = machine.memory / machine.neighbours, needed = bytes * block;
  if (share <= 0.0) return worst;
  keep_worst(worst, Obstacle::Of::memory, needed / share,
             fmt::format("about {:.3g} GB on one of {} rank(s), which has {:.3g} GB ({} on a machine of {:.3g} GB); {}",
                         needed / 1e9, machine.ranks, share / 1e9, machine.neighbours, machine.memory / 1e9,
                         spread(machine, needed / share, " with as much memory each")));
  return worst;
}

std::optional<Obstacle> obstacle(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system,
                                 run::Machine const& machine) {
  auto const lengths = lengths_of(grid);
  auto const all = counted(deck, grid, system);
  auto const most = std::max_element(all.begin(), all.end(), [&](auto const& a, auto const& b) { return a.count(lengths) < b.count(lengths); });
  double const n = most->count(lengths);
  if (n > machine.indices)
    return Obstacle{Obstacle::Of::indices,
                    fmt::format("{:.3g} {} are more than this PETSc's {}-bit indices count ({:.2g}); the largest grid of this "
                                "shape is about [{}]{}",
                                n, most->what, machine.index_bits, machine.indices,
                                fmt::join(largest_grid(lengths, most->count, machine.indices), ", "),
                                machine.index_bits < 64 ? "; larger ones need a PETSc configured --with-64-bit-indices" : ""),
                    n / machine.indices};
  auto const memory = memory_of(deck, grid, system);
  auto worst = obstacle(grid, memory.of(largest_block(grid)) / std::max(largest_block(grid), 1.0), machine);
  double const entries = matrix_entries(deck, system, largest_block(grid));
  keep_worst(worst, Obstacle::Of::counts, entries / machine.indices,
             fmt::format("{:.3g} entries of a matrix on one of {} rank(s), and this PETSc's {}-bit indices count {:.2g}; {}",
                         entries, machine.ranks, machine.index_bits, machine.indices, spread(machine, entries / machine.indices)));
  return worst;
}

void require_room(deck::Deck const& deck, std::optional<Obstacle> const& obstacle) {
  constexpr double gross = 2.0;
  if (!obstacle || (obstacle->of == Obstacle::Of::memory && obstacle->excess < gross)) return;
  deck::Problems problems;
  problems.add(deck.grid.places.of(deck.grid.coordinate_file.empty() ? "points" : "coordinates"), obstacle->what);
  problems.raise();
}

}  // namespace mollis::problem

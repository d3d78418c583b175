#include "problem/make_grid.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "deck/problems.hpp"
#include "io/read.hpp"
#include "run/error.hpp"

namespace mollis::problem {
namespace {

using run::Error;
using run::Exit;

grid::Axis axis_from_file(MPI_Comm comm, deck::Grid const& grid, std::size_t a) {
  auto const& name = grid.axes[a];
  auto const& dataset = grid.coordinate_datasets[a];
  auto const period = grid.period.find(name);
  auto const place = grid.places.of("coordinates");
  auto values = run::placed(place, [&] {
    return io::read_axis(comm, {grid.coordinate_file, dataset, grid.coordinate_part}, name, name == "t" ? grid.time_unit : "");
  });
  bool const falls = values.size() > 1 && std::is_sorted(values.rbegin(), values.rend()) && values.front() > values.back();
  if (falls && name != "t") std::reverse(values.begin(), values.end());
  try {
    auto axis = grid::axis_from_coordinates(name, std::move(values), period == grid.period.end() ? 0.0 : period->second);
    axis.falls = falls;
    return axis;
  } catch (std::invalid_argument const& reason) {
    throw Error(Exit::bad_data, run::line(place, fmt::format("{}: {}: {}{}", grid.coordinate_file, dataset, reason.what(),
                                                                 falls && name == "t" ? "; they decrease: turn them round, and all data along this axis with "
                                                                                        "them (xarray: sortby)" : "")));
  }
}

std::vector<grid::Axis> make_axes(MPI_Comm comm, deck::Grid const& grid) {
  std::vector<grid::Axis> axes;
  for (std::size_t a = 0; a < grid.axes.size(); ++a) {
    auto const& name = grid.axes[a];
    bool const periodic = std::find(grid.periodic.begin(), grid.periodic.end(), name) != grid.periodic.end();
    axes.push_back(grid.coordinate_file.empty()
                       ? grid::uniform_axis(name, grid.points[a], grid.lower[a], grid.upper[a], periodic)
                       : axis_from_file(comm, grid, a));
    auto const reflect = grid.reflect.find(name);
    if (reflect != grid.reflect.end())
      axes.back().reflection = reflect->second == "even" ? grid::Reflection::even : grid::Reflection::odd;
  }
  return axes;
}

/// The deck's own cut, checked against the ranks and the points.
grid::Decomposition given_cut(deck::Grid const& deck, std::vector<grid::Axis> const& axes, int ranks) {
  auto const& cut = deck.decomposition;
  deck::Problems problems;
  auto const bad = [&](std::string const& what) { problems.add(deck.places.of("decomposition"), what); };
  Index const blocks = std::accumulate(cut.begin(), cut.end(), Index{1}, std::multiplies<>());
  if (blocks > ranks)
    bad(fmt::format("[{}] is {} blocks for {} ranks; start at least {} ranks or use fewer blocks", fmt::join(cut, ", "),
                          blocks, ranks, blocks));
  for (std::size_t a = 0; a < axes.size(); ++a)
    if (cut[a] > axes[a].size())
      bad(fmt::format("{0} blocks along {1}, which has {2} points; use a grid of at least {0} points along {1} or at most "
                            "{2} blocks", cut[a], axes[a].name, axes[a].size()));
  problems.raise();
  return grid::Decomposition{cut};
}

}  // namespace

observations::Factors factors_of(deck::Grid const& grid) {
  observations::Factors factors;
  for (auto const& axis : grid.axes) {
    auto const found = grid.refine.find(axis);
    factors.push_back(found == grid.refine.end() ? 1 : found->second);
  }
  bool const any = std::any_of(factors.begin(), factors.end(), [](Index factor) { return factor > 1; });
  return any ? factors : observations::Factors();
}

grid::Grid make_grid(MPI_Comm comm, deck::Deck const& deck) {
  auto axes = make_axes(comm, deck.grid);
  auto const factors = factors_of(deck.grid);
  for (std::size_t a = 0; a < factors.size(); ++a) axes[a] = grid::refined(axes[a], factors[a]);
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  auto const cut = deck.grid.decomposition.empty() ? grid::decompose(axes, ranks) : given_cut(deck.grid, axes, ranks);
  return grid::Grid(comm, std::move(axes), cut);
}

grid::Grid make_data_grid(MPI_Comm comm, deck::Deck const& deck) {
  auto plain = deck;
  plain.grid.refine.clear();
  return make_grid(comm, plain);
}

}  // namespace mollis::problem

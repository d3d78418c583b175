#include "forward/localise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "grid/cells.hpp"
#include "random/white_noise.hpp"
#include "run/error.hpp"

namespace mollis::forward {
namespace {

constexpr Index most = 1 << 20;                 ///< in a cell: so many events have numbers of their own
constexpr std::size_t draws = 1 + max_axes;  ///< a waiting time and a place

/// Uniform numbers of one event of a cell.
std::array<double, draws + 1> numbers_of(random::Stream const& stream, Index cell, Index event) {
  std::array<double, draws + 1> numbers{};
  for (std::size_t k = 0; k < numbers.size(); k += 2) {
    auto const pair = random::uniform(stream, (cell * most + event) * static_cast<Index>(numbers.size() / 2) + static_cast<Index>(k / 2));
    numbers[k] = pair[0];
    numbers[k + 1] = pair[1];
  }
  return numbers;
}

/// The rows of all ranks on rank 0, each with the number of its cell in front, sorted by it.
Rows gathered(MPI_Comm comm, std::vector<double> const& own, std::size_t axes) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  std::vector<int> counts(static_cast<std::size_t>(ranks), 0), starts(counts.size(), 0);
  int const count = static_cast<int>(own.size());
  MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, comm);
  if (std::accumulate(counts.begin(), counts.end(), Index{0}) > std::numeric_limits<int>::max())
    throw run::Error(run::Exit::bad_deck, "more localisations than one table takes (2^31 numbers); lower the density", "density");
  for (std::size_t r = 1; r < counts.size(); ++r) starts[r] = starts[r - 1] + counts[r - 1];
  std::vector<double> all(rank == 0 ? static_cast<std::size_t>(starts.back() + counts.back()) : 0);
  MPI_Gatherv(own.data(), count, MPI_DOUBLE, all.data(), counts.data(), starts.data(), MPI_DOUBLE, 0, comm);
  std::size_t const width = axes + 1;
  std::vector<std::size_t> order(all.size() / width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return all[a * width] < all[b * width]; });
  Rows columns(axes);
  for (std::size_t const row : order)
    for (std::size_t a = 0; a < axes; ++a) columns[a].push_back(all[row * width + 1 + a]);
  return columns;
}

}  // namespace

Rows draw_localisations(grid::Grid const& grid, Field const& density, std::uint64_t seed, int which_state) {
  random::Stream const stream{seed, static_cast<std::uint32_t>(which_state), random::Stream::Purpose::events};
  grid::Cells const cells(grid);
  auto const values = on_host(density);
  auto const axes = grid.axes().size();
  std::vector<double> own;
  run::collectively(grid.comm(), [&] {
    random::for_each_point(grid, [&](Index n, Index cell) {
      double const mean = values(static_cast<std::size_t>(n)) * cells.volume(n);
      if (!(mean >= 0.0 && mean < 0.9 * static_cast<double>(most)))
        throw run::Error(run::Exit::bad_deck, fmt::format("a cell would hold {:.4g} localisations: from 0 to some 900000 can be drawn; choose "
                                                          "another offset and gain", mean), "density");
      // Events one after the other, exponential times apart, until the time of the cell is over.
      double time = 0.0;
      for (Index event = 0;; ++event) {
        auto const numbers = numbers_of(stream, cell, event);
        time -= std::log(numbers[0]);
        if (time > mean) break;
        own.push_back(static_cast<double>(cell));
        Index rest = cell;
        std::vector<double> place(axes);
        for (int a = grid.dimension() - 1; a >= 0; --a) {
          Index const point = rest % grid.axis(a).size();
          rest /= grid.axis(a).size();
          double const low = cells.lower(a, point), share = numbers[static_cast<std::size_t>(1 + a)];
          place[static_cast<std::size_t>(a)] = low + share * (cells.upper(a, point) - low);
        }
        own.insert(own.end(), place.begin(), place.end());
      }
    });
  });
  return gathered(grid.comm(), own, axes);
}

}  // namespace mollis::forward

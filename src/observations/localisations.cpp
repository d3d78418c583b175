#include "observations/localisations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "grid/cells.hpp"
#include "io/table.hpp"
#include "observations/count_noise.hpp"
#include "observations/made.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

constexpr Index piece = 1 << 18;  ///< rows that a rank reads at once

/// Reads and counts, piece by piece.
class Census {
 public:
  Census(grid::Grid const& grid, Settings const& observation)
      : grid_(grid), observation_(observation), cells_(grid), counts_(static_cast<std::size_t>(grid.local_size()), 0.0),
        ranges_(grid.axes().size(), {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    for (auto const& axis : grid.axes()) {
      columns_.push_back(observation.columns.at(axis.name));
      auto const scale = observation.scale.find(axis.name);
      scale_.push_back(scale == observation.scale.end() ? 1.0 : scale->second);
    }
  }

  /// Counts over the local box. Collective.
  std::vector<double> const& take() {
    Index const first = run::placed(observation_.places.of("file"), [&] {
      return io::read_in_pieces(grid_.comm(), observation_.file, columns_, piece, [&](auto const& columns) { add(columns); });
    });
    Index sums[3] = {rows_, outside_, broken_}, row = broken_ > 0 ? first + first_broken_ : std::numeric_limits<Index>::max();
    MPI_Allreduce(MPI_IN_PLACE, sums, 3, MPI_INT64_T, MPI_SUM, grid_.comm());
    MPI_Allreduce(MPI_IN_PLACE, &row, 1, MPI_INT64_T, MPI_MIN, grid_.comm());
    rows_ = sums[0];
    outside_ = sums[1];
    if (sums[2] > 0)
      fail(fmt::format("{} of {} localisations have coordinates that are not finite (the first is row {}); remove them", sums[2], rows_, row + 1));
    if (outside_ == rows_) refuse_elsewhere();
    return counts_;
  }
  grid::Cells const& cells() const { return cells_; }
  Index outside() const { return outside_; }
  [[noreturn]] void fail(std::string const& what) const {
    throw run::Error(run::Exit::bad_data, run::line(observation_.places.of("file"), fmt::format("{}: {}", observation_.file, what)));
  }

 private:
  void add(std::vector<std::vector<double>> const& columns) {
    std::vector<Index> named;
    std::vector<double> place(columns.size());
    for (std::size_t row = 0; row < columns.front().size(); ++row, ++rows_) {
      bool finite = true;
      for (std::size_t a = 0; a < columns.size(); ++a) {
        place[a] = columns[a][row] * scale_[a];
        finite = finite && std::isfinite(place[a]);
        ranges_[a] = {std::min(ranges_[a][0], place[a]), std::max(ranges_[a][1], place[a])};
      }
      if (!finite) {
        if (broken_++ == 0) first_broken_ = rows_;
        continue;
      }
      Index const cell = cells_.find(place.data());
      if (cell < 0)
        ++outside_;
      else
        named.push_back(cell);
    }
    grid::count_cells(grid_, cells_, named, counts_);
  }

  [[noreturn]] void refuse_elsewhere() {
    std::string text;
    for (std::size_t a = 0; a < ranges_.size(); ++a) {
      auto const& axis = grid_.axes()[a];
      MPI_Allreduce(MPI_IN_PLACE, &ranges_[a][0], 1, MPI_DOUBLE, MPI_MIN, grid_.comm());
      MPI_Allreduce(MPI_IN_PLACE, &ranges_[a][1], 1, MPI_DOUBLE, MPI_MAX, grid_.comm());
      text += fmt::format("{}{} from {} to {}, the grid from {} to {}", a > 0 ? "; " : "", axis.name, ranges_[a][0], ranges_[a][1], axis.front(),
                          axis.back());
    }
    fail(fmt::format("none of its {} localisations lies on the grid: they have {}; write scale where the units differ, or another grid", rows_, text));
  }

  grid::Grid const& grid_;
  Settings const& observation_;
  grid::Cells cells_;
  std::vector<std::string> columns_;
  std::vector<double> scale_, counts_;
  std::vector<std::array<double, 2>> ranges_;  ///< of finite coordinates, in the units of the axes
  Index rows_ = 0, outside_ = 0, broken_ = 0, first_broken_ = 0;
};

/// What the deck says of the noise, a factor over Poisson's; without a word what the counts tell.
double factor_of(Noise const& noise, grid::Grid const& grid, Field const& counts, Field const& volumes) {
  auto const* const given = std::get_if<Counts>(&noise);
  return given != nullptr ? given->gain : dispersion(grid, counts, volumes);
}

}  // namespace

State read_localisations(grid::Grid const& grid, std::string const& name, Settings const& observation, Field const& mask) {
  Census census(grid, observation);
  auto const& seen = census.take();
  auto const inside = on_host(mask);
  auto const observed = [&](std::size_t i) { return inside.extent(0) == 0 || inside(i) != 0.0; };
  Field const counts = made(grid, "localisations", [&](std::size_t i) { return observed(i) ? seen[i] : NAN; });
  Field const volumes = made(grid, "localisations", [&](std::size_t i) { return census.cells().volume(static_cast<Index>(i)); });
  Localisations found;
  found.outside = census.outside();
  for (std::size_t i = 0; i < seen.size(); ++i) (observed(i) ? found.counted : found.masked) += static_cast<Index>(seen[i]);
  Index sums[2] = {found.counted, found.masked};
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_INT64_T, MPI_SUM, grid.comm());
  found.counted = sums[0];
  found.masked = sums[1];
  if (found.counted == 0) census.fail(fmt::format("all of the {} localisations on the grid lie outside the mask; nothing was observed", found.masked));
  found.dispersion = factor_of(observation.noise, grid, counts, volumes);

  State state;
  state.name = name;
  state.about = observation.about;
  state.automatic = std::holds_alternative<run::Automatic>(observation.noise);
  state.walls.assign(grid.axes().size(), {false, false});
  auto const n = on_host(counts), volume = on_host(volumes), expected = on_host(expected_counts(grid, counts, volumes));
  auto const sigma = [&](std::size_t i) { return std::sqrt(found.dispersion * expected(i)) / (volume(i) * observation.density.gain); };
  double information[2] = {0.0, 0.0};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!observed(i)) continue;
    information[0] += 1.0;
    information[1] += 1.0 / (sigma(i) * sigma(i));
  }
  MPI_Allreduce(MPI_IN_PLACE, information, 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  state.sigma = std::sqrt(information[0] / information[1]);
  state.shape = made(grid, "localisations", [&](std::size_t i) { return observed(i) ? sigma(i) / state.sigma : 1.0; });
  state.data = made(grid, "localisations", [&](std::size_t i) { return (n(i) / volume(i) - observation.density.offset) / observation.density.gain - state.about; });
  state.gaps = grid.points() - static_cast<Index>(information[0]);
  state.localisations = found;
  return state;
}

}  // namespace mollis::observations

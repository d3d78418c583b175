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
#include "observations/spread_count.hpp"
#include "observations/table_ends.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

constexpr Index piece = 1 << 18;  ///< rows that a rank reads at once

/// Reads and counts, piece by piece.
class Census {
 public:
  Census(grid::Grid const& grid, Settings const& observation)
      : grid_(grid), observation_(observation), cells_(grid), widened_(grid, cells_), ends_(grid, cells_), counts_(static_cast<std::size_t>(grid.local_size()), 0.0),
        ranges_(grid.axes().size(), {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    for (auto const& axis : grid.axes()) {
      columns_.push_back(observation.columns.at(axis.name));
      scale_.push_back(given(observation.scale, axis.name, 1.0));
    }
    for (auto const& axis : grid.axes()) {
      auto const column = given(observation.columns, "sigma_" + axis.name, axis.name == "t" ? "" : given(observation.columns, "sigma", std::string()));
      deviation_scale_.push_back(given(observation.scale, "sigma_" + axis.name, given(observation.scale, "sigma", scale_[deviation_scale_.size()])));
      deviations_.push_back(-1);
      if (column.empty()) continue;
      auto const known = std::find(columns_.begin() + grid.dimension(), columns_.end(), column);
      deviations_.back() = static_cast<int>(known - columns_.begin());
      if (known == columns_.end()) columns_.push_back(column);
    }
    if (is_widened()) widened_counts_ = counts_;
  }

  /// Counts over the local box. Collective.
  std::vector<double> const& take() {
    Index const first = run::placed(observation_.places.of("file"), [&] {
      return io::read_in_pieces(grid_.comm(), observation_.file, columns_, piece, [&](auto const& columns) { add(columns); });
    });
    Index sums[4] = {rows_, outside_, broken_.count, unknown_.count};
    Index rows[2] = {broken_.row(first), unknown_.row(first)};
    MPI_Allreduce(MPI_IN_PLACE, sums, 4, MPI_INT64_T, MPI_SUM, grid_.comm());
    MPI_Allreduce(MPI_IN_PLACE, rows, 2, MPI_INT64_T, MPI_MIN, grid_.comm());
    rows_ = sums[0];
    outside_ = sums[1];
    if (sums[2] > 0)
      fail(fmt::format("{} of {} localisations have coordinates that are not finite (the first is row {}); remove them", sums[2], rows_, rows[0] + 1));
    if (sums[3] > 0)
      fail(fmt::format("{} of {} localisations have an uncertainty that is negative, not finite or more than half the grid (the first is row {}); remove "
                       "them, or write scale = {{ sigma = ... }} where its unit is not that of the coordinates", sums[3], rows_, rows[1] + 1));
    if (outside_ == rows_) refuse_elsewhere();
    if (!is_widened()) return counts_;
    ends_.find();
    double both[2] = {widened_.sum(), widened_.squares()};
    MPI_Allreduce(MPI_IN_PLACE, both, 2, MPI_DOUBLE, MPI_SUM, grid_.comm());
    alike_ = both[0] / both[1];
    return widened_counts_;
  }
  /// Whether each localisation is counted with its uncertainty.
  bool is_widened() const { return std::any_of(deviations_.begin(), deviations_.end(), [](int column) { return column >= 0; }); }
  std::vector<double> const& points() const { return counts_; }  ///< each localisation in the one cell that holds it
  double alike() const { return alike_; }                        ///< the variance of a sum of many counts over that of one, of its mean; 1 of points
  grid::Cells const& cells() const { return cells_; }
  Index outside() const { return outside_; }
  bool is_whole(Index local) const { return !is_widened() || ends_.is_whole(local); }   ///< a cell that counts all that it would if the table went on
  [[noreturn]] void fail(std::string const& what) const {
    throw run::Error(run::Exit::bad_data, run::line(observation_.places.of("file"), fmt::format("{}: {}", observation_.file, what)));
  }

 private:
  template <class Value>
  static Value given(std::map<std::string, Value> const& table, std::string const& name, Value const& otherwise) {
    auto const found = table.find(name);
    return found == table.end() ? otherwise : found->second;
  }

  /// Rows of one fault.
  struct Fault {
    Index count = 0, first = 0;
    void add(Index row) {
      if (count++ == 0) first = row;
    }
    Index row(Index begin) const { return count > 0 ? begin + first : std::numeric_limits<Index>::max(); }
  };

  void add(std::vector<std::vector<double>> const& columns) {
    std::vector<grid::Counted> named;
    std::vector<double> place(scale_.size()), deviation(scale_.size(), 0.0);
    for (std::size_t row = 0; row < columns.front().size(); ++row, ++rows_) {
      bool finite = true, known = true;
      for (std::size_t a = 0; a < place.size(); ++a) {
        place[a] = columns[a][row] * scale_[a];
        finite = finite && std::isfinite(place[a]);
        ranges_[a] = {std::min(ranges_[a][0], place[a]), std::max(ranges_[a][1], place[a])};
        if (deviations_[a] < 0) continue;
        auto const& axis = grid_.axes()[a];
        deviation[a] = columns[static_cast<std::size_t>(deviations_[a])][row] * deviation_scale_[a];
        known = known && deviation[a] >= 0.0 && deviation[a] <= 0.5 * (axis.periodic ? axis.period : axis.back() - axis.front());
      }
      if (!finite) broken_.add(rows_);
      else if (!known) unknown_.add(rows_);
      if (!finite || !known) continue;
      Index const cell = cells_.find(place.data());
      if (cell >= 0) named.push_back({cell, 1.0});
      if (is_widened()) ends_.add(place.data(), deviation.data());
      bool const counts = is_widened() ? widened_.add(place.data(), deviation.data()) : cell >= 0;
      if (!counts) ++outside_;
    }
    grid::count_cells(grid_, cells_, named, counts_);
    if (is_widened()) widened_.flush(widened_counts_);
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
  SpreadCount widened_;
  TableEnds ends_;
  std::vector<std::string> columns_;  ///< of the axes, then those of uncertainties
  std::vector<int> deviations_;       ///< [axis]: which of them is that of its uncertainty; -1: none
  std::vector<double> scale_, deviation_scale_, counts_, widened_counts_;
  double alike_ = 1.0;
  std::vector<std::array<double, 2>> ranges_;  ///< of finite coordinates, in the units of the axes
  Index rows_ = 0, outside_ = 0;
  Fault broken_, unknown_;  ///< coordinates, uncertainties
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
  auto const within = [&](std::size_t i) { return inside.extent(0) == 0 || inside(i) != 0.0; };
  auto const observed = [&](std::size_t i) { return within(i) && census.is_whole(static_cast<Index>(i)); };
  Field const counts = made(grid, "localisations", [&](std::size_t i) { return observed(i) ? seen[i] : NAN; });
  Field const volumes = made(grid, "localisations", [&](std::size_t i) { return census.cells().volume(static_cast<Index>(i)); });
  Localisations found;
  found.outside = census.outside();
  double sums[3] = {0.0, 0.0, 0.0};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!within(i)) sums[1] += seen[i];
    else if (observed(i)) sums[0] += seen[i];
    else sums[2] += 1.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 3, MPI_DOUBLE, MPI_SUM, grid.comm());
  found.counted = std::llround(sums[0]);
  found.masked = std::llround(sums[1]);
  found.cut = std::llround(sums[2]);
  if (found.counted == 0 && found.cut > 0)
    census.fail(fmt::format("its widths reach over the whole grid from where its rows end; nothing of the {} cells counts all that it would", found.cut));
  if (found.counted == 0) census.fail(fmt::format("all of the {} localisations on the grid lie outside the mask; nothing was observed", found.masked));
  auto const& single = census.points();
  Field const points = made(grid, "localisations", [&](std::size_t i) { return observed(i) ? single[i] : NAN; });
  found.dispersion = factor_of(observation.noise, grid, points, volumes);

  State state;
  state.name = name;
  state.about = observation.about;
  state.automatic = std::holds_alternative<run::Automatic>(observation.noise);
  state.walls.assign(grid.axes().size(), {false, false});
  auto const n = on_host(counts), volume = on_host(volumes), expected = on_host(expected_counts(grid, counts, volumes));
  state.alike = census.alike();
  auto const sigma = [&](std::size_t i) { return std::sqrt(found.dispersion * expected(i) / state.alike) / (volume(i) * observation.density.gain); };
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

#include "observations/point_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "io/table.hpp"
#include "mollifier/spline_taps.hpp"
#include "observations/counts.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

constexpr Index piece = 1 << 16;  ///< rows that a rank reads at once
constexpr double edge = 1e-9;     ///< of the spacing: so far past an end counts as on it

/// Rows at fault on this rank: how many, the first of them and what it says.
struct Faults {
  Index count = 0, first = 0;
  std::string shown;
  template <class Words>
  void add(Index row, Words&& words) {
    if (count == 0 || row < first) {
      first = row;
      shown = words();
    }
    ++count;
  }
};

/// Rows as numbers, one after the other: number, coordinates, value and, where there is one, sigma.
class Rows {
 public:
  explicit Rows(std::size_t width) : width_(width) {}
  std::size_t size() const { return numbers_.size() / width_; }
  double const* operator[](std::size_t row) const { return numbers_.data() + row * width_; }
  double* operator[](std::size_t row) { return numbers_.data() + row * width_; }
  void append(std::vector<double> const& more) { numbers_.insert(numbers_.end(), more.begin(), more.end()); }
  void sort() {
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return (*this)[a][0] < (*this)[b][0]; });
    std::vector<double> sorted;
    sorted.reserve(numbers_.size());
    for (auto const row : order) sorted.insert(sorted.end(), (*this)[row], (*this)[row] + width_);
    numbers_ = std::move(sorted);
  }

 private:
  std::size_t width_;
  std::vector<double> numbers_;
};

/// What each rank gets of `parts`, from all ranks in their order, and how many numbers from each. Collective.
std::vector<double> exchanged(MPI_Comm comm, std::vector<std::vector<double>> const& parts, std::vector<int>& counts) {
  std::vector<int> sizes, starts(parts.size(), 0), places(parts.size(), 0);
  std::vector<double> out;
  for (auto const& part : parts) {
    sizes.push_back(static_cast<int>(part.size()));
    out.insert(out.end(), part.begin(), part.end());
  }
  counts.assign(parts.size(), 0);
  MPI_Alltoall(sizes.data(), 1, MPI_INT, counts.data(), 1, MPI_INT, comm);
  std::partial_sum(sizes.begin(), sizes.end() - 1, starts.begin() + 1);
  std::partial_sum(counts.begin(), counts.end() - 1, places.begin() + 1);
  std::vector<double> in(static_cast<std::size_t>(places.back()) + static_cast<std::size_t>(counts.back()));
  MPI_Alltoallv(out.data(), sizes.data(), starts.data(), MPI_DOUBLE, in.data(), counts.data(), places.data(), MPI_DOUBLE, comm);
  return in;
}

class Reader {
 public:
  Reader(grid::Grid const& grid, Settings const& observation)
      : grid_(grid), observation_(observation), axes_(grid.axes().size()), sigma_(observation.columns.count("sigma") > 0),
        width_(axes_ + (sigma_ ? 3 : 2)), rows_(width_) {}

  PointTable read() {
    std::vector<std::string> names;
    for (auto const& axis : grid_.axes()) names.push_back(column(axis.name));
    names.push_back(column("value"));
    if (sigma_) names.push_back(column("sigma"));
    Index const first = run::placed(observation_.places.of("file"), [&] {
      return io::read_in_pieces(grid_.comm(), observation_.file, names, piece, [&](auto const& columns) { take(columns); });
    });
    number_rows(first);
    check_coordinates(first);
    observed_ = sum(static_cast<Index>(rows_.size()));
    if (observed_ == 0) fail(fmt::format("{}: no finite value: nothing was observed", column("value")));
    check_values();
    check_duplicates();
    return table();
  }

 private:
  std::string column(std::string const& role) const { return observation_.columns.at(role); }
  Index sum(Index own) const {
    MPI_Allreduce(MPI_IN_PLACE, &own, 1, MPI_INT64_T, MPI_SUM, grid_.comm());
    return own;
  }
  [[noreturn]] void fail(std::string const& what) const {
    throw run::Error(run::Exit::bad_data, run::line(observation_.places.of("file"), fmt::format("{}: {}", observation_.file, what)));
  }

  /// `before`: rows of the file before those that faults count from. Collective.
  void require_none(Faults const& faults, Index before, Index of, std::string const& are, std::string const& advice) const {
    Index const count = sum(faults.count);
    if (count == 0) return;
    Index const own = faults.count > 0 ? faults.first + before : std::numeric_limits<Index>::max();
    Index first = own;
    MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT64_T, MPI_MIN, grid_.comm());
    int root = own == first ? grid_.rank() : grid_.ranks();
    MPI_Allreduce(MPI_IN_PLACE, &root, 1, MPI_INT, MPI_MIN, grid_.comm());
    std::vector<char> shown(faults.shown.begin(), faults.shown.end());
    int size = static_cast<int>(shown.size());
    MPI_Bcast(&size, 1, MPI_INT, root, grid_.comm());
    shown.resize(static_cast<std::size_t>(size));
    MPI_Bcast(shown.data(), size, MPI_CHAR, root, grid_.comm());
    fail(fmt::format("{} of {} points {} (the first is row {}: {}); {}", count, of, are, first + 1, std::string(shown.begin(), shown.end()), advice));
  }

  std::string place_of(double const* x) const {
    std::string text;
    for (std::size_t a = 0; a < axes_; ++a) text += fmt::format("{}{} = {}", a > 0 ? ", " : "", grid_.axes()[a].name, x[a]);
    return text;
  }

  /// Onto the axes: periods are taken off, ends are met to rounding. False where the place is not on the grid.
  bool bring(double* x) {
    bool inside = true;
    for (std::size_t a = 0; a < axes_; ++a) {
      auto const& axis = grid_.axes()[a];
      if (axis.periodic) {
        x[a] -= axis.period * std::floor((x[a] - axis.front()) / axis.period);
        if (x[a] >= axis.front() + axis.period) x[a] = axis.front();
        continue;
      }
      double const slack = edge * axis.spacing();
      inside = inside && x[a] >= axis.front() - slack && x[a] <= axis.back() + slack;
      if (inside) x[a] = std::clamp(x[a], axis.front(), axis.back());
    }
    return inside;
  }

  /// The rank in whose cells the place lies.
  int owner_of(double const* x) const {
    int rank = 0;
    for (std::size_t a = 0; a < axes_; ++a) {
      int const axis = static_cast<int>(a), blocks = grid_.decomposition().ranks[a];
      Index const cell = mollifier::cell_of(grid_.axis(axis), x[a]);
      int block = 0;
      while (block + 1 < blocks && !grid_.block_range(axis, block).contains(cell)) ++block;
      rank = rank * blocks + block;
    }
    return rank;
  }

  /// A piece of this rank's share: rows go to their owners, numbered within the share. Collective.
  void take(std::vector<std::vector<double>> const& columns) {
    std::vector<std::vector<double>> to(static_cast<std::size_t>(grid_.ranks()));
    std::vector<double> row(width_);
    for (std::size_t i = 0; i < columns.front().size(); ++i, ++read_) {
      row[0] = static_cast<double>(read_);
      bool finite = true;
      for (std::size_t c = 0; c < columns.size(); ++c) {
        row[c + 1] = columns[c][i];
        finite = finite && (c >= axes_ || std::isfinite(columns[c][i]));
      }
      double* const x = row.data() + 1;
      if (!finite)
        broken_.add(read_, [&] { return place_of(x); });
      else if (!bring(x))
        outside_.add(read_, [&] { return place_of(x); });
      else if (!std::isnan(row[axes_ + 1])) {
        auto& part = to[static_cast<std::size_t>(owner_of(x))];
        part.insert(part.end(), row.begin(), row.end());
      }
    }
    std::vector<int> counts;
    rows_.append(exchanged(grid_.comm(), to, counts));
    for (std::size_t from = 0; from < counts.size(); ++from) readers_.insert(readers_.end(), static_cast<std::size_t>(counts[from]) / width_, static_cast<int>(from));
  }

  /// From numbers within the readers' shares to those of the file. Collective.
  void number_rows(Index first) {
    std::vector<Index> firsts(static_cast<std::size_t>(grid_.ranks()));
    MPI_Allgather(&first, 1, MPI_INT64_T, firsts.data(), 1, MPI_INT64_T, grid_.comm());
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i][0] += static_cast<double>(firsts[static_cast<std::size_t>(readers_[i])]);
    rows_.sort();
  }

  void check_coordinates(Index first) const {
    Index const all = sum(read_);
    std::string ranges;
    for (auto const& axis : grid_.axes())
      if (!axis.periodic) ranges += fmt::format("{}{} from {} to {}", ranges.empty() ? "" : ", ", axis.name, axis.front(), axis.back());
    require_none(broken_, first, all, "have coordinates that are not finite", "remove them");
    require_none(outside_, first, all, "lie outside the grid", fmt::format("it has {}: widen [grid] or leave them out", ranges));
  }

  void check_values() const {
    Faults infinite, deviations, no_count;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      auto const number = static_cast<Index>(rows_[i][0]);
      double const value = rows_[i][axes_ + 1], sigma = sigma_ ? rows_[i][axes_ + 2] : 1.0;
      if (std::isinf(value)) infinite.add(number, [&] { return column("value"); });
      if (!(sigma > 0.0 && std::isfinite(sigma))) deviations.add(number, [&] { return column("sigma"); });
      if (!is_count(value)) no_count.add(number, [&] { return fmt::format("{}", value); });
    }
    require_none(infinite, 0, observed_, "are infinite", "leave the value empty, or NaN, where nothing was observed");
    require_none(deviations, 0, observed_, "have no positive standard deviation", "give one a point, or remove these");
    if (is_poisson(observation_.noise)) require_none(no_count, 0, observed_, "are no counts", no_counts);
  }

  /// Two at one place are on one rank.
  void check_duplicates() const {
    std::vector<std::size_t> order(rows_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    auto const compare = [&](std::size_t a, std::size_t b) {
      for (std::size_t c = 1; c <= axes_; ++c)
        if (rows_[a][c] != rows_[b][c]) return rows_[a][c] < rows_[b][c] ? -1 : 1;
      return 0;
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      int const way = compare(a, b);
      return way != 0 ? way < 0 : a < b;
    });
    Faults twice;
    for (std::size_t i = 1; i < order.size(); ++i)
      if (compare(order[i - 1], order[i]) == 0) twice.add(static_cast<Index>(rows_[order[i]][0]), [&] { return place_of(rows_[order[i]] + 1); });
    require_none(twice, 0, observed_, "stand where another one does", "keep one a place, or their mean with its sigma");
  }

  PointTable table() const {
    PointTable out;
    out.coordinates.resize(axes_);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      out.number.push_back(static_cast<Index>(rows_[i][0]));
      for (std::size_t a = 0; a < axes_; ++a) out.coordinates[a].push_back(rows_[i][a + 1]);
      out.value.push_back(rows_[i][axes_ + 1]);
      if (sigma_) out.sigma.push_back(rows_[i][axes_ + 2]);
    }
    return out;
  }

  grid::Grid const& grid_;
  Settings const& observation_;
  std::size_t axes_;
  bool sigma_;
  std::size_t width_;
  Rows rows_;                   ///< of this rank
  std::vector<int> readers_;    ///< of each, who read it
  Index read_ = 0, observed_ = 0;
  Faults broken_, outside_;     ///< of this rank's share, numbered within it
};

}  // namespace

PointTable read_point_table(grid::Grid const& grid, Settings const& observation) { return Reader(grid, observation).read(); }

PointTable gathered(MPI_Comm comm, PointTable const& own) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  std::size_t const axes = own.coordinates.size(), width = axes + 2;
  std::vector<std::vector<double>> to(static_cast<std::size_t>(ranks));
  for (std::size_t i = 0; i < own.value.size(); ++i) {
    to[0].push_back(static_cast<double>(own.number[i]));
    for (auto const& x : own.coordinates) to[0].push_back(x[i]);
    to[0].push_back(own.value[i]);
  }
  std::vector<int> counts;
  Rows rows(width);
  rows.append(exchanged(comm, to, counts));
  rows.sort();
  PointTable all;
  all.coordinates.resize(axes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    all.number.push_back(static_cast<Index>(rows[i][0]));
    for (std::size_t a = 0; a < axes; ++a) all.coordinates[a].push_back(rows[i][a + 1]);
    all.value.push_back(rows[i][axes + 1]);
  }
  return all;
}

}  // namespace mollis::observations

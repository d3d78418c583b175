#include "observations/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "io/table.hpp"
#include "mollifier/spline_taps.hpp"
#include "observations/counts.hpp"
#include "observations/fill_values.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

constexpr double rounding = 2.220446049250313e-16;
constexpr double edge = 1e-9;  ///< of the spacing: so far past an end counts as on it

/// Rows at fault: how many, the first of them.
struct Faults {
  Index count = 0, first = 0;
  void add(Index row) {
    if (count++ == 0) first = row;
  }
};

class Reader {
 public:
  Reader(grid::Grid const& grid, Settings const& observation) : grid_(grid), observation_(observation) {}

  PointTable read() {
    std::vector<std::string> names;
    for (auto const& axis : grid_.axes()) names.push_back(column(axis.name));
    names.push_back(column("value"));
    bool const sigma = observation_.columns.count("sigma") > 0;
    if (sigma) names.push_back(column("sigma"));
    auto columns = run::placed(observation_.places.of("file"), [&] { return io::read_columns(grid_.comm(), observation_.file, names); });
    if (sigma) table_.sigma = take(columns);
    table_.value = take(columns);
    table_.coordinates = std::move(columns);
    table_.number.resize(table_.value.size());
    std::iota(table_.number.begin(), table_.number.end(), Index{0});
    check_coordinates();
    keep_observed();
    check_values();
    if (is_poisson(observation_.noise)) check_counts();
    check_duplicates();
    return std::move(table_);
  }

 private:
  std::string column(std::string const& role) const { return observation_.columns.at(role); }
  static std::vector<double> take(std::vector<std::vector<double>>& columns) {
    auto last = std::move(columns.back());
    columns.pop_back();
    return last;
  }
  Index rows() const { return static_cast<Index>(table_.value.size()); }
  [[noreturn]] void fail(std::string const& what) const {
    throw run::Error(run::Exit::bad_data, run::line(observation_.places.of("file"), fmt::format("{}: {}", observation_.file, what)));
  }
  void require_none(Faults const& faults, std::string const& are, std::string const& shown, std::string const& advice) const {
    if (faults.count == 0) return;
    fail(fmt::format("{} of {} points {} (the first is row {}: {}); {}", faults.count, rows(), are, faults.first + 1, shown, advice));
  }
  std::string place_of(Index row) const {
    std::string text;
    for (int a = 0; a < grid_.dimension(); ++a)
      text += fmt::format("{}{} = {}", a > 0 ? ", " : "", grid_.axis(a).name, table_.coordinates[static_cast<std::size_t>(a)][static_cast<std::size_t>(row)]);
    return text;
  }

  /// Onto the axes: periods are taken off, ends are met to rounding.
  void check_coordinates() {
    Faults broken, outside;
    std::string ranges;
    for (Index row = 0; row < rows(); ++row) {
      bool finite = true, inside = true;
      for (int a = 0; a < grid_.dimension(); ++a) {
        double& x = table_.coordinates[static_cast<std::size_t>(a)][static_cast<std::size_t>(row)];
        finite = finite && std::isfinite(x);
        if (!finite) continue;
        auto const& axis = grid_.axis(a);
        double const slack = edge * axis.spacing();
        if (axis.periodic) {
          x -= axis.period * std::floor((x - axis.front()) / axis.period);
          if (x >= axis.front() + axis.period) x = axis.front();
          continue;
        }
        inside = inside && x >= axis.front() - slack && x <= axis.back() + slack;
        if (inside) x = std::clamp(x, axis.front(), axis.back());
      }
      if (!finite)
        broken.add(row);
      else if (!inside)
        outside.add(row);
    }
    for (auto const& axis : grid_.axes())
      if (!axis.periodic) ranges += fmt::format("{}{} from {} to {}", ranges.empty() ? "" : ", ", axis.name, axis.front(), axis.back());
    require_none(broken, "have coordinates that are not finite", place_of(broken.first), "remove them");
    require_none(outside, "lie outside the grid", place_of(outside.first), fmt::format("it has {}: widen [grid] or leave them out", ranges));
  }

  void keep_observed() {
    std::vector<std::size_t> kept;
    for (std::size_t row = 0; row < table_.value.size(); ++row)
      if (!std::isnan(table_.value[row])) kept.push_back(row);
    if (kept.empty()) fail(fmt::format("{}: no finite value: nothing was observed", column("value")));
    auto const thin = [&](auto& values) {
      for (std::size_t i = 0; i < kept.size(); ++i) values[i] = values[kept[i]];
      values.resize(kept.size());
    };
    for (auto& values : table_.coordinates) thin(values);
    if (!table_.sigma.empty()) thin(table_.sigma);
    thin(table_.number);
    thin(table_.value);
  }

  void check_values() const {
    Faults infinite, deviations;
    for (std::size_t row = 0; row < table_.value.size(); ++row) {
      if (std::isinf(table_.value[row])) infinite.add(table_.number[row]);
      if (!table_.sigma.empty() && !(table_.sigma[row] > 0.0 && std::isfinite(table_.sigma[row]))) deviations.add(table_.number[row]);
    }
    require_none(infinite, "are infinite", column("value"), "leave the value empty, or NaN, where nothing was observed");
    if (deviations.count > 0) require_none(deviations, "have no positive standard deviation", column("sigma"), "give one a point, or remove these");
  }

  /// Of noise that is Poisson's own.
  void check_counts() const {
    Faults wrong;
    double value = 0.0;
    for (std::size_t row = 0; row < table_.value.size(); ++row) {
      if (is_count(table_.value[row])) continue;
      if (wrong.count == 0) value = table_.value[row];
      wrong.add(table_.number[row]);
    }
    require_none(wrong, "are no counts", fmt::format("{}", value), no_counts);
  }

  void check_duplicates() const {
    std::vector<std::size_t> order(table_.value.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    auto const compare = [&](std::size_t a, std::size_t b) {
      for (auto const& x : table_.coordinates)
        if (x[a] != x[b]) return x[a] < x[b] ? -1 : 1;
      return 0;
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      int const way = compare(a, b);
      return way != 0 ? way < 0 : a < b;
    });
    Faults twice;
    std::size_t at = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (compare(order[i - 1], order[i]) != 0) continue;
      if (twice.count == 0) at = order[i];
      twice.add(table_.number[order[i]]);
    }
    require_none(twice, "stand where another one does", place_of(static_cast<Index>(at)), "keep one a place, or their mean with its sigma");
  }

  grid::Grid const& grid_;
  Settings const& observation_;
  PointTable table_;
};

/// The rows in this rank's cells.
std::vector<std::size_t> own_rows(grid::Grid const& grid, PointTable const& table) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.value.size(); ++row) {
    bool own = grid.local_size() > 0;
    for (int a = 0; own && a < grid.dimension(); ++a)
      own = grid.owned()[a].contains(mollifier::cell_of(grid.axis(a), table.coordinates[static_cast<std::size_t>(a)][row]));
    if (own) rows.push_back(row);
  }
  return rows;
}

Field picked(std::vector<double> const& values, std::vector<std::size_t> const& rows, std::function<double(double)> const& changed) {
  Field const field = make_field("points", static_cast<Index>(rows.size()));
  auto const host = Kokkos::create_mirror_view(field);
  for (std::size_t i = 0; i < rows.size(); ++i) host(i) = changed(values[rows[i]]);
  Kokkos::deep_copy(field, host);
  return field;
}

Moments moments_of(std::vector<double> const& values) {
  Moments m;
  m.count = static_cast<Index>(values.size());
  for (double const v : values) {
    m.mean += v / static_cast<double>(m.count);
    m.largest = std::max(m.largest, std::abs(v));
  }
  for (double const v : values) m.deviation += (v - m.mean) * (v - m.mean) / static_cast<double>(m.count);
  m.deviation = std::sqrt(m.deviation);
  return m;
}

}  // namespace

State read_points(grid::Grid const& grid, std::string const& name, Settings const& observation) {
  auto const table = Reader(grid, observation).read();
  State state;
  state.name = name;
  state.about = observation.about;
  state.loss = observation.loss;
  state.walls.assign(grid.axes().size(), {false, false});
  auto const m = moments_of(table.value);
  refuse_fill_values(MPI_COMM_SELF, table.value.data(), table.value.size(), m.largest, run::line(observation.places.of("file"), observation.file));
  auto const rows = own_rows(grid, table);
  auto const set_deviations = [&](std::vector<double> const& sigma) {
    double information = 0.0;
    for (double const s : sigma) information += 1.0 / (s * s) / static_cast<double>(m.count);
    state.sigma = 1.0 / std::sqrt(information);
    state.shape = picked(sigma, rows, [&](double s) { return s / state.sigma; });
  };
  auto const set_varying = [&](auto&& deviation) {
    std::vector<double> sigma;
    for (double const v : table.value) sigma.push_back(std::max(deviation(v), rounding * m.largest));
    set_deviations(sigma);
  };
  if (!table.sigma.empty()) {
    set_deviations(table.sigma);
  } else if (auto const* given = std::get_if<double>(&observation.noise)) {
    state.sigma = *given;
  } else if (auto const* proportional = std::get_if<Proportional>(&observation.noise)) {
    set_varying([&](double v) { return std::hypot(proportional->share * v, proportional->floor); });
  } else if (auto const* counts = std::get_if<Counts>(&observation.noise)) {
    set_varying([&](double v) { return std::sqrt(counts->gain * std::max(v - counts->offset, counts->gain)); });
  } else if (auto const* relative = std::get_if<run::Relative>(&observation.noise)) {
    state.sigma = relative->fraction * m.deviation;
  } else {
    state.automatic = true;
    state.sigma = estimate_noise(grid, table);
    if (state.sigma == 0.0)
      throw run::Error(run::Exit::bad_data, run::line(observation.places.of("noise"), fmt::format("{}: {} points are too few to tell their noise "
                       "from; give noise, or columns = {{ sigma = ... }}", observation.file, m.count)));
  }
  state.sigma = std::max(state.sigma, rounding * m.largest);
  state.data = picked(table.value, rows, [&](double v) { return v - state.about; });
  Points points;
  points.total = m.count;
  points.coordinates.resize(table.coordinates.size());
  for (auto const row : rows) {
    points.number.push_back(table.number[row]);
    for (std::size_t a = 0; a < points.coordinates.size(); ++a) points.coordinates[a].push_back(table.coordinates[a][row]);
  }
  state.points = std::make_shared<Points const>(std::move(points));
  return state;
}

}  // namespace mollis::observations

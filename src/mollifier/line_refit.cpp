#include "mollifier/line_refit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "halo/plan.hpp"
#include "mollifier/local_rows.hpp"
#include "mollifier/moment_row.hpp"
#include "mollifier/on_device.hpp"

namespace mollis::mollifier {
namespace {

constexpr double tolerable = 100.0;  ///< standard deviation of a refitted row over that of the row without gaps
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

using Indices = Kokkos::View<Index*, Execution::memory_space>;

/// The stored rows and where they belong.
struct Rows {
  Index orders = 0, width = 0;
  Index stride = 1;              ///< between the taps, in the ghosted block
  Indices points, first, row;    ///< of each affected point: itself, its first tap in the ghosted block, its row
  Field weights;                 ///< [row][order][tap]
};

/// out[point] := its row of one order times the taps; taps of weight 0 may be gaps.
void apply_rows(Rows const& rows, int slot, Field const& ghosted, Field const& out) {
  Kokkos::parallel_for(
      "mollis::refit", Kokkos::RangePolicy<Execution>(0, rows.points.extent(0)), KOKKOS_LAMBDA(std::size_t i) {
        Index const from = (rows.row(i) * rows.orders + slot) * rows.width;
        double sum = 0.0;
        for (Index j = 0; j < rows.width; ++j) {
          double const w = rows.weights(from + j);
          if (w != 0.0) sum += w * ghosted(rows.first(i) + j * rows.stride);
        }
        out(rows.points(i)) = sum;
      });
}

std::vector<LineFilter> filters_of(Jets const& jets) {
  std::vector<LineFilter> filters;
  for (int a = 0; a < jets.grid().dimension(); ++a) filters.push_back(jets.filter(a));
  return filters;
}

/// Refits single rows of one filter, each pattern of existing points once.
class Refitter {
 public:
  Refitter(grid::Axis const& axis, LineFilter const& filter, MomentFit const& fit, Radii const& radii)
      : axis_(axis), ends_(ends_of(axis)), filter_(filter), fit_(fit), radii_(radii) {}

  /// The position of the stored row. pattern[j] is '1' where the point start(row) + j exists, else '0'.
  Index row(Index row, std::string const& pattern) {
    auto& known = known_[filter_.interior.contains(row) ? -1 : row];
    auto const [entry, is_new] = known.try_emplace(pattern, count_);
    if (is_new) {
      ++count_;
      for (std::size_t slot = 0; slot < radii_.size(); ++slot) append(row, slot, pattern);
    }
    return entry->second;
  }
  std::vector<double> const& weights() const { return weights_; }

 private:
  void append(Index row, std::size_t slot, std::string const& pattern) {
    auto const [order, radius] = radii_[slot];
    Index const start = filter_.start(row);
    auto const exists = [&](Index v) {
      Tap const tap = folded(ends_, filter_.points, v);
      return tap.sign == 0.0 || pattern[static_cast<std::size_t>(tap.point - start)] != '0';
    };
    std::vector<double> taps(static_cast<std::size_t>(filter_.width), 0.0);
    auto const weights = moment_row(axis_, ends_, fit_, row, order, radius, exists);
    if (!weights.empty()) put_row(filter_, ends_, row, window(axis_, ends_, row, radius), weights, taps.data());
    double noise = 0.0;
    for (double const w : taps) noise += w * w;
    int const k = static_cast<int>(slot);
    if (weights.empty() || !(noise <= tolerable * tolerable * filter_.gram(row, k, k)))
      std::fill(taps.begin(), taps.end(), undefined);
    weights_.insert(weights_.end(), taps.begin(), taps.end());
  }

  grid::Axis const& axis_;
  Ends ends_;
  LineFilter const& filter_;
  MomentFit fit_;
  Radii const& radii_;
  std::unordered_map<Index, std::unordered_map<std::string, Index>> known_;  ///< by row (interior: -1) and pattern
  Index count_ = 0;
  std::vector<double> weights_;
};

}  // namespace

struct LineRefit::Data {
  Jets jets;
  int axis = 0;
  std::optional<halo::Plan> plan;  ///< none where the whole grid has no gap
  Rows rows;
  std::vector<Index> points, row;  ///< as in rows, on the host
  std::vector<double> weights, grams;

  LineFilter const& filter() const { return jets.filter(axis); }
  Field exchange(Field const& owned) const {
    Field const ghosted = make_field("mollis::refit::ghosted", plan->ghosted_size());
    plan->forward(owned, ghosted);
    return ghosted;
  }
  void find_rows(Refitter& refitter, Field const& data);
  void set_grams();
};

/// Walks the lines of the box; a row is affected where a gap lies among its taps.
void LineRefit::Data::find_rows(Refitter& refitter, Field const& data) {
  auto const ghosted = on_host(exchange(data));
  grid::Box const& own = jets.grid().owned();
  Index inner = 1;
  for (int a = axis + 1; a < own.dimension(); ++a) inner *= own[a].size();
  Index const n = own[axis].size(), wide = plan->ghosted()[axis].size();
  std::vector<Index> first;
  std::string line;
  for (Index p = 0; p < own.size(); ++p) {
    Index const i = p / inner % n, corner = p / (inner * n) * wide * inner + p % inner;  // of the ghosted line
    Index const start = filter().start(own[axis].lower + i) - plan->ghosted()[axis].lower;
    line.clear();
    for (Index j = start; j < start + filter().width; ++j)
      line += std::isfinite(ghosted(static_cast<std::size_t>(corner + j * inner))) ? '1' : '0';
    if (line.find('0') == std::string::npos) continue;
    points.push_back(p);
    first.push_back(corner + start * inner);
    row.push_back(refitter.row(own[axis].lower + i, line));
  }
  weights = refitter.weights();
  rows = {static_cast<Index>(filter().orders.size()), filter().width, inner, on_device(points), on_device(first),
          on_device(row), on_device(weights)};
}

/// Inner products of the stored rows of all pairs of orders.
void LineRefit::Data::set_grams() {
  auto const width = static_cast<std::size_t>(filter().width), orders = filter().orders.size();
  for (std::size_t at = 0; at < weights.size(); at += orders * width)
    for (std::size_t a = 0; a < orders; ++a)
      for (std::size_t b = 0; b < orders; ++b) {
        auto const row_a = weights.begin() + static_cast<std::ptrdiff_t>(at + a * width);
        auto const row_b = weights.begin() + static_cast<std::ptrdiff_t>(at + b * width);
        grams.push_back(std::inner_product(row_a, row_a + static_cast<std::ptrdiff_t>(width), row_b, 0.0));
      }
}

std::optional<int> only_filtered_axis(Jets const& jets) {
  std::optional<int> found;
  for (int a = 0; a < jets.grid().dimension(); ++a) {
    if (is_identity(jets.filter(a))) continue;
    if (found) return std::nullopt;
    found = a;
  }
  return found;
}

LineRefit::LineRefit(Jets const& jets, Kernel const& kernel, Radii const& radii, int degree, Field const& data) {
  auto const axis = only_filtered_axis(jets);
  if (!axis) throw std::invalid_argument("refit: jets that are filtered along one axis, please");
  auto const made = std::make_shared<Data>(Data{jets, *axis, {}, {}, {}, {}, {}, {}});
  data_ = made;
  auto const host = on_host(data);
  int gaps = 0;
  for (std::size_t i = 0; i < host.extent(0); ++i) gaps = gaps != 0 || !std::isfinite(host(i)) ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &gaps, 1, MPI_INT, MPI_MAX, jets.grid().comm());
  if (gaps == 0) return;
  made->plan.emplace(jets.grid(), needs_of(jets.grid(), filters_of(jets)));
  Refitter refitter(jets.grid().axis(*axis), jets.filter(*axis), {kernel, degree}, radii);
  made->find_rows(refitter, data);
  made->set_grams();
}

std::vector<Index> const& LineRefit::points() const { return data_->points; }

Index LineRefit::refitted() const {
  Index count = 0;
  int const orders = static_cast<int>(data_->filter().orders.size());
  for (std::size_t i = 0; i < points().size(); ++i) {
    bool defined = true;
    for (int k = 0; k < orders; ++k) defined = defined && std::isfinite(gram(i, k, k));
    count += defined ? 1 : 0;
  }
  return count;
}

void LineRefit::apply(Field const& owned, std::vector<Field> const& out) const {
  if (!data_->plan) return;
  Field const ghosted = data_->exchange(owned);
  auto const axis = static_cast<std::size_t>(data_->axis);
  for (std::size_t k = 0; k < out.size(); ++k)
    apply_rows(data_->rows, data_->filter().slot(data_->jets.set()[k][axis]), ghosted, out[k]);
}

Row LineRefit::taps(Index point, int slot) const {
  grid::Box const& own = data_->jets.grid().owned();
  Index inner = 1;
  for (int a = data_->axis + 1; a < own.dimension(); ++a) inner *= own[a].size();
  auto const& filter = data_->filter();
  Row row = filter.taps(own[data_->axis].lower + point / inner % own[data_->axis].size(), slot);
  auto const at = std::lower_bound(points().begin(), points().end(), point);
  if (at == points().end() || *at != point) return row;
  Index const stored = data_->row[static_cast<std::size_t>(at - points().begin())];
  row.weights = data_->weights.data() + (stored * static_cast<Index>(filter.orders.size()) + slot) * filter.width;
  return row;
}

double LineRefit::gram(std::size_t i, int slot_a, int slot_b) const {
  Index const orders = static_cast<Index>(data_->filter().orders.size());
  return data_->grams[static_cast<std::size_t>((data_->row[i] * orders + slot_a) * orders + slot_b)];
}

std::vector<double> LineRefit::gram_table() const {
  grid::Box const& own = data_->jets.grid().owned();
  auto const by_row = own.size() > 0 ? data_->jets.gram_table(data_->axis) : std::vector<double>();
  int const orders = static_cast<int>(data_->filter().orders.size());
  Index const n = own[data_->axis].size(), square = static_cast<Index>(orders) * orders;
  Index inner = 1;
  for (int a = data_->axis + 1; a < own.dimension(); ++a) inner *= own[a].size();
  std::vector<double> table;
  table.reserve(static_cast<std::size_t>(own.size() * square));
  for (Index p = 0; p < own.size(); ++p) {
    auto const from = by_row.begin() + p / inner % n * square;
    table.insert(table.end(), from, from + square);
  }
  for (std::size_t i = 0; i < points().size(); ++i)
    for (int a = 0; a < orders; ++a)
      for (int b = 0; b < orders; ++b)
        table[static_cast<std::size_t>(points()[i] * square + a * orders + b)] = gram(i, a, b);
  return table;
}

}  // namespace mollis::mollifier

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "kernels/line_filter.hpp"

namespace mollis::kernels {
namespace {

/// A Band in the making, on the host.
struct Draft {
  std::vector<Index> start, count, offset;
  std::vector<double> weights;
};

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// First and one past the last tap that is not zero in all orders.
std::pair<Index, Index> nonzero(double const* weights, int orders, Index taps) {
  Index first = taps, end = 0;
  for (int k = 0; k < orders; ++k)
    for (Index t = 0; t < taps; ++t)
      if (weights[k * taps + t] != 0.0) {
        first = std::min(first, t);
        end = std::max(end, t + 1);
      }
  return first < end ? std::make_pair(first, end) : std::make_pair(Index(0), Index(0));
}

void append_row(Draft& draft, double const* weights, int orders, Index taps, Index start) {
  auto const [first, end] = nonzero(weights, orders, taps);
  draft.start.push_back(first < end ? start + first : 0);
  draft.count.push_back(end - first);
  draft.offset.push_back(static_cast<Index>(draft.weights.size()));
  for (int k = 0; k < orders; ++k)
    draft.weights.insert(draft.weights.end(), weights + k * taps + first, weights + k * taps + end);
}

/// A further row with the weights of the last one, moved by one input.
void append_alike(Draft& draft) {
  draft.start.push_back(draft.start.back() + (draft.count.back() > 0 ? 1 : 0));
  draft.count.push_back(draft.count.back());
  draft.offset.push_back(draft.offset.back());
}

template <class View, class T>
View on_device(char const* label, std::vector<T> const& values) {
  View view(std::string(label), values.size());
  auto const host = Kokkos::create_mirror_view(view);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(view, host);
  return view;
}

template <class View>
auto host_copy(View const& view) {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  using Value = typename View::non_const_value_type;
  return std::vector<Value>(host.data(), host.data() + host.extent(0));
}

void put_on_device(Band& band, Draft const& draft) {
  band.start = on_device<Band::Table>("start", draft.start);
  band.count = on_device<Band::Table>("count", draft.count);
  band.offset = on_device<Band::Table>("offset", draft.offset);
  band.weights = on_device<Field>("weights", draft.weights);
}

/// 1: even, -1: odd, 0: neither.
int symmetry(double const* weights, Index count) {
  bool even = count % 2 == 1, odd = even;
  for (Index t = 0; t < count; ++t) {
    even = even && weights[t] == weights[count - 1 - t];
    odd = odd && weights[t] == -weights[count - 1 - t];
  }
  return even ? 1 : odd ? -1 : 0;
}

RowGroup folded_group(double const* weights, Index count, std::vector<int> const& even, std::vector<int> const& odd) {
  RowGroup group;
  group.even = static_cast<int>(even.size());
  group.odd = static_cast<int>(odd.size());
  group.slots = even;
  group.slots.insert(group.slots.end(), odd.begin(), odd.end());
  for (Index t = count / 2; t < count; ++t)
    for (int k : group.slots) group.weights.push_back(weights[k * count + t]);
  return group;
}

RowGroup general_group(double const* weights, Index count, std::vector<int> const& slots) {
  RowGroup group;
  group.general = static_cast<int>(slots.size());
  group.slots = slots;
  for (int k : slots) group.weights.insert(group.weights.end(), weights + k * count, weights + (k + 1) * count);
  return group;
}

/// Takes up to `most` from the front.
std::vector<int> take(std::vector<int>& from, std::size_t most) {
  auto const end = from.begin() + static_cast<std::ptrdiff_t>(std::min(most, from.size()));
  std::vector<int> taken(from.begin(), end);
  from.erase(from.begin(), end);
  return taken;
}

std::vector<RowGroup> groups_of(double const* weights, Index count, int orders) {
  std::vector<int> even, odd, general;
  for (int k = 0; k < orders; ++k) {
    int const sign = symmetry(weights + k * count, count);
    (sign > 0 ? even : sign < 0 ? odd : general).push_back(k);
  }
  std::vector<RowGroup> groups;
  while (!even.empty() || !odd.empty()) {
    auto const e = take(even, 3), o = take(odd, 2);
    groups.push_back(folded_group(weights, count, e, o));
  }
  while (!general.empty()) groups.push_back(general_group(weights, count, take(general, 4)));
  return groups;
}

/// Columns that only rows of [lower, upper) touch, all of their taps.
std::pair<Index, Index> inner_columns(Band const& band, Draft const& draft) {
  if (band.lower >= band.upper || draft.count[at(band.lower)] == 0) return {0, 0};
  Index lower = draft.start[at(band.lower)] + draft.count[at(band.lower)] - 1;
  Index upper = draft.start[at(band.upper - 1)] + 1;
  for (Index i = 0; i < band.rows; ++i) {
    if (draft.count[at(i)] == 0) continue;
    if (i < band.lower) lower = std::max(lower, draft.start[at(i)] + draft.count[at(i)]);
    if (i >= band.upper) upper = std::min(upper, draft.start[at(i)]);
  }
  return lower < upper ? std::make_pair(lower, upper) : std::make_pair(Index(0), Index(0));
}

/// Weights [order][row - first] of the rows first .. end - 1 on one column.
std::vector<double> column(Draft const& draft, int orders, Index j, Index first, Index end) {
  std::vector<double> weights;
  for (int k = 0; k < orders; ++k)
    for (Index i = first; i < end; ++i) {
      Index const t = j - draft.start[at(i)], count = draft.count[at(i)];
      weights.push_back(t >= 0 && t < count ? draft.weights[at(draft.offset[at(i)] + k * count + t)] : 0.0);
    }
  return weights;
}

}  // namespace

Band forward_band(LineRows const& rows) {
  Band band;
  band.rows = rows.outputs;
  band.orders = rows.orders;
  band.lower = rows.lower < rows.upper ? rows.lower : 0;
  band.upper = rows.lower < rows.upper ? rows.upper : 0;
  Draft draft;
  double const* edge = rows.edges.data();
  for (Index i = 0; i < rows.outputs; ++i) {
    bool const interior = i >= band.lower && i < band.upper;
    if (interior && i > band.lower) {
      append_alike(draft);
    } else {
      append_row(draft, interior ? rows.interior.data() : edge, rows.orders, rows.taps, rows.start[at(i)]);
      if (!interior) edge += rows.orders * rows.taps;
    }
    if (draft.count.back() > 0 && (draft.start.back() < 0 || draft.start.back() + draft.count.back() > rows.inputs))
      throw std::logic_error("a filter row reads past its input");
  }
  if (band.lower < band.upper)
    band.groups =
        groups_of(draft.weights.data() + draft.offset[at(band.lower)], draft.count[at(band.lower)], band.orders);
  put_on_device(band, draft);
  return band;
}

Band transposed_band(Band const& forward, Index inputs) {
  Draft const rows{host_copy(forward.start), host_copy(forward.count), host_copy(forward.offset),
                   host_copy(forward.weights)};
  std::vector<Index> first(at(inputs), forward.rows), end(at(inputs), 0);
  for (Index i = 0; i < forward.rows; ++i)
    for (Index j = rows.start[at(i)]; j < rows.start[at(i)] + rows.count[at(i)]; ++j) {
      first[at(j)] = std::min(first[at(j)], i);
      end[at(j)] = std::max(end[at(j)], i + 1);
    }
  Band band;
  band.rows = inputs;
  band.orders = forward.orders;
  std::tie(band.lower, band.upper) = inner_columns(forward, rows);
  Draft draft;
  for (Index j = 0; j < inputs; ++j) {
    if (j > band.lower && j < band.upper) {
      append_alike(draft);
      continue;
    }
    Index const count = std::max<Index>(0, end[at(j)] - first[at(j)]);
    draft.start.push_back(count > 0 ? first[at(j)] : 0);
    draft.count.push_back(count);
    draft.offset.push_back(static_cast<Index>(draft.weights.size()));
    auto const weights = column(rows, forward.orders, j, first[at(j)], first[at(j)] + count);
    draft.weights.insert(draft.weights.end(), weights.begin(), weights.end());
  }
  put_on_device(band, draft);
  return band;
}

}  // namespace mollis::kernels

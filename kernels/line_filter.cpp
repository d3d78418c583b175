#include "kernels/line_filter.hpp"

#include <algorithm>
#include <type_traits>

#include "kernels/line_blocks.hpp"

namespace mollis::kernels {
namespace {

constexpr bool on_cpu = std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>;
[[maybe_unused]] constexpr Index shortest_strip = 128, longest_strip = 1024;  ///< values of a line: as many rows as there are taps stay in cache
[[maybe_unused]] constexpr Index flat_below = 64;     ///< shorter inner extents run as one with the axis
constexpr int most_orders = 5;       ///< of a group
[[maybe_unused]] constexpr int rows_at_once = 4;      ///< of a transpose

template <class Work>
void on_host_threads(char const* label, Index tasks, Work const& work) {
  Kokkos::parallel_for(
      label, Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::IndexType<Index>>(0, tasks), work);
}

using FoldedRun = void (*)(double const*, Size, double* const*, bool const*, double const*, int, Size);

template <int NE, int NO>
void folded_run(double const* centre, Size stride, double* const* out, bool const* add, double const* weights, int radius, Size length) {
  run(FoldedRows<NE, NO>{centre, stride, out, add, weights, radius}, length);
}

constexpr FoldedRun folded_runs[4][3] = {{nullptr, folded_run<0, 1>, folded_run<0, 2>},
                                         {folded_run<1, 0>, folded_run<1, 1>, folded_run<1, 2>},
                                         {folded_run<2, 0>, folded_run<2, 1>, folded_run<2, 2>},
                                         {folded_run<3, 0>, folded_run<3, 1>, folded_run<3, 2>}};

void general_run(int orders, double const* first, Size stride, double* const* out, bool const* add, double const* weights, int taps,
                 Size length) {
  switch (orders) {
    case 1:
      return run(GeneralRows<1>{first, stride, out, add, weights, taps}, length);
    case 2:
      return run(GeneralRows<2>{first, stride, out, add, weights, taps}, length);
    case 3:
      return run(GeneralRows<3>{first, stride, out, add, weights, taps}, length);
    default:
      return run(GeneralRows<4>{first, stride, out, add, weights, taps}, length);
  }
}

/// One forward pass on the host: what all of its runs share.
struct ForwardPass {
  Band const& band;
  ConstLines in;
  std::vector<Lines> const& out;

  double* target(int slot, Index o, Index i, Index c) const {
    Lines const& lines = out[static_cast<std::size_t>(slot)];
    return lines.data + o * lines.outer_stride + i * lines.axis_stride + c;
  }

  bool adds(int slot) const { return out[static_cast<std::size_t>(slot)].add; }

  /// `length` values from (o, i, c) on, row i in [lower, upper).
  void interior(Index o, Index i, Index c, Index length) const {
    int const taps = static_cast<int>(band.count.data()[i]);
    double const* first = in.data + o * in.outer_stride + band.start.data()[i] * in.axis_stride + c;
    double* results[most_orders];
    bool add[most_orders];
    for (RowGroup const& group : band.groups) {
      for (std::size_t k = 0; k < group.slots.size(); ++k) {
        results[k] = target(group.slots[k], o, i, c);
        add[k] = adds(group.slots[k]);
      }
      if (group.general > 0) {
        general_run(group.general, first, in.axis_stride, results, add, group.weights.data(), taps, length);
      } else {
        folded_runs[group.even][group.odd](first + taps / 2 * in.axis_stride, in.axis_stride, results, add,
                                           group.weights.data(), taps / 2, length);
      }
    }
  }

  void interior_rows(Index o, Index lower, Index upper, Index c, Index length) const {
    for (Index i = lower; i < upper; ++i) interior(o, i, c, length);
  }
  /// All rows of [lower, upper), `inner` values each, as one run.
  void whole_line(Index o, Index lower, Index upper, Index inner) const { interior(o, lower, 0, (upper - lower) * inner); }

  void edge(Index o, Index i, Index c, Index length) const {
    int const taps = static_cast<int>(band.count.data()[i]);
    double const* first = in.data + o * in.outer_stride + band.start.data()[i] * in.axis_stride + c;
    double const* weights = band.weights.data() + band.offset.data()[i];
    if (length == 1 && in.axis_stride == 1) {
      for (int k = 0; k < band.orders; ++k) {
        double& result = *target(k, o, i, c);
        result = (adds(k) ? result : 0.0) + dot(weights + k * taps, first, taps);
      }
      return;
    }
    double* results[4];
    bool add[4];
    for (int k = 0; k < band.orders; k += 4) {
      int const orders = std::min(4, band.orders - k);
      for (int l = 0; l < orders; ++l) {
        results[l] = target(k + l, o, i, c);
        add[l] = adds(k + l);
      }
      general_run(orders, first, in.axis_stride, results, add, weights + k * taps, taps, length);
    }
  }
};

/// One transposed pass on the host.
struct TransposedPass {
  static constexpr int most_inputs = 8;
  Band const& band;
  std::vector<ConstLines> const& in;
  Lines out;
  bool add;

  /// gather(first, result, weights, taps, inputs, add) of row i, for as many inputs at a time as `first` holds.
  template <class Gather>
  void values(Index o, Index i, Index c, Gather const& gather) const {
    int const taps = static_cast<int>(band.count.data()[i]);
    double const* weights = band.weights.data() + band.offset.data()[i];
    double* result = out.data + o * out.outer_stride + i * out.axis_stride + c;
    double const* first[most_inputs];
    for (int k = 0; k < band.orders; k += most_inputs) {
      int const inputs = std::min(most_inputs, band.orders - k);
      for (int l = 0; l < inputs; ++l) {
        ConstLines const& lines = in[static_cast<std::size_t>(k + l)];
        first[l] = lines.data + o * lines.outer_stride + band.start.data()[i] * lines.axis_stride + c;
      }
      gather(first, result, weights + k * taps, taps, inputs, add || k > 0);
    }
  }
  void values(Index o, Index i, Index c, Index length) const {
    values(o, i, c, [&](double const* const* first, double* result, double const* weights, int taps, int inputs, bool more) {
      run(GatherRows{first, in.front().axis_stride, result, weights, taps, inputs, more}, length);
    });
  }
  /// Rows that share what they load, four at a time.
  void interior_rows(Index o, Index lower, Index upper, Index c, Index length) const {
    Index i = lower;
    if (static_cast<int>(band.count.data()[lower]) >= rows_at_once)
      for (; i + rows_at_once <= upper; i += rows_at_once)
        values(o, i, c, [&](double const* const* first, double* result, double const* weights, int taps, int inputs, bool more) {
          run(GatherRowBlock<rows_at_once>{first, in.front().axis_stride, result, out.axis_stride, weights, taps, inputs, more}, length);
        });
    for (; i < upper; ++i) values(o, i, c, length);
  }
  /// All rows of [lower, upper), `inner` values each: as one run, or where that leaves no odd values of each by rows that share what they load.
  void whole_line(Index o, Index lower, Index upper, Index inner) const {
    if (inner % lanes == 0)
      interior_rows(o, lower, upper, 0, inner);
    else
      values(o, lower, 0, (upper - lower) * inner);
  }

  void edge(Index o, Index i, Index c, Index length) const {
    if (length > 1 || in.front().axis_stride != 1) return values(o, i, c, length);
    int const taps = static_cast<int>(band.count.data()[i]);
    double const* weights = band.weights.data() + band.offset.data()[i];
    double& result = out.data[o * out.outer_stride + i * out.axis_stride + c];
    double sum = add ? result : 0.0;
    for (ConstLines const& lines : in) {
      sum += dot(weights, lines.data + o * lines.outer_stride + band.start.data()[i] + c, taps);
      weights += taps;
    }
    result = sum;
  }
};

/// Lines whose inner extent is short: all rows of [lower, upper) are one run with tap stride `inner`.
template <class Pass>
void over_whole_lines(Pass const& pass, Index outer, Index inner) {
  Band const& band = pass.band;
  on_host_threads("mollis::line_pass", outer, [&](Index o) {
    for (Index i = 0; i < band.lower; ++i) pass.edge(o, i, 0, inner);
    if (band.lower < band.upper) pass.whole_line(o, band.lower, band.upper, inner);
    for (Index i = band.upper; i < band.rows; ++i) pass.edge(o, i, 0, inner);
  });
}

/// So that every thread has some of `values` in strips.
[[maybe_unused]] Index strip_length(Index values) {
  Index const threads = Kokkos::DefaultHostExecutionSpace().concurrency();
  return threads == 1 ? longest_strip : std::clamp(values / (4 * threads) / shortest_strip * shortest_strip, shortest_strip, longest_strip);
}

/// Long inner extents: strips of them march along the axis, so that the rows that a result reads stay in cache.
template <class Pass>
void over_strips(Pass const& pass, Index outer, Index inner) {
  Band const& band = pass.band;
  Index const strip = strip_length(outer * inner), strips = (inner + strip - 1) / strip;
  on_host_threads("mollis::line_pass", outer * strips, [&](Index task) {
    Index const o = task / strips, c = task % strips * strip, length = std::min(strip, inner - c);
    for (Index i = 0; i < band.lower; ++i) pass.edge(o, i, c, length);
    if (band.lower < band.upper) pass.interior_rows(o, band.lower, band.upper, c, length);
    for (Index i = band.upper; i < band.rows; ++i) pass.edge(o, i, c, length);
  });
}

template <class Pass>
void on_cpu_threads(Pass const& pass, Index outer, Index inner, bool dense) {
  if (dense && inner < flat_below) {
    over_whole_lines(pass, outer, inner);
  } else {
    over_strips(pass, outer, inner);
  }
}

template <class Value>
bool dense(std::vector<LinesOf<Value>> const& arrays, Index inner) {
  return std::all_of(arrays.begin(), arrays.end(), [&](auto const& lines) { return lines.axis_stride == inner; });
}

using Points = Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>;

/// Results of rows that read nothing.
void set_zero(Index outer, Index rows, Index inner, Lines const& to) {
  Kokkos::parallel_for(
      "mollis::line_zero", Points(0, outer * rows * inner), KOKKOS_LAMBDA(Index point) {
        Index const c = point % inner, i = point / inner % rows, o = point / inner / rows;
        to.data[o * to.outer_stride + i * to.axis_stride + c] = 0.0;
      });
}

}  // namespace

LinePass::LinePass(LineRows const& rows)
    : forward_(forward_band(rows)), backward_(transposed_band(forward_, rows.inputs)) {}

void LinePass::apply(Index outer, Index inner, ConstLines const& in, std::vector<Lines> const& out) const {
  if (backward_.rows == 0) {  // an input without points: no row has weights, and no address may be reckoned from that of the input
    for (Lines const& to : out)
      if (!to.add) set_zero(outer, forward_.rows, inner, to);
    return;
  }
  if constexpr (on_cpu) {
    on_cpu_threads(ForwardPass{forward_, in, out}, outer, inner, in.axis_stride == inner && dense(out, inner));
  } else {
    apply_pointwise(outer, inner, in, out);
  }
}

void LinePass::apply_transpose(Index outer, Index inner, std::vector<ConstLines> const& in, Lines const& out,
                               bool add) const {
  if (forward_.rows == 0) {
    if (!add) set_zero(outer, backward_.rows, inner, out);
    return;
  }
  if constexpr (on_cpu) {
    on_cpu_threads(TransposedPass{backward_, in, out, add}, outer, inner, out.axis_stride == inner && dense(in, inner));
  } else {
    apply_transpose_pointwise(outer, inner, in, out, add);
  }
}

void LinePass::apply_pointwise(Index outer, Index inner, ConstLines const& in, std::vector<Lines> const& out) const {
  auto const start = forward_.start, count = forward_.count, offset = forward_.offset;
  auto const weights = forward_.weights;
  Index const rows = forward_.rows;
  for (std::size_t k = 0; k < out.size(); ++k) {
    Lines const to = out[k];
    ConstLines const from = in;
    Index const slot = static_cast<Index>(k);
    Kokkos::parallel_for(
        "mollis::line_pass", Points(0, outer * rows * inner), KOKKOS_LAMBDA(Index point) {
          Index const c = point % inner, i = point / inner % rows, o = point / inner / rows;
          double const* w = weights.data() + offset(i) + slot * count(i);
          double const* g = from.data + o * from.outer_stride + start(i) * from.axis_stride + c;
          double& result = to.data[o * to.outer_stride + i * to.axis_stride + c];
          double sum = to.add ? result : 0.0;
          for (Index t = 0; t < count(i); ++t) sum += w[t] * g[t * from.axis_stride];
          result = sum;
        });
  }
}

void LinePass::apply_transpose_pointwise(Index outer, Index inner, std::vector<ConstLines> const& in, Lines const& out,
                                         bool add) const {
  auto const start = backward_.start, count = backward_.count, offset = backward_.offset;
  auto const weights = backward_.weights;
  Index const rows = backward_.rows;
  for (std::size_t k = 0; k < in.size(); ++k) {
    ConstLines const from = in[k];
    Lines const to = out;
    Index const slot = static_cast<Index>(k);
    bool const keep = add || k > 0;
    Kokkos::parallel_for(
        "mollis::line_pass", Points(0, outer * rows * inner), KOKKOS_LAMBDA(Index point) {
          Index const c = point % inner, i = point / inner % rows, o = point / inner / rows;
          double const* w = weights.data() + offset(i) + slot * count(i);
          double const* g = from.data + o * from.outer_stride + start(i) * from.axis_stride + c;
          double& result = to.data[o * to.outer_stride + i * to.axis_stride + c];
          double sum = keep ? result : 0.0;
          for (Index t = 0; t < count(i); ++t) sum += w[t] * g[t * from.axis_stride];
          result = sum;
        });
  }
}

}  // namespace mollis::kernels

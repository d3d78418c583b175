#pragma once
/// Line filters on blocks: a band of weights along one axis of an array [outer][axis][inner], several bands at once
/// from one input (derivative orders), and the transpose.
#include <vector>

#include "kernels/field.hpp"

namespace mollis::kernels {

/// The weights of one pass in local indices: result i of order k is sum_j weight(i, k, j) in(start[i] + j).
struct LineRows {
  Index inputs = 0, outputs = 0;  ///< points of the axis before and after
  int orders = 1;
  Index taps = 1;                ///< of every row
  std::vector<Index> start;      ///< [output]; zero weights may lie outside [0, inputs)
  Index lower = 0, upper = 0;    ///< results that share `interior`, start[i] = start[lower] + (i - lower)
  std::vector<double> interior;  ///< [order][tap]
  std::vector<double> edges;     ///< [result outside [lower, upper), increasing][order][tap]
};

/// An array of lines on the device: value (o, i, c) stands at data[o * outer_stride + i * axis_stride + c].
template <class Value>
struct LinesOf {
  Value* data;
  Index outer_stride, axis_stride;
  bool add = false;  ///< results are added to what stands there
};
using Lines = LinesOf<double>;
using ConstLines = LinesOf<double const>;

/// Interior rows that run together: symmetric ones share their taps, at most 3 even and 2 odd; or up to 4 general ones.
struct RowGroup {
  int even = 0, odd = 0, general = 0;
  std::vector<int> slots;       ///< the orders, even ones first
  std::vector<double> weights;  ///< symmetric: [t = 0 .. radius][slot]; general: [slot][tap]
};

/// Rows in the form that kernels read: weights without outer zeros, on the device.
struct Band {
  using Table = Kokkos::View<Index*, Execution::memory_space>;
  Index rows = 0, lower = 0, upper = 0;  ///< rows in [lower, upper) share their weights
  int orders = 1;
  Table start, count, offset;  ///< [row]: weight (k, j) of row i stands at weights[offset[i] + k count[i] + j]
  Field weights;
  std::vector<RowGroup> groups;  ///< of the rows in [lower, upper)
};

/// The band of rows as they are given, and its transpose: row j of it sums over the results that read input j.
Band forward_band(LineRows const& rows);
Band transposed_band(Band const& forward, Index inputs);

/// A pass: K results from one input, or (transpose) one result from K inputs. Immutable; not collective.
class LinePass {
 public:
  LinePass() = default;
  explicit LinePass(LineRows const& rows);
  int orders() const { return forward_.orders; }
  Index inputs() const { return backward_.rows; }
  Index outputs() const { return forward_.rows; }

  /// out[k](o, i, c) := (out[k].add ? out[k](o, i, c) : 0) + sum_j weight(i, k, j) in(o, start(i) + j, c), o < outer, c < inner. No
  /// output overlaps the input or another output.
  void apply(Index outer, Index inner, ConstLines const& in, std::vector<Lines> const& out) const;
  /// out(o, j, c) := (add ? out(o, j, c) : 0) + sum_k sum_i weight(i, k, j - start(i)) in[k](o, i, c): no atomics, the
  /// same sum in the same order whatever the number of threads.
  void apply_transpose(Index outer, Index inner, std::vector<ConstLines> const& in, Lines const& out, bool add) const;

  /// The same, a point at a time: what devices run, and the reference of the tests.
  void apply_pointwise(Index outer, Index inner, ConstLines const& in, std::vector<Lines> const& out) const;
  void apply_transpose_pointwise(Index outer, Index inner, std::vector<ConstLines> const& in, Lines const& out,
                                 bool add) const;

 private:
  Band forward_, backward_;
};

}  // namespace mollis::kernels

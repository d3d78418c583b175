#include "kernels/pointwise.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "kernels/pack.hpp"
#include "kernels/sum_over_points.hpp"

namespace mollis::kernels {
namespace {

using Range = Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>;

Index size_of(Field const& field) { return static_cast<Index>(field.extent(0)); }

constexpr bool on_host = std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>;

/// Device copies of the terms of a variance, of fixed size so that a lambda may hold them.
struct DeviceTerms {
  double const* partial[max_jets];
  int slot[max_jets][max_axes];
  int jet[max_jets];   ///< of GramTables::covariances, where there are any
  int count;
};

int jet_at(GramTables const& gram, std::array<int, max_axes> const& slots) {
  for (int k = 0; k < gram.jets; ++k)
    if (std::equal(slots.begin(), slots.end(), gram.jet[k])) return k;
  throw std::logic_error("variance: a jet without covariances");
}

DeviceTerms on_device(VarianceTerms const& terms, GramTables const& gram) {
  DeviceTerms out{};
  out.count = static_cast<int>(terms.partials.size());
  for (int a = 0; a < out.count; ++a) {
    out.partial[a] = terms.partials[static_cast<std::size_t>(a)].data();
    for (int axis = 0; axis < max_axes; ++axis)
      out.slot[a][axis] = terms.slots[static_cast<std::size_t>(a)][static_cast<std::size_t>(axis)];
    out.jet[a] = gram.place.extent(0) > 0 ? jet_at(gram, terms.slots[static_cast<std::size_t>(a)]) : 0;
  }
  return out;
}

/// The rows of all jets at one point.
struct RowsHere {
  double const* table[max_axes];
  double const* covariances = nullptr;   ///< of all pairs of jets, where rows are no products
  int first = 0;       ///< rung
  double next = 0.0;   ///< weight of the rung after it

  KOKKOS_INLINE_FUNCTION RowsHere(GramTables const& gram, Shape const& n, Index point) {
    Index rest = point;
    for (int axis = max_axes - 1; axis >= 0; --axis) {
      Index const i = axis == gram.pointwise ? point : rest % n[axis];
      rest /= n[axis];
      table[axis] = gram.tables[axis].data() + i * gram.slots[axis] * gram.slots[axis];
    }
    if (gram.place.extent(0) > 0 && gram.place(point) >= 0) covariances = gram.covariances.data() + gram.place(point) * gram.jets * gram.jets;
    if (gram.level.extent(0) == 0) return;
    first = static_cast<int>(gram.level(point));
    next = gram.level(point) - first;
  }

  /// <row_a, row_b>, products over the axes, summed over the rungs that each blends.
  KOKKOS_INLINE_FUNCTION double product(GramTables const& gram, DeviceTerms const& left, int i, DeviceTerms const& right, int j) const {
    if (covariances != nullptr) return covariances[left.jet[i] * gram.jets + right.jet[j]];
    int const *a = left.slot[i], *b = right.slot[j];
    double sum = 0.0;
    for (int s = 0; s < (next > 0.0 ? 2 : 1); ++s)
      for (int t = 0; t < (next > 0.0 ? 2 : 1); ++t) {
        double value = (s == 0 ? 1.0 - next : next) * (t == 0 ? 1.0 - next : next);
        for (int axis = 0; axis < max_axes; ++axis) {
          int const base = axis == gram.pointwise ? 0 : first;
          value *= table[axis][(a[axis] + (base + s) * gram.rung[axis]) * gram.slots[axis] + b[axis] + (base + t) * gram.rung[axis]];
        }
        sum += value;
      }
    return sum;
  }
};

}  // namespace

void apply_mask(Field const& mask, Field const& field) {
  Kokkos::parallel_for("apply_mask", Range(0, size_of(field)), KOKKOS_LAMBDA(Index i) {
    if (mask(i) == 0.0) field(i) = 0.0;
  });
}

void clear_where_not_finite(Field const& value, Field const& mask) {
  Kokkos::parallel_for("clear_where_not_finite", Range(0, size_of(mask)), KOKKOS_LAMBDA(Index i) {
    double const difference = value(i) - value(i);  // 0 for finite values, NaN otherwise
    if (!(difference == 0.0)) mask(i) = 0.0;
  });
}

void add_variance(VarianceTerms const& terms, GramTables const& gram, double sigma, Extents const& extents,
                  Field const& variance) {
  auto const device = on_device(terms, gram);
  Shape const n = shape(extents);
  double const square = sigma * sigma;
  Kokkos::parallel_for("add_variance", Range(0, size_of(variance)), KOKKOS_LAMBDA(Index point) {
    RowsHere const rows(gram, n, point);
    double sum = 0.0;
    for (int a = 0; a < device.count; ++a)
      for (int b = 0; b <= a; ++b) {
        double const partials = device.partial[a][point] * device.partial[b][point] * (a == b ? 1.0 : 2.0);
        sum += partials * rows.product(gram, device, a, device, b);
      }
    variance(point) += square * sum;
  });
}

void add_covariance(VarianceTerms const& left, VarianceTerms const& right, GramTables const& gram, double sigma,
                    Extents const& extents, Field const& out) {
  auto const l = on_device(left, gram), r = on_device(right, gram);
  Shape const n = shape(extents);
  double const square = sigma * sigma;
  Kokkos::parallel_for("add_covariance", Range(0, size_of(out)), KOKKOS_LAMBDA(Index point) {
    RowsHere const rows(gram, n, point);
    double sum = 0.0;
    for (int a = 0; a < l.count; ++a)
      for (int b = 0; b < r.count; ++b) {
        sum += l.partial[a][point] * r.partial[b][point] * rows.product(gram, l, a, r, b);
      }
    out(point) += square * sum;
  });
}

void weight_from_variance(Field const& variance, Field const& mask, double floor, Field const& weight) {
  Kokkos::parallel_for("weight_from_variance", Range(0, size_of(weight)), KOKKOS_LAMBDA(Index i) {
    double const v = variance(i) > floor ? variance(i) : floor;
    weight(i) = mask(i) == 0.0 ? 0.0 : 1.0 / v;
  });
}

void keep_above(double factor, Field const& bound, Field const& field) {
  Kokkos::parallel_for("keep_above", Range(0, size_of(field)), KOKKOS_LAMBDA(Index i) {
    double const least = factor * bound(i);
    field(i) = field(i) > least ? field(i) : least;
  });
}

void scale(double factor, Field const& field) {
  Kokkos::parallel_for("scale", Range(0, size_of(field)), KOKKOS_LAMBDA(Index i) { field(i) *= factor; });
}

void multiply(Field const& by, Field const& field) {
  Kokkos::parallel_for("multiply", Range(0, size_of(field)), KOKKOS_LAMBDA(Index i) { field(i) *= by(i); });
}

void add_scaled(double factor, Field const& a, Field const& out) {
  Kokkos::parallel_for("add_scaled", Range(0, size_of(out)), KOKKOS_LAMBDA(Index i) { out(i) += factor * a(i); });
}

void add_product(Field const& a, Field const& b, Field const& out) {
  Kokkos::parallel_for("add_product", Range(0, size_of(out)), KOKKOS_LAMBDA(Index i) { out(i) += a(i) * b(i); });
}

void add_product(Field const& a, Field const& b, Field const& c, Field const& out) {
  Kokkos::parallel_for("add_product", Range(0, size_of(out)), KOKKOS_LAMBDA(Index i) { out(i) += a(i) * b(i) * c(i); });
}

void add_broadcast_product(Field const& a, Field const& piece, Extents const& stride, Extents const& extents, Field const& out) {
  if (stride == Extents{extents[1] * extents[2] * extents[3], extents[2] * extents[3], extents[3], 1}) return add_product(a, piece, out);
  Shape const n = shape(extents), s = shape(stride);
  Index const run = on_host ? std::max<Index>(extents[3], 1) : 1;   // points of a work item: on the host a row of the last axis
  double const *const from = a.data(), *const values = piece.data();
  double* const to = out.data();
  Kokkos::parallel_for("add_broadcast_product", Range(0, size_of(out) / run), KOKKOS_LAMBDA(Index item) {
    Index at = 0, rest = item * run;
    for (int axis = max_axes - 1; axis >= 0; --axis) {
      at += rest % n[axis] * s[axis];
      rest /= n[axis];
    }
    double const *x = from + item * run, *y = values + at;
    double* sum = to + item * run;
    if (s[3] == 1)
      for (Index k = 0; k < run; ++k) sum[k] += x[k] * y[k];
    else
      for (Index k = 0; k < run; ++k) sum[k] += x[k] * y[k * s[3]];
  });
}

double dot(Field const& a, Field const& b) {
  double const *const x = a.data(), *const y = b.data();
  return sum_over_points("dot", size_of(a), KOKKOS_LAMBDA(Index i) { return x[i] * y[i]; });
}

double triple_product(Field const& a, Field const& b, Field const& c) {
  double const *const x = a.data(), *const y = b.data(), *const z = c.data();
  return sum_over_points("triple_product", size_of(a), KOKKOS_LAMBDA(Index i) { return x[i] * y[i] * z[i]; });
}

double largest(Field const& field) {
  double result = 0.0;
  Kokkos::parallel_reduce("largest", Range(0, size_of(field)),
                          KOKKOS_LAMBDA(Index i, double& local) {
                            if (field(i) > local) local = field(i);
                          },
                          Kokkos::Max<double>(result));
  return result > 0.0 ? result : 0.0;
}

void sum_over_axes(Field const& full, Extents const& extents, Extents const& stride, Field const& piece) {
  if (piece.extent(0) == full.extent(0)) {
    Kokkos::parallel_for("sum_over_no_axis", Range(0, size_of(full)), KOKKOS_LAMBDA(Index i) { piece(i) += full(i); });
    return;
  }
  if (piece.extent(0) == 1) {
    double sum = 0.0;
    Kokkos::parallel_reduce("sum_over_all_axes", Range(0, size_of(full)),
                            KOKKOS_LAMBDA(Index i, double& local) { local += full(i); }, sum);
    Kokkos::parallel_for("add_sum", Range(0, 1), KOKKOS_LAMBDA(Index) { piece(0) += sum; });
    return;
  }
  Shape const step = shape(window(extents, {}).stride);  // of the full array
  Shape kept = shape(extents), summed = kept;
  for (std::size_t axis = 0; axis < max_axes; ++axis) (stride[axis] == 0 ? kept : summed)[axis] = 1;
  Index const run = on_host ? std::max<Index>(kept[max_axes - 1], 1) : 1;   // results of a work item: on the host a row of the last axis
  Kokkos::parallel_for("sum_over_axes", Range(0, size_of(piece) / run), KOKKOS_LAMBDA(Index item) {
    Index base = 0, rest = item * run;
    for (int axis = max_axes - 1; axis >= 0; --axis) {
      base += rest % kept[axis] * step[axis];
      rest /= kept[axis];
    }
    double* const to = piece.data() + item * run;
    for (Index i0 = 0; i0 < summed[0]; ++i0)
      for (Index i1 = 0; i1 < summed[1]; ++i1)
        for (Index i2 = 0; i2 < summed[2]; ++i2)
          for (Index i3 = 0; i3 < summed[3]; ++i3) {
            double const* const from = full.data() + base + i0 * step[0] + i1 * step[1] + i2 * step[2] + i3 * step[3];
            for (Index k = 0; k < run; ++k) to[k] += from[k];
          }
  });
}

}  // namespace mollis::kernels

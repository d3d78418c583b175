#include "kernels/single.hpp"

#include "kernels/sum_over_points.hpp"

namespace mollis::kernels {
namespace {

using Range = Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>;

Index size_of(SingleField const& field) { return static_cast<Index>(field.extent(0)); }

}  // namespace

SingleField in_single(Field const& field) {
  SingleField const out(Kokkos::view_alloc(std::string("single"), Kokkos::WithoutInitializing), field.extent(0));
  double const* const from = field.data();
  float* const to = out.data();
  Kokkos::parallel_for("in_single", Range(0, size_of(out)), KOKKOS_LAMBDA(Index i) { to[i] = static_cast<float>(from[i]); });
  return out;
}

void widen(SingleField const& a, Field const& field) {
  float const* const from = a.data();
  double* const to = field.data();
  Kokkos::parallel_for("widen", Range(0, size_of(a)), KOKKOS_LAMBDA(Index i) { to[i] = static_cast<double>(from[i]); });
}

void add_scaled(double factor, SingleField const& a, Field const& out) {
  float const* const from = a.data();
  double* const to = out.data();
  Kokkos::parallel_for("add_single", Range(0, size_of(a)), KOKKOS_LAMBDA(Index i) { to[i] += factor * static_cast<double>(from[i]); });
}

double dot(SingleField const& a, Field const& b) {
  float const* const x = a.data();
  double const* const y = b.data();
  return sum_over_points("dot_single", size_of(a), KOKKOS_LAMBDA(Index i) { return static_cast<double>(x[i]) * y[i]; });
}

}  // namespace mollis::kernels

#include "kernels/jet_sums.hpp"

#include <algorithm>
#include <type_traits>

#include "kernels/pointwise.hpp"

namespace mollis::kernels {
namespace {

constexpr bool on_the_host = std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>;

/// Device copies of the terms, of fixed size so that a lambda may hold them.
struct DeviceTerms {
  double const* weight[max_jets];
  double* jet[max_jets];
  int count;
};

DeviceTerms on_device(std::vector<WeightedJet> const& terms, std::size_t from) {
  DeviceTerms out{};
  for (std::size_t k = from; k < terms.size() && out.count < max_jets; ++k, ++out.count) {
    out.weight[out.count] = terms[k].weight.data();
    out.jet[out.count] = terms[k].jet.data();
  }
  return out;
}

/// body(point in the box, point in the window, run) for runs of consecutive points: rows on the host, points on devices.
template <class Body>
void over_runs(char const* name, Window const& window, Extents const& extents, Body const& body) {
  Index const run = on_the_host ? extents[3] : 1;
  if (extents[0] * extents[1] * extents[2] * extents[3] == 0) return;
  Index const n3 = extents[3] / run, n2 = extents[2], n1 = extents[1];
  Shape const s = shape(window.stride);
  Index const start = window.start;
  Kokkos::parallel_for(
      name, Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(0, extents[0] * n1 * n2 * n3),
      KOKKOS_LAMBDA(Index item) {
        Index const i3 = item % n3, i2 = item / n3 % n2, plane = item / n3 / n2;
        body(item * run, start + plane / n1 * s[0] + plane % n1 * s[1] + i2 * s[2] + i3, run);
      });
}

/// The bodies are named, as nvcc asks of a lambda that runs inside another.
struct AddUp {
  DeviceTerms terms;
  double* sum;
  KOKKOS_INLINE_FUNCTION void operator()(Index point, Index at, Index run) const {
    for (int k = 0; k < terms.count; ++k) {
      double const* weight = terms.weight[k] + point;
      double const* jet = terms.jet[k] + at;
      for (Index i = 0; i < run; ++i) sum[point + i] += weight[i] * jet[i];
    }
  }
};

struct Spread {
  DeviceTerms terms;
  double const* factor;
  bool add;
  KOKKOS_INLINE_FUNCTION void operator()(Index point, Index at, Index run) const {
    for (int k = 0; k < terms.count; ++k) {
      double const* weight = terms.weight[k] + point;
      double* jet = terms.jet[k] + at;
      if (add)
        for (Index i = 0; i < run; ++i) jet[i] += weight[i] * factor[point + i];
      else
        for (Index i = 0; i < run; ++i) jet[i] = weight[i] * factor[point + i];
    }
  }
};

}  // namespace

void add_weighted_jets(std::vector<WeightedJet> const& terms, Window const& window, Extents const& extents, Field const& sum) {
  for (std::size_t from = 0; from < terms.size(); from += max_jets)
    over_runs("mollis::add_weighted_jets", window, extents, AddUp{on_device(terms, from), sum.data()});
}

void spread_over_jets(std::vector<WeightedJet> const& terms, Field const& factor, Window const& window,
                      Extents const& extents, bool add) {
  for (std::size_t from = 0; from < terms.size(); from += max_jets)
    over_runs("mollis::spread_over_jets", window, extents, Spread{on_device(terms, from), factor.data(), add});
}

}  // namespace mollis::kernels

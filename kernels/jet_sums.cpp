#include "kernels/jet_sums.hpp"

#include <type_traits>

#include "kernels/pointwise.hpp"

namespace mollis::kernels {
namespace {

constexpr bool on_the_host = std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>;
constexpr Index block = 1024;  ///< points

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

/// body(first point, run) for runs of consecutive points: blocks that stay in cache on the host, points on devices.
template <class Body>
void over_runs(char const* name, Index points, Body const& body) {
  Index const run = on_the_host ? block : 1;
  Kokkos::parallel_for(
      name, Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(0, (points + run - 1) / run),
      KOKKOS_LAMBDA(Index item) {
        Index const left = points - item * run;
        body(item * run, left < run ? left : run);
      });
}

/// The bodies are named, as nvcc asks of a lambda that runs inside another.
struct AddUp {
  DeviceTerms terms;
  double* sum;
  KOKKOS_INLINE_FUNCTION void operator()(Index point, Index run) const {
    for (int k = 0; k < terms.count; ++k) {
      double const* weight = terms.weight[k] + point;
      double const* jet = terms.jet[k] + point;
      for (Index i = 0; i < run; ++i) sum[point + i] += weight[i] * jet[i];
    }
  }
};

struct Spread {
  DeviceTerms terms;
  double const* factor;
  bool add;
  KOKKOS_INLINE_FUNCTION void operator()(Index point, Index run) const {
    for (int k = 0; k < terms.count; ++k) {
      double const* weight = terms.weight[k] + point;
      double* jet = terms.jet[k] + point;
      if (add)
        for (Index i = 0; i < run; ++i) jet[i] += weight[i] * factor[point + i];
      else
        for (Index i = 0; i < run; ++i) jet[i] = weight[i] * factor[point + i];
    }
  }
};

}  // namespace

void add_weighted_jets(std::vector<WeightedJet> const& terms, Field const& sum) {
  for (std::size_t from = 0; from < terms.size(); from += max_jets)
    over_runs("mollis::add_weighted_jets", static_cast<Index>(sum.extent(0)), AddUp{on_device(terms, from), sum.data()});
}

void spread_over_jets(std::vector<WeightedJet> const& terms, Field const& factor, bool add) {
  for (std::size_t from = 0; from < terms.size(); from += max_jets)
    over_runs("mollis::spread_over_jets", static_cast<Index>(factor.extent(0)), Spread{on_device(terms, from), factor.data(), add});
}

}  // namespace mollis::kernels

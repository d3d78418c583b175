#include "kernels/point_samples.hpp"

#include <vector>

namespace mollis::kernels {
namespace {

using Policy = Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>;

/// Where the taps of each axis begin among those of a point.
struct Starts {
  explicit Starts(PointSamples const& s) : at{{0, s.taps[0], s.taps[0] + s.taps[1], s.taps[0] + s.taps[1] + s.taps[2]}} {}
  Shape at;
};

Shape strides_of(PointSamples const& s) {
  return {{s.extents[1] * s.extents[2] * s.extents[3], s.extents[2] * s.extents[3], s.extents[3], 1}};
}

}  // namespace

void order_by_slab(PointSamples& s) {
  s.slab = 0;
  while (s.slab < max_axes - 1 && s.extents[static_cast<std::size_t>(s.slab)] == 1) ++s.slab;
  auto const slab = static_cast<std::size_t>(s.slab);
  Index const taps = s.taps[slab], start = Starts(s).at[slab], each = s.of_point();
  auto const index = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), s.index);
  std::vector<Index> count(static_cast<std::size_t>(s.extents[slab]) + 1, 0);
  auto const visit = [&](auto&& act) {
    for (Index p = 0; p < s.points; ++p)
      for (Index k = 0; k < taps; ++k) act(p * taps + k, static_cast<std::size_t>(index(static_cast<std::size_t>(p * each + start + k))));
  };
  visit([&](Index, std::size_t at) { ++count[at + 1]; });
  for (std::size_t i = 1; i < count.size(); ++i) count[i] += count[i - 1];
  s.first = Indices("first", count.size());
  s.entry = Indices("entry", static_cast<std::size_t>(s.points * taps));
  auto const first = Kokkos::create_mirror_view(s.first), entry = Kokkos::create_mirror_view(s.entry);
  for (std::size_t i = 0; i < count.size(); ++i) first(i) = count[i];
  visit([&](Index what, std::size_t at) { entry(static_cast<std::size_t>(count[at]++)) = what; });
  Kokkos::deep_copy(s.first, first);
  Kokkos::deep_copy(s.entry, entry);
}

void sample(PointSamples const& s, Field const& array, Field const& rows) {
  Shape const taps = s.taps, stride = strides_of(s), start = Starts(s).at;
  Index const each = s.of_point();
  auto const index = s.index;
  auto const weight = s.weight;
  Kokkos::parallel_for(
      "mollis::sample", Policy(0, s.points), KOKKOS_LAMBDA(Index p) {
        Index const* at = index.data() + p * each;
        double const* w = weight.data() + p * each;
        double sum = 0.0;
        for (Index a = 0; a < taps[0]; ++a)
          for (Index b = 0; b < taps[1]; ++b)
            for (Index c = 0; c < taps[2]; ++c) {
              double const* row = array.data() + at[a] * stride[0] + at[start[1] + b] * stride[1] + at[start[2] + c] * stride[2];
              double line = 0.0;
              for (Index d = 0; d < taps[3]; ++d) line += w[start[3] + d] * row[at[start[3] + d]];
              sum += w[a] * w[start[1] + b] * w[start[2] + c] * line;
            }
        rows(static_cast<std::size_t>(p)) = sum;
      });
}

/// A work item is a slab of the array, which gathers what is its own.
void spread_add(PointSamples const& s, Field const& rows, Field const& array) {
  Shape const stride = strides_of(s), start = Starts(s).at;
  Index const each = s.of_point(), own = s.taps[static_cast<std::size_t>(s.slab)];
  int const slab = s.slab;
  Shape taps = s.taps;
  taps[static_cast<std::size_t>(slab)] = 1;
  auto const index = s.index, first = s.first, entry = s.entry;
  auto const weight = s.weight;
  Kokkos::parallel_for(
      "mollis::spread_add", Policy(0, s.extents[static_cast<std::size_t>(slab)]), KOKKOS_LAMBDA(Index item) {
        for (Index e = first(static_cast<std::size_t>(item)); e < first(static_cast<std::size_t>(item + 1)); ++e) {
          Index const p = entry(static_cast<std::size_t>(e)) / own, k = entry(static_cast<std::size_t>(e)) % own;
          Index const* at = index.data() + p * each;
          double const* w = weight.data() + p * each;
          Shape from = start;  // the taps that this slab takes part in
          from[static_cast<std::size_t>(slab)] += k;
          double const value = rows(static_cast<std::size_t>(p));
          for (Index a = from[0]; a < from[0] + taps[0]; ++a)
            for (Index b = from[1]; b < from[1] + taps[1]; ++b)
              for (Index c = from[2]; c < from[2] + taps[2]; ++c) {
                double* row = array.data() + at[a] * stride[0] + at[b] * stride[1] + at[c] * stride[2];
                double const factor = value * w[a] * w[b] * w[c];
                for (Index d = from[3]; d < from[3] + taps[3]; ++d) row[at[d]] += factor * w[d];
              }
        }
      });
}

}  // namespace mollis::kernels

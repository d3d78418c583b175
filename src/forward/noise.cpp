#include "forward/noise.hpp"

#include <cmath>
#include <limits>

namespace mollis::forward {
namespace {

struct Product {
  std::uint32_t high, low;
};

Product multiply(std::uint32_t a, std::uint32_t b) {
  auto const product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

/// In (0, 1): 52 bits, centred in their intervals.
double to_unit(std::uint32_t high, std::uint32_t low) {
  auto const bits = (std::uint64_t{high} << 32 | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

std::uint32_t low_word(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high_word(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

/// result(value, global point) at this rank's points.
template <class Result>
Field mapped(grid::Grid const& grid, Field const& state, Result const& result) {
  auto const& box = grid.owned();
  auto const extents = box.extents();
  Extents lower{0, 0, 0, 0}, size{1, 1, 1, 1};
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const position = static_cast<std::size_t>(max_axes - grid.dimension() + a);
    lower[position] = box[a].lower;
    size[position] = grid.axis(a).size();
  }
  auto const values = on_host(state);
  auto const changed = make_field("observations", grid.local_size());
  auto const host = Kokkos::create_mirror_view(changed);
  std::size_t n = 0;
  for (Index t = 0; t < extents[0]; ++t)
    for (Index z = 0; z < extents[1]; ++z)
      for (Index y = 0; y < extents[2]; ++y) {
        auto const row = (((lower[0] + t) * size[1] + lower[1] + z) * size[2] + lower[2] + y) * size[3] + lower[3];
        for (Index x = 0; x < extents[3]; ++x, ++n) host(n) = result(values(n), row + x);
      }
  Kokkos::deep_copy(changed, host);
  return changed;
}

double sum_over_ranks(grid::Grid const& grid, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return value;
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    auto const first = multiply(0xD2511F53U, counter[0]);
    auto const second = multiply(0xCD9E8D57U, counter[2]);
    counter = {second.high ^ counter[1] ^ key[0], second.low, first.high ^ counter[3] ^ key[1], first.low};
    key = {key[0] + 0x9E3779B9U, key[1] + 0xBB67AE85U};
  }
  return counter;
}

std::array<double, 2> uniform(Stream const& stream, Index point) {
  auto const index = static_cast<std::uint64_t>(point);
  auto const words =
      philox({low_word(index), high_word(index), stream.state, static_cast<std::uint32_t>(stream.purpose)},
             {low_word(stream.seed), high_word(stream.seed)});
  return {to_unit(words[0], words[1]), to_unit(words[2], words[3])};
}

double normal(Stream const& stream, Index point) {
  constexpr double two_pi = 6.283185307179586476925;
  auto const draws = uniform(stream, point);
  return std::sqrt(-2.0 * std::log(draws[0])) * std::cos(two_pi * draws[1]);
}

Moments moments(grid::Grid const& grid, Field const& state) {
  auto const values = on_host(state);
  auto const points = static_cast<double>(grid.points());
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < values.extent(0); ++i) sum += values(i);
  double const mean = sum_over_ranks(grid, sum) / points;
  for (std::size_t i = 0; i < values.extent(0); ++i) squares += (values(i) - mean) * (values(i) - mean);
  return {mean, std::sqrt(sum_over_ranks(grid, squares) / points)};
}

Field with_noise(grid::Grid const& grid, Field const& state, double sigma, std::uint64_t seed, int which_state) {
  Stream const stream{seed, static_cast<std::uint32_t>(which_state), Stream::Purpose::noise};
  return mapped(grid, state, [&](double value, Index point) { return value + sigma * normal(stream, point); });
}

Field with_gaps(grid::Grid const& grid, Field const& state, double fraction, std::uint64_t seed, int which_state) {
  Stream const stream{seed, static_cast<std::uint32_t>(which_state), Stream::Purpose::dropout};
  return mapped(grid, state, [&](double value, Index point) {
    return uniform(stream, point)[0] < fraction ? std::numeric_limits<double>::quiet_NaN() : value;
  });
}

}  // namespace mollis::forward

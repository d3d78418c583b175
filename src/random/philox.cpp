#include "random/philox.hpp"

#include <cmath>

namespace mollis::random {
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

}  // namespace mollis::random

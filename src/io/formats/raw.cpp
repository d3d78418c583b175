#include "io/formats/raw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace mollis::io {
namespace {

double half(std::uint16_t bits) {
  int const exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double const sign = (bits & 0x8000u) != 0 ? -1.0 : 1.0;
  if (exponent == 31)
    return mantissa == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  return exponent == 0 ? sign * std::ldexp(mantissa, -24) : sign * std::ldexp(1024 + mantissa, exponent - 25);
}

template <class T, class Convert>
void convert(unsigned char const* bytes, bool swapped, Index count, double* values, Convert const& to_double) {
  for (Index n = 0; n < count; ++n) {
    unsigned char word[sizeof(T)];
    std::memcpy(word, bytes + n * static_cast<Index>(sizeof(T)), sizeof(T));
    if (swapped) std::reverse(word, word + sizeof(T));
    T value;
    std::memcpy(&value, word, sizeof(T));
    values[n] = to_double(value);
  }
}

template <class T>
void plain(unsigned char const* bytes, bool swapped, Index count, double* values) {
  convert<T>(bytes, swapped, count, values, [](T v) { return static_cast<double>(v); });
}

}  // namespace

double fewest_digits(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

bool little_endian() {
  std::uint16_t const one = 1;
  unsigned char first = 0;
  std::memcpy(&first, &one, 1);
  return first == 1;
}

bool is_number(Stored const& stored) {
  int const b = stored.bytes;
  return b == 2 || b == 4 || b == 8 || (b == 1 && stored.integer);
}

void to_doubles(unsigned char const* bytes, Stored const& stored, bool swapped, Index count, double* values) {
  if (!stored.integer) {
    if (stored.bytes == 2) return convert<std::uint16_t>(bytes, swapped, count, values, half);
    return stored.bytes == 4 ? plain<float>(bytes, swapped, count, values)
                             : plain<double>(bytes, swapped, count, values);
  }
  switch (stored.bytes) {
    case 1:
      return stored.negative ? plain<std::int8_t>(bytes, swapped, count, values)
                             : plain<std::uint8_t>(bytes, swapped, count, values);
    case 2:
      return stored.negative ? plain<std::int16_t>(bytes, swapped, count, values)
                             : plain<std::uint16_t>(bytes, swapped, count, values);
    case 4:
      return stored.negative ? plain<std::int32_t>(bytes, swapped, count, values)
                             : plain<std::uint32_t>(bytes, swapped, count, values);
    default:
      return stored.negative ? plain<std::int64_t>(bytes, swapped, count, values)
                             : plain<std::uint64_t>(bytes, swapped, count, values);
  }
}

}  // namespace mollis::io

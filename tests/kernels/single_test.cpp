// Fields in single precision: rounded once, computed with in double precision.
#include "kernels/single.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace mollis;

Field field_of(Index size, double (*value)(Index)) {
  Field const field("values", static_cast<std::size_t>(size));
  auto const host = Kokkos::create_mirror_view(field);
  for (Index i = 0; i < size; ++i) host(static_cast<std::size_t>(i)) = value(i);
  Kokkos::deep_copy(field, host);
  return field;
}

double wave(Index i) { return std::sin(0.37 * static_cast<double>(i)) * std::exp(-0.001 * static_cast<double>(i)); }
double ramp(Index i) { return 1e-9 + static_cast<double>(i % 17) / 3.0; }

constexpr Index size = 10007;   // no multiple of any run of points

TEST(SingleField, IsTheFieldRounded) {
  auto const single = kernels::in_single(field_of(size, wave));
  Field const wide = make_field("wide", size);
  kernels::widen(single, wide);
  auto const host = on_host(wide);
  for (Index i = 0; i < size; ++i) EXPECT_EQ(host(static_cast<std::size_t>(i)), static_cast<double>(static_cast<float>(wave(i)))) << i;
}

TEST(SingleField, ProductsAreThoseOfItsValuesInDoublePrecision) {
  auto const single = kernels::in_single(field_of(size, wave));
  double sum = 0.0, absolute = 0.0;
  for (Index i = 0; i < size; ++i) {
    double const term = static_cast<double>(static_cast<float>(wave(i))) * ramp(i);
    sum += term;
    absolute += std::abs(term);
  }
  EXPECT_NEAR(kernels::dot(single, field_of(size, ramp)), sum, 1e-14 * absolute);
  EXPECT_GT(std::abs(kernels::dot(single, field_of(size, ramp)) - kernels::dot(single, field_of(size, wave))), 1.0);
}

TEST(SingleField, IsAddedInDoublePrecision) {
  auto const single = kernels::in_single(field_of(size, wave));
  auto const out = field_of(size, ramp);
  kernels::add_scaled(-3.0, single, out);
  auto const host = on_host(out);
  for (Index i = 0; i < size; ++i) {
    double const expected = ramp(i) - 3.0 * static_cast<double>(static_cast<float>(wave(i)));
    EXPECT_NEAR(host(static_cast<std::size_t>(i)), expected, 1e-15 * (std::abs(expected) + 10.0)) << i;
  }
}

}  // namespace

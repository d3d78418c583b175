// The mollifier and its derivatives: Richardson differences, support, symmetry.
#include "mollifier/kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace {

using mollis::mollifier::Kernel;

std::vector<Kernel> const kernels{{Kernel::Family::bump, 0.0},
                                  {Kernel::Family::polynomial, 9.0},
                                  {Kernel::Family::polynomial, 3.5},
                                  {Kernel::Family::cosine, 8.0},
                                  {Kernel::Family::gaussian, 0.0}};

/// d/ds of the derivative before, by Richardson's extrapolation of central differences.
double difference(Kernel const& kernel, double s, int order) {
  constexpr int levels = 5;
  double table[levels][levels];
  double h = 0.02;
  for (int i = 0; i < levels; ++i, h /= 2.0) {
    table[i][0] = (kernel.derivative(s + h, order - 1) - kernel.derivative(s - h, order - 1)) / (2.0 * h);
    for (int j = 1; j <= i; ++j)
      table[i][j] = table[i][j - 1] + (table[i][j - 1] - table[i - 1][j - 1]) / (std::pow(4.0, j) - 1.0);
  }
  return table[levels - 1][levels - 1];
}

TEST(Kernel, ValuesAreTheFormulas) {
  double const s = 0.3, pi = std::acos(-1.0);
  EXPECT_NEAR(kernels[0](s), std::exp(-1.0 / (1.0 - s * s)), 1e-15);
  EXPECT_NEAR(kernels[1](s), std::pow(1.0 - s * s, 9.0), 1e-15);
  EXPECT_NEAR(kernels[3](s), std::pow(std::cos(pi * s / 2.0), 8.0), 1e-15);
  EXPECT_NEAR(kernels[4](s), std::exp(-s * s * 9.0 / 2.0), 1e-15);
}

TEST(Kernel, DerivativesEqualRichardsonDifferences) {
  for (Kernel const& kernel : kernels)
    for (int order = 1; order <= 6; ++order)
      for (double s : {-0.71, -0.4, 0.0, 0.13, 0.55}) {
        double const scale = std::abs(kernel.derivative(0.1, order)) + std::abs(kernel.derivative(0.45, order)) +
                             std::abs(kernel.derivative(s, order));
        EXPECT_NEAR(kernel.derivative(s, order), difference(kernel, s, order), 2e-7 * scale)
            << "family " << static_cast<int>(kernel.family) << " order " << order << " s " << s;
      }
}

TEST(Kernel, VanishesOutsideAndIsFiniteAtTheRim) {
  for (Kernel const& kernel : kernels)
    for (int order = 0; order <= 6; ++order) {
      for (double s : {-2.0, -1.0, 1.0, 1.5}) EXPECT_EQ(kernel.derivative(s, order), 0.0);
      for (double s : {1.0 - 1e-16, 1.0 - 1e-12, 1.0 - 1e-3}) EXPECT_TRUE(std::isfinite(kernel.derivative(s, order)));
    }
  EXPECT_EQ(kernels[0](0.99999), 0.0 * kernels[0](0.5) + std::exp(-1.0 / ((1.0 - 0.99999) * 1.99999)));
}

TEST(Kernel, EvenOrdersAreEvenAndOddOrdersOdd) {
  for (Kernel const& kernel : kernels)
    for (int order = 0; order <= 6; ++order) {
      double const sign = order % 2 == 0 ? 1.0 : -1.0, value = kernel.derivative(0.37, order);
      EXPECT_NEAR(kernel.derivative(-0.37, order), sign * value, 1e-12 * std::abs(value));
    }
}

TEST(Kernel, OtherOrdersAreRefused) {
  EXPECT_THROW(kernels[0].derivative(0.0, 7), std::invalid_argument);
  EXPECT_THROW(kernels[0].derivative(0.0, -1), std::invalid_argument);
}

}  // namespace

// Inverses of small matrices by a root: against multiplication, symmetric, whatever the units.
#include "solver/inverse_root.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace mollis;

constexpr int n = 9;

/// Entries of s_i s_j exp(-|i - j| / 4): of units s that differ by up to 1e24 between unknowns.
double entry(int i, int j) { return std::exp(-0.25 * std::abs(i - j)) * std::pow(10.0, 3.0 * (i + j) - 24.0); }

solver::InverseRoot make() {
  std::vector<double> a;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) a.push_back(entry(i, j));
  return {a, n};
}

TEST(InverseRoot, UndoesMultiplication) {
  auto const inverse = make();
  double x[n] = {}, solution[n] = {};
  for (int i = 0; i < n; ++i) solution[i] = std::cos(static_cast<double>(i)) * std::pow(10.0, -3.0 * i);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) x[i] += entry(i, j) * solution[j];
  inverse.apply(x);
  for (int i = 0; i < n; ++i) EXPECT_NEAR(x[i] / solution[i], 1.0, 1e-12) << i;   // condition 100
}

TEST(InverseRoot, IsSymmetricToTheLastDigits) {
  auto const inverse = make();
  double column[n][n] = {};
  for (int j = 0; j < n; ++j) {
    column[j][j] = 1.0;
    inverse.apply(column[j]);
  }
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) EXPECT_NEAR(column[i][j], column[j][i], 1e-14 * std::sqrt(column[i][i] * column[j][j]));
}

TEST(InverseRoot, IsPositiveWhereRoundingMadeEntriesIndefinite) {
  solver::InverseRoot const inverse({1.0, 1.0 + 1e-15, 1.0 + 1e-15, 1.0}, 2);
  double x[2] = {1.0, -1.0};
  inverse.apply(x);
  EXPECT_GT(x[0] - x[1], 0.0);
  EXPECT_TRUE(std::isfinite(x[0]));
}

}  // namespace

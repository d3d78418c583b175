// Curves of n coefficients are curves of 2 n - 3, and what is none of n is found.
#include "uncertainty/curve_bends.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "deck/curves.hpp"
#include "random/philox.hpp"

namespace mollis::test {
namespace {

deck::Curve curve_of(int coefficients) {
  deck::Curve curve;
  curve.coefficients = coefficients;
  curve.range = {0.0, 2.0};
  return curve;
}

double value(deck::Curve const& curve, std::vector<double> const& c, double u) {
  auto const weights = deck::basis(curve, u);
  double sum = 0.0;
  for (std::size_t k = 0; k < c.size(); ++k) sum += weights[k] * c[k];
  return sum;
}

std::vector<double> embedded(std::vector<double> const& coarse) {
  auto const e = uncertainty::halving(static_cast<int>(coarse.size()));
  std::vector<double> fine(2 * coarse.size() - 3, 0.0);
  for (std::size_t j = 0; j < fine.size(); ++j)
    for (std::size_t k = 0; k < coarse.size(); ++k) fine[j] += e[j * coarse.size() + k] * coarse[k];
  return fine;
}

TEST(CurveBends, HalvedIntervalsHoldTheSameCurve) {
  std::vector<double> const coarse{1.0, -0.5, 2.0, 0.3, 0.7, -1.1};
  auto const fine = embedded(coarse);
  for (double u = -0.2; u < 2.3; u += 0.11) EXPECT_NEAR(value(curve_of(6), coarse, u), value(curve_of(9), fine, u), 1e-13) << u;
}

constexpr int draws = 400;

/// Deviations of `draws` fits of fine coefficients about `mean`, correlated, their covariance exact or that of `told_from` draws.
std::vector<double> deviations_about(std::vector<double> const& mean, int told_from) {
  std::size_t const m = mean.size();
  Index next = 0;
  auto const normal = [&] { return random::normal({7, 0, random::Stream::Purpose::data}, next++); };
  auto const noise = [&] {  // neighbours share half of theirs
    std::vector<double> white(m + 1), out(m);
    for (double& value : white) value = normal();
    for (std::size_t i = 0; i < m; ++i) out[i] = 0.1 * (white[i] + white[i + 1]);
    return out;
  };
  std::vector<double> found;
  for (int n = 0; n < draws; ++n) {
    auto fine = noise();
    for (std::size_t i = 0; i < m; ++i) fine[i] += mean[i];
    std::vector<double> covariance(m * m, 0.0);
    for (int k = 0; k < told_from; ++k) {
      auto const draw = noise();
      for (std::size_t i = 0; i < m * m; ++i) covariance[i] += draw[i / m] * draw[i % m] / told_from;
    }
    for (std::size_t i = 0; told_from == 0 && i < m; ++i)
      for (std::size_t j = 0; j < m; ++j) covariance[i * m + j] = i == j ? 0.02 : std::max(i, j) - std::min(i, j) == 1 ? 0.01 : 0.0;
    found.push_back(uncertainty::bends(fine, covariance, told_from));
  }
  return found;
}

double share_above(std::vector<double> const& values, double bound) {
  return static_cast<double>(std::count_if(values.begin(), values.end(), [&](double value) { return value > bound; })) / static_cast<double>(values.size());
}

/// A normal variable passes 1 in 15.9 % and 2 in 2.3 % of the cases.
TEST(CurveBends, AreAsRareAsTheyAreSaidWhereCoefficientsAreEnough) {
  auto const mean = embedded({1.0, -0.5, 2.0, 0.3, 0.7, -1.1, 0.2, 0.4, 0.1, 1.0, 1.2, 0.9});
  for (int const told_from : {0, 64}) {
    auto const found = deviations_about(mean, told_from);
    EXPECT_NEAR(share_above(found, 1.0), 0.159, 0.055) << told_from;   // three standard deviations of 400 draws
    EXPECT_NEAR(share_above(found, 2.0), 0.023, 0.0225) << told_from;
    EXPECT_EQ(share_above(found, 3.5), 0.0) << told_from;
  }
}

TEST(CurveBends, AreFoundWhereCoefficientsAreTooFew) {
  auto mean = embedded({1.0, 1.0, 1.0, 1.0, 1.0, 1.0});
  mean[4] += 2.0;
  EXPECT_EQ(share_above(deviations_about(mean, 0), 3.5), 1.0);
}

TEST(CurveBends, LeaveOutWhatNothingDetermines) {
  auto fine = embedded({1.0, -0.5, 2.0, 0.3, 0.7, -1.1});
  std::vector<double> covariance(81, 0.0);
  for (std::size_t i = 0; i < 9; ++i) covariance[i * 10] = 0.01;
  EXPECT_LT(uncertainty::bends(fine, covariance, 0), 0.5);
  fine[0] = 100.0;
  EXPECT_GT(uncertainty::bends(fine, covariance, 0), 3.5);
  covariance[0] = HUGE_VAL;
  EXPECT_LT(uncertainty::bends(fine, covariance, 0), 0.5);
  for (std::size_t i = 0; i < 9; ++i) covariance[i * 10] = HUGE_VAL;
  EXPECT_EQ(uncertainty::bends(fine, covariance, 0), 0.0);
}

}  // namespace
}  // namespace mollis::test

// What chance alone brings at a few places, against drawn ones.
#include "verdict/chance.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mollis::verdict {
namespace {

/// Share of fields in which more than `most` of `places` pass.
double beyond(int places, double probability, double most) {
  std::mt19937_64 random(1);
  std::binomial_distribution<int> passed(places, probability);
  int constexpr fields = 200000;
  int more = 0;
  for (int i = 0; i < fields; ++i) more += passed(random) > most + 0.5 ? 1 : 0;
  return static_cast<double>(more) / fields;
}

TEST(Chance, IsTheLeastShareThatOneFieldOfTwentyPasses) {
  for (int const places : {1, 6, 15, 40, 200, 3000})
    for (double const probability : {0.003, 0.012, 0.2}) {
      double const passed = places * share_by_chance(places, probability);
      EXPECT_NEAR(passed, std::round(passed), 1e-9);
      EXPECT_LT(beyond(places, probability, passed), 0.052) << places << " " << probability;
      if (passed > 0.5) {
        EXPECT_GT(beyond(places, probability, passed - 1.0), 0.048) << places << " " << probability;
      }
    }
}

TEST(Chance, IsNoneWithoutPlaces) {
  EXPECT_EQ(share_by_chance(0.0, 0.1), 0.0);
  EXPECT_EQ(share_by_chance(std::nan(""), 0.1), 0.0);
}

}  // namespace
}  // namespace mollis::verdict

// Bytes of factors, and operations, against symbolic elimination, entry by entry, of lattices cut by separators of whole points.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <set>

#include "estimators/dissection.hpp"
#include "estimators/elimination.hpp"
#include "estimators/section.hpp"

namespace {

using namespace mollis;
using estimators::Dissection;

/// Points of a box, and of its separators as they are eliminated: sons before fathers.
struct Eliminated {
  explicit Eliminated(Dissection const& of) : lattice(of) {
    std::vector<int> low(lattice.points.size(), 0), high;
    for (double const n : lattice.points) high.push_back(static_cast<int>(n));
    std::vector<int> last;
    for (std::size_t a = 0; a < low.size(); ++a)
      if (lattice.wraps[a]) {
        auto cut = low;
        cut[a] = high[a] - static_cast<int>(lattice.reach[a]);
        add(cut, high, last);
        high[a] = cut[a];
      }
    split(low, high);
    fronts.push_back(last);
  }

  void add(std::vector<int> const& low, std::vector<int> const& high, std::vector<int>& to) const {
    std::function<void(std::size_t, int)> const along = [&](std::size_t a, int number) {
      if (a == low.size()) return to.push_back(number);
      for (int i = low[a]; i < high[a]; ++i) along(a + 1, number * static_cast<int>(lattice.points[a]) + i);
    };
    along(0, 0);
  }

  void split(std::vector<int> const& low, std::vector<int> const& high) {
    std::size_t longest = low.size();
    double most = 2.0;
    for (std::size_t a = 0; a < low.size(); ++a)
      if (high[a] - low[a] > most * lattice.reach[a]) most = (high[a] - low[a]) / lattice.reach[a], longest = a;
    std::vector<int> own;
    if (longest == low.size()) {
      add(low, high, own);
    } else {
      auto middle = low, end = high;
      middle[longest] = (low[longest] + high[longest] - static_cast<int>(lattice.reach[longest])) / 2;
      end[longest] = middle[longest];
      split(low, end);
      end[longest] = middle[longest] + static_cast<int>(lattice.reach[longest]);
      auto start = low;
      start[longest] = end[longest];
      split(start, high);
      auto of = high;
      of[longest] = end[longest];
      add(middle, of, own);
    }
    fronts.push_back(own);
  }

  bool touch(int i, int j) const {
    for (std::size_t a = lattice.points.size(); a-- > 0;) {
      int const n = static_cast<int>(lattice.points[a]);
      int apart = std::abs(i % n - j % n);
      if (lattice.wraps[a]) apart = std::min(apart, n - apart);
      if (apart > lattice.reach[a]) return false;
      i /= n, j /= n;
    }
    return true;
  }

  /// Sums over fronts of pivots x (pivots and the unknowns beside them), and of p^3 / 3 + p^2 r + p r^2.
  std::array<double, 2> factor_and_operations() const {
    std::vector<int> rank;
    std::vector<std::size_t> front;
    for (std::size_t f = 0; f < fronts.size(); ++f)
      for (int const point : fronts[f]) rank.push_back(point), front.push_back(f);
    std::vector<std::set<std::size_t>> left(rank.size());
    std::array<double, 2> sums{};
    for (std::size_t i = 0; i < rank.size(); ++i)
      for (std::size_t j = i + 1; j < rank.size(); ++j)
        if (touch(rank[i], rank[j])) left[i].insert(j);
    for (std::size_t i = 0; i < rank.size(); ++i) {
      if (left[i].empty()) continue;
      left[*left[i].begin()].insert(std::next(left[i].begin()), left[i].end());
    }
    for (std::size_t f = 0, i = 0; f < fronts.size(); i += fronts[f++].size()) {
      std::set<std::size_t> beside;
      for (std::size_t k = i; k < i + fronts[f].size(); ++k)
        for (auto const j : left[k])
          if (front[j] != f) beside.insert(j);
      auto const pivots = static_cast<double>(fronts[f].size());
      auto const rest = static_cast<double>(beside.size());
      sums[0] += pivots * (pivots + rest);
      for (double k = 0.0; k < pivots; ++k) sums[1] += std::pow(pivots + rest - k, 2);   // a column each
    }
    return sums;
  }

  Dissection lattice;
  std::vector<std::vector<int>> fronts;
};

void compare(Dissection const& lattice, double tolerance, double of_operations) {
  auto const [factor, operations] = Eliminated(lattice).factor_and_operations();
  auto const cost = estimators::factor_cost(lattice);
  EXPECT_NEAR(cost.bytes / (8.0 * factor), 1.0, tolerance);
  EXPECT_NEAR(cost.operations / operations, 1.0, of_operations);
}

TEST(Dissection, OfSquares) {
  compare({{31.0, 31.0}, {1.0, 1.0}, {false, false}}, 0.1, 0.2);
  compare({{44.0, 30.0}, {2.0, 2.0}, {false, false}}, 0.1, 0.2);
  compare({{54.0, 54.0}, {6.0, 6.0}, {false, false}}, 0.1, 0.2);
}

/// The rows of a ring's cut are beside a box twice, once at each end.
TEST(Dissection, OfRingsAndLines) {
  compare({{40.0, 33.0}, {2.0, 2.0}, {true, true}}, 0.1, 0.5);
  compare({{500.0}, {3.0}, {false}}, 0.1, 0.2);
}

TEST(Dissection, OfCubes) { compare({{15.0, 11.0, 11.0}, {1.0, 1.0, 1.0}, {false, false, false}}, 0.15, 0.3); }

TEST(Dissection, FieldsAreBlocksAndAxesThatDoNotCoupleAreCopies) {
  Dissection one{{30.0, 30.0}, {2.0, 2.0}, {false, false}}, two = one, copies{{30.0, 30.0, 7.0}, {2.0, 2.0, 0.0}, {false, false, false}};
  two.fields = 2.0;
  EXPECT_DOUBLE_EQ(estimators::factor_cost(two).bytes, 4.0 * estimators::factor_cost(one).bytes);
  EXPECT_DOUBLE_EQ(estimators::factor_cost(copies).bytes, 7.0 * estimators::factor_cost(one).bytes);
  EXPECT_DOUBLE_EQ(estimators::factor_cost(two).operations, 8.0 * estimators::factor_cost(one).operations);
  EXPECT_DOUBLE_EQ(estimators::factor_cost(copies).operations, 7.0 * estimators::factor_cost(one).operations);
  EXPECT_GT(estimators::factor_cost(one).stack, 0.0);
}

/// A profile of m entries: m columns full to the last.
TEST(Dissection, ProfilesAreRowsOfAllFronts) {
  Dissection without{{30.0, 30.0}, {2.0, 2.0}, {false, false}}, with = without;
  with.profiles = 20.0;
  EXPECT_NEAR(estimators::factor_cost(with).bytes - estimators::factor_cost(without).bytes, 8.0 * (20.0 * 900.0 + 400.0), 1e-3);
}

/// Point p reads the unknowns p and p + 1: one front of so few; those outside stand alone, whatever their prior.
TEST(Elimination, CouplesWhatPointsInsideRead) {
  estimators::Domain line{{49}, std::vector<char>(49, 1), {{1.0, {50}, {1}, {0}, {0}, false}}, 0.0};
  EXPECT_EQ(estimators::eliminate(line).entries, 50.0 + 2.0 * 49.0);
  EXPECT_EQ(estimators::eliminate(line).factor, 2500.0);
  std::fill(line.inside.begin() + 20, line.inside.end(), 0);
  EXPECT_EQ(estimators::eliminate(line).entries, 50.0 + 2.0 * 20.0);
  line.kinds[0].prior = {2};
  EXPECT_EQ(estimators::eliminate(line).entries, 50.0 + 2.0 * (49.0 + 48.0));
  line.profiles = 3.0;
  EXPECT_EQ(estimators::eliminate(line).factor, 2500.0 + 3.0 * 53.0);
}

TEST(Elimination, OfABoxIsItsDissection) {
  Dissection const box{{54.0, 54.0}, {6.0, 6.0}, {false, false}};
  estimators::Domain const domain{{48, 48}, std::vector<char>(48 * 48, 1), {{1.0, {54, 54}, {6, 6}, {0, 0}, {0, 0}, false}}, 0.0};
  EXPECT_NEAR(8.0 * estimators::eliminate(domain).factor / estimators::factor_cost(box).bytes, 1.0, 0.15);
}

/// heat2d in a disc of radius 0.45: what MUMPS 5.5.1 says of its factors (INFOG(9)) for the Hessians of its fits.
TEST(Elimination, OfDiscs) {
  auto const disc = [](int n) {
    estimators::Domain domain{{n, n}, {}, {{1.0, {n + 6, n + 6}, {6, 6}, {0, 0}, {4, 4}, false}, {1.0, {n, n}, {0, 0}, {0, 0}, {2, 2}, true}}, 0.0};
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        double const y = static_cast<double>(i) / (n - 1) - 0.5, x = static_cast<double>(j) / (n - 1) - 0.5;
        domain.inside.push_back(x * x + y * y < 0.2025 ? 1 : 0);
      }
    return estimators::eliminate(domain).factor;
  };
  EXPECT_NEAR(disc(48), 1923072.0, 0.25 * 1923072.0);
  EXPECT_NEAR(disc(72), 4633070.0, 0.25 * 4633070.0);
}

TEST(Section, IsChosenByOperations) {
  estimators::SectionShape shape{{134, 134}, {6, 6}, {false, false}};
  shape.whole = 1.0;
  auto const choice = estimators::choose_section(shape);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->wave, -1);
  EXPECT_DOUBLE_EQ(choice->rows, 134.0 * 134.0 + 128.0 * 128.0);   // the field stands on the grid alone
  double const whole = choice->bytes;
  shape.inside = 0.25;  // as a box of half the sides, but for the margins
  EXPECT_LT(estimators::choose_section(shape)->operations, 0.2 * choice->operations);
  EXPECT_LT(estimators::choose_section(shape)->bytes, 0.3 * whole);
  EXPECT_FALSE(choice->is_dear);
  shape.points = {350, 350};
  EXPECT_FALSE(estimators::choose_section(shape)->is_dear);
  shape.inside = 1.0;
  EXPECT_TRUE(estimators::choose_section(shape)->is_dear);
  shape.points = {700, 700};
  EXPECT_FALSE(estimators::choose_section(shape));
  estimators::SectionShape nucleus{{19, 19, 19}, {6, 6, 6}, {false, false, false}};
  nucleus.whole = 1.0;
  EXPECT_TRUE(estimators::choose_section(nucleus)->is_dear);
  nucleus.inside = 0.2;
  EXPECT_FALSE(estimators::choose_section(nucleus)->is_dear);
  estimators::SectionShape stack{{16, 15, 18}, {6, 6, 6}, {false, false, false}};   // 4320 + 1080 unknowns: a dense factor takes 5e10
  stack.whole = 1.0;
  ASSERT_TRUE(estimators::choose_section(stack));
  EXPECT_LE(estimators::choose_section(stack)->operations, std::pow(5400.0, 3) / 3.0);
  estimators::SectionShape film{{37, 38, 38}, {6, 6, 6}, {false, false, false}};
  film.profiles = 1024.0;
  film.has_waves = true;
  ASSERT_TRUE(estimators::choose_section(film));
  EXPECT_EQ(estimators::choose_section(film)->wave, 0);
}

}  // namespace

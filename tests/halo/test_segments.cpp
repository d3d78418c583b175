#include <gtest/gtest.h>

#include "halo/segments.hpp"

using namespace mollis;

TEST(Segments, EveryNeededIndexIsSuppliedOnce) {
  for (bool periodic : {false, true}) {
    grid::Axis const axis = grid::uniform_axis("x", 5, 0.0, 1.0, periodic);
    std::vector<grid::Range> const needs = periodic
                                               ? std::vector<grid::Range>{{-13, 17}, {-7, -6}, {9, 12}, {2, 2}, {4, 3}}
                                               : std::vector<grid::Range>{{0, 5}, {1, 3}, {2, 2}};
    for (grid::Range const& needed : needs) {
      std::vector<int> hits(static_cast<std::size_t>(std::max<Index>(needed.size(), 0)), 0);
      for (grid::Range const& owned : {grid::Range{0, 2}, {2, 4}, {4, 5}, {5, 5}}) {
        for (halo::Segment const& s : halo::segments(axis, needed, owned)) {
          for (Index k = 0; k < s.size; ++k) {
            Index const wanted = needed.lower + s.ghost + k;
            EXPECT_EQ(((wanted % 5) + 5) % 5, owned.lower + s.owned + k);
            EXPECT_TRUE(owned.contains(owned.lower + s.owned + k));
            ++hits[static_cast<std::size_t>(s.ghost + k)];
          }
        }
      }
      for (int hit : hits) EXPECT_EQ(hit, 1);
    }
  }
}

#pragma once
/// Arrays whose values are their own row-major index.
#include "files.hpp"

namespace files {

inline std::vector<double> counting(std::size_t size) {
  std::vector<double> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<double>(i);
  return values;
}

/// The field holds f(global indices along its axes) on this rank's points; NaN where f is.
template <class F>
void expect_field(grid::Grid const& g, Field const& field, F&& f) {
  ASSERT_EQ(static_cast<Index>(field.extent(0)), g.local_size());
  auto const host = mollis::on_host(field);
  each_point(g, [&](std::size_t local, Index, Extents const& at) {
    double const expected = f(at);
    if (std::isnan(expected))
      EXPECT_TRUE(std::isnan(host(local))) << local;
    else
      EXPECT_DOUBLE_EQ(host(local), expected) << local;
  });
}

}  // namespace files

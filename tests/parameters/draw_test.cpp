// Draws of a smoothness prior: their covariance is its form, their pieces those of one rank.
#include "parameters/smoothness_draw.hpp"

#include "problem/case.hpp"

namespace mollis::test {
namespace {

grid::Grid plane(MPI_Comm comm) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  std::vector<grid::Axis> const axes{grid::uniform_axis("y", 6, 0.0, 1.0, false), grid::uniform_axis("x", 5, 0.0, 2.0, true)};
  return {comm, axes, grid::decompose(axes, ranks)};
}

TEST(SmoothnessDraw, HasTheFormAsCovariance) {
  auto const grid = plane(MPI_COMM_SELF);
  constexpr int draws = 3000;
  for (int const order : {1, 2}) {
    parameters::SmoothnessForm const form(grid, order);
    parameters::SmoothnessDraw const draw(grid, order);
    auto const n = static_cast<std::size_t>(grid.points());
    std::vector<double> expected(n * n, 0.0), found(n * n, 0.0);
    std::vector<Extents> neighbours;
    std::vector<double> values;
    auto const points = local_points(grid);
    for (std::size_t i = 0; i < n; ++i) {
      form.row(points[i], neighbours, values);
      for (std::size_t k = 0; k < values.size(); ++k)
        expected[i * n + static_cast<std::size_t>(neighbours[k][0] * 5 + (neighbours[k][1] + 5) % 5)] += values[k];
    }
    for (int number = 0; number < draws; ++number) {
      auto const z = draw.draw(number, 0);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) found[i * n + j] += z(i) * z(j) / draws;
    }
    double worst = 0.0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        double const both = expected[i * n + i] * expected[j * n + j] + std::pow(expected[i * n + j], 2);
        worst = std::max(worst, std::abs(found[i * n + j] - expected[i * n + j]) / std::sqrt(both / draws));
      }
    EXPECT_LT(worst, 5.0) << "order " << order;  // of 900 standard normal numbers
  }
}

TEST(SmoothnessDraw, IsTheSameOnAnyNumberOfRanks) {
  auto const alone = plane(MPI_COMM_SELF), shared = plane(MPI_COMM_WORLD);
  auto const whole = parameters::SmoothnessDraw(alone, 2).draw(3, 1), piece = parameters::SmoothnessDraw(shared, 2).draw(3, 1);
  auto const points = local_points(shared);
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(piece(i), whole(static_cast<std::size_t>(points[i][0] * 5 + points[i][1])));
}

}  // namespace
}  // namespace mollis::test

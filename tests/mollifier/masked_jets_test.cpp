// Jets inside masks and around gaps: exact on polynomials up to the edge, zero weight on what is missing, exact covariances, any ranks.
#include <gtest/gtest.h>
#include <mpi.h>

#include <cmath>
#include <functional>

#include "fields.hpp"
#include "mollifier/blended_jets.hpp"

namespace mollis::tests {
namespace {

using mollifier::MultiIndex;
using Inside = std::function<bool(Index, std::vector<double> const&)>;

grid::Grid square(std::vector<Index> const& points, bool periodic = false) {
  static char const* const names[] = {"z", "y", "x"};
  std::vector<grid::Axis> axes;
  for (std::size_t a = 0; a < points.size(); ++a)
    axes.push_back(grid::uniform_axis(names[3 - points.size() + a], points[a], -1.0, 1.0, periodic && a == 0));
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return {MPI_COMM_WORLD, axes, grid::decompose(axes, ranks)};
}

std::vector<double> place(grid::Grid const& grid, Index global) {
  std::vector<double> x(static_cast<std::size_t>(grid.dimension()));
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    x[static_cast<std::size_t>(a)] = grid.axis(a).coordinate(global % grid.axis(a).size());
    global /= grid.axis(a).size();
  }
  return x;
}

mollifier::Settings settings(Index radius, int degree = 4) {
  mollifier::Settings out;
  out.automatic = false;
  out.degree = degree;
  for (char const* name : {"x", "y", "z"}) out.radius[name] = mollifier::AxisRadius{{-1, radius}};
  return out;
}

/// D^order of prod_a (1 + c_a x_a)^4, c_a = 0.5, -0.3, 0.4: of degree 4 along each axis.
double polynomial(std::vector<double> const& x, MultiIndex const& order) {
  double value = 1.0;
  double const slope[] = {0.5, -0.3, 0.4};
  for (std::size_t a = 0; a < x.size(); ++a) {
    double factor = 1.0;
    for (int k = 0; k < order[a]; ++k) factor *= slope[a] * (4 - k);
    value *= factor * std::pow(1.0 + slope[a] * x[a], 4 - order[a]);
  }
  return value;
}

double all_ranks(double value, MPI_Op op) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, op, MPI_COMM_WORLD);
  return value;
}

std::vector<MultiIndex> jets_of(int dimension) {
  std::vector<MultiIndex> set(1);
  for (int a = 0; a < dimension; ++a) {
    set.emplace_back();
    set.back()[static_cast<std::size_t>(a)] = 2;
  }
  set.emplace_back();
  set.back()[0] = 1;
  set.back()[1] = 1;
  return set;
}

struct Outcome {
  double error, kept, observed;  ///< largest, relative to the largest jet; points with jets; points inside
};

Outcome outcome(grid::Grid const& grid, Inside const& inside, Index radius) {
  auto const exists = [&](Index p) { return inside(p, place(grid, p)); };
  auto const set = jets_of(grid.dimension());
  Field const data = filled(grid, [&](Index p) { return exists(p) ? polynomial(place(grid, p), {}) : std::nan(""); });
  mollifier::BlendedJets jets(grid, settings(radius), false, set);
  jets.refit_around(data);
  auto const fields = jets.apply(data);
  Outcome out{0.0, 0.0, 0.0};
  auto const points = global_points(grid);
  for (std::size_t k = 0; k < set.size(); ++k) {
    auto const host = on_host(fields[k]);
    double largest = 0.0, error = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (k == 0) out.observed += exists(points[i]) ? 1.0 : 0.0;
      if (!std::isfinite(host(i))) continue;
      EXPECT_TRUE(exists(points[i]));
      if (k == 0) out.kept += 1.0;
      double const truth = polynomial(place(grid, points[i]), set[k]);
      largest = std::max(largest, std::abs(truth));
      error = std::max(error, std::abs(host(i) - truth));
    }
    out.error = std::max(out.error, all_ranks(error, MPI_MAX) / all_ranks(largest, MPI_MAX));
  }
  out.kept = all_ranks(out.kept, MPI_SUM);
  out.observed = all_ranks(out.observed, MPI_SUM);
  return out;
}

bool in_ball(Index, std::vector<double> const& x) {
  double square = 0.0;
  for (double const v : x) square += v * v;
  return square < 0.9;
}
bool in_half(Index, std::vector<double> const& x) { return x[0] + 0.6 * x[1] < 0.3; }
/// The outline of a nucleus: an ellipse with lobes and a hole.
bool in_nucleus(Index, std::vector<double> const& x) {
  double const angle = std::atan2(x[0], 1.3 * x[1]), radius = std::hypot(x[0], 1.3 * x[1]);
  double const depth = x.size() > 2 ? 0.3 * x[2] * x[2] : 0.0;
  return radius + depth < 0.8 + 0.1 * std::sin(3.0 * angle) + 0.05 * std::cos(7.0 * angle) && std::hypot(x[0] - 0.2, x[1] + 0.1) > 0.12;
}
Inside gaps(double share) {
  return [share](Index p, std::vector<double> const&) { return 0.5 * (1.0 + noise(p, 5)) >= share; };
}

TEST(MaskedJets, AreExactUpToTheEdgeInTwoDimensions) {
  auto const grid = square({61, 67});
  for (auto const& [inside, least] : std::vector<std::pair<Inside, double>>{
           {in_ball, 0.98}, {in_half, 0.98}, {in_nucleus, 0.95}, {gaps(0.02), 0.99}, {gaps(0.2), 0.99}}) {
    auto const found = outcome(grid, inside, 7);
    EXPECT_LT(found.error, 1e-9);
    EXPECT_GE(found.kept, least * found.observed);
    EXPECT_GT(found.kept, 0.0);
  }
}

TEST(MaskedJets, AreExactUpToTheEdgeInThreeDimensions) {
  auto const grid = square({21, 23, 25});
  for (auto const& [inside, least] : std::vector<std::pair<Inside, double>>{
           {in_ball, 0.9}, {in_half, 0.9}, {in_nucleus, 0.8}, {gaps(0.02), 0.99}, {gaps(0.2), 0.9}}) {
    auto const found = outcome(grid, inside, 4);
    EXPECT_LT(found.error, 1e-9);
    EXPECT_GE(found.kept, least * found.observed);
  }
}

/// What stands at missing points is not used, and points without jets are NaN whatever it is.
TEST(MaskedJets, DoNotUseWhatStandsOutside) {
  auto const grid = square({40, 41});
  for (auto const& inside : std::vector<Inside>{in_ball, in_nucleus, gaps(0.1)}) {
    auto const exists = [&](Index p) { return inside(p, place(grid, p)); };
    auto const value = [&](Index p) { return polynomial(place(grid, p), {}); };
    Field const data = filled(grid, [&](Index p) { return exists(p) ? value(p) : std::nan(""); });
    Field const other = filled(grid, [&](Index p) { return exists(p) ? value(p) : 1e6 * noise(p, 3); });
    mollifier::BlendedJets jets(grid, settings(5), false, {MultiIndex{}});
    jets.refit_around(data);
    auto const a = on_host(jets.apply(data).front()), b = on_host(jets.apply(other).front());
    for (std::size_t i = 0; i < a.extent(0); ++i) {
      EXPECT_EQ(std::isfinite(a(i)), std::isfinite(b(i)));
      EXPECT_TRUE(!std::isfinite(a(i)) || a(i) == b(i));
    }
  }
}

TEST(MaskedJets, LoseWhatTooFewPointsTell) {
  auto const grid = square({31, 31});
  // A strip of four columns: no row of degree 4 along x.
  auto const found = outcome(grid, [](Index, std::vector<double> const& x) { return std::abs(x[1]) < 0.11; }, 5);
  EXPECT_EQ(found.kept, 0.0);
  EXPECT_GT(found.observed, 0.0);
}

/// Every row from unit data: zero weight on what is missing; products of rows are the covariances that kernels are told.
TEST(MaskedJets, TellTheirNoise) {
  auto const grid = square({13, 14});
  auto const set = jets_of(2);
  auto const exists = [&](Index p) { return in_nucleus(p, place(grid, p)) && gaps(0.05)(p, {}); };
  Field const data = filled(grid, [&](Index p) { return exists(p) ? 1.0 : std::nan(""); });
  mollifier::BlendedJets jets(grid, settings(3, 3), false, set);
  jets.refit_around(data);
  auto const own = static_cast<std::size_t>(grid.local_size());
  std::vector<std::vector<double>> sums(set.size(), std::vector<double>(own, 0.0));
  std::vector<double> cross(own, 0.0);
  for (Index q = 0; q < grid.points(); ++q) {
    auto const rows = jets.apply(filled(grid, [&](Index p) { return p == q ? 1.0 : exists(p) ? 0.0 : std::nan(""); }));
    std::vector<HostField> hosts;
    for (auto const& row : rows) hosts.push_back(on_host(row));
    for (std::size_t i = 0; i < own; ++i) {
      for (std::size_t k = 0; k < set.size(); ++k) sums[k][i] += hosts[k](i) * hosts[k](i);
      cross[i] += hosts[0](i) * hosts[1](i);
      EXPECT_FALSE(!exists(q) && std::isfinite(hosts[0](i)) && hosts[0](i) != 0.0);
    }
  }
  auto const gram = jets.gram();
  auto const extents = grid.owned().extents();
  Field const one = filled(grid, [](Index) { return 1.0; });
  double kept = 0.0, changed = 0.0;
  for (std::size_t k = 0; k < set.size(); ++k) {
    Field const variance("variance", own), covariance("covariance", own);
    kernels::add_variance({{one}, {jets.slots(k)}}, gram, 1.0, extents, variance);
    kernels::add_covariance({{one}, {jets.slots(0)}}, {{one}, {jets.slots(1)}}, gram, 1.0, extents, covariance);
    auto const v = on_host(variance), c = on_host(covariance);
    for (std::size_t i = 0; i < own; ++i) {
      if (!std::isfinite(sums[k][i])) continue;
      kept += 1.0;
      EXPECT_NEAR(v(i), sums[k][i], 1e-10 * sums[k][i]);
      EXPECT_NEAR(c(i), cross[i], 1e-10 * std::sqrt(sums[0][i] * sums[1][i]));
    }
  }
  changed = static_cast<double>(jets.refitted_points().size());
  EXPECT_GT(all_ranks(kept, MPI_SUM), 0.0);
  EXPECT_GT(all_ranks(changed, MPI_SUM), 0.0);
}

TEST(MaskedJets, ReachOverPeriods) {
  auto const grid = square({40, 31}, true);
  auto const found = [&] {
    auto const exists = [&](Index p) { return std::abs(place(grid, p)[1]) < 0.8; };
    Field const data = filled(grid, [&](Index p) { return exists(p) ? std::cos(3.14159265358979 * (place(grid, p)[0] + 1.0)) : std::nan(""); });
    mollifier::BlendedJets jets(grid, settings(6), false, {MultiIndex{}, MultiIndex{2, 0}});
    jets.refit_around(data);
    auto const fields = jets.apply(data);
    auto const value = on_host(fields[0]), second = on_host(fields[1]);
    double worst = 0.0;
    for (std::size_t i = 0; i < value.extent(0); ++i)
      if (std::isfinite(value(i))) worst = std::max(worst, std::abs(second(i) + 9.8696 * value(i)));
    return all_ranks(worst, MPI_MAX);
  }();
  EXPECT_GT(found, 0.0);
  EXPECT_LT(found, 0.2);
}

}  // namespace
}  // namespace mollis::tests

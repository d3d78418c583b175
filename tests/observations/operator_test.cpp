// Observation operators against sums by hand and against each other's transposes: 1 to 4 axes, open, periodic, reflecting and
// stretched ones, on any number of ranks.
#include "observations/operator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "mollifier/filters.hpp"
#include "mollifier/line_filter.hpp"
#include "mollifier/spline_taps.hpp"

namespace {

using namespace mollis;
using observations::SplineLattice;

double number_at(Index global) { return std::sin(1.7 * static_cast<double>(global) + 0.3); }

/// The grid with its margins, as the joint method extends it.
struct Sample {
  Sample(std::vector<grid::Axis> axes, int degree)
      : grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks())), lattice{grid.extended(margins_of(axes, degree)), margins_of(axes, degree), std::vector<int>(axes.size(), degree)} {
    scatter();
  }
  static int ranks() {
    int count = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    return count;
  }
  static std::vector<Index> margins_of(std::vector<grid::Axis> const& axes, int degree) {
    std::vector<Index> margins;
    for (auto const& axis : axes) margins.push_back(axis.periodic || axis.reflection != grid::Reflection::none ? 0 : (degree - 1) / 2);
    return margins;
  }
  /// 40 places, ends and points of the grid among them.
  void scatter() {
    std::mt19937 engine(5);
    std::uniform_real_distribution<double> uniform;
    observations::Points own;
    own.coordinates.resize(grid.axes().size());
    own.total = 40;
    for (Index n = 0; n < own.total; ++n) {
      std::vector<double> x;
      bool here = grid.local_size() > 0;
      for (int a = 0; a < grid.dimension(); ++a) {
        auto const& axis = grid.axis(a);
        double const share = uniform(engine);
        x.push_back(n == 0 ? axis.front() : n == 1 && !axis.periodic ? axis.back() : n < 6 ? axis.coordinate(static_cast<Index>(share * static_cast<double>(axis.size())))
                                                                                 : axis.front() + 0.999 * share * axis.extent());
        here = here && grid.owned()[a].contains(mollifier::cell_of(axis, x.back()));
      }
      if (!here) continue;
      own.number.push_back(n);
      for (std::size_t a = 0; a < x.size(); ++a) own.coordinates[a].push_back(x[a]);
    }
    state.points = std::make_shared<observations::Points const>(own);
  }
  Field coefficients() const {
    Field const field = make_field("g", lattice.extended.local_size());
    auto const host = Kokkos::create_mirror_view(field);
    for (Index i = 0; i < lattice.extended.local_size(); ++i) host(static_cast<std::size_t>(i)) = number_at(global(i));
    Kokkos::deep_copy(field, host);
    return field;
  }
  /// Row-major number of a local point in the whole lattice.
  Index global(Index local) const {
    Index stride = 1, sum = 0;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const range = lattice.extended.owned()[a];
      sum += (range.lower + local % range.size()) * stride;
      local /= range.size();
      stride *= lattice.extended.axis(a).size();
    }
    return sum;
  }

  grid::Grid grid;
  SplineLattice lattice;
  observations::State state;
};

double sum_over_ranks(double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return value;
}

double dot(Field const& a, Field const& b) {
  auto const x = on_host(a), y = on_host(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < x.extent(0); ++i) sum += x(i) * y(i);
  return sum_over_ranks(sum);
}

/// The cardinal B-spline by truncated powers, distances in cells.
double cardinal(int degree, double x) {
  double sum = 0.0, binomial = 1.0, factorial = 1.0;
  for (int k = 0; k <= degree + 1; ++k) {
    sum += binomial * std::pow(std::max(x + 0.5 * (degree + 1) - k, 0.0), degree);
    binomial *= -static_cast<double>(degree + 1 - k) / (k + 1);
  }
  for (int k = 2; k <= degree; ++k) factorial *= k;
  return std::abs(x) < 0.5 * (degree + 1) ? sum / factorial : 0.0;
}

/// Weight of coefficient j at x by images: all periods, both mirrors.
double weight_by_hand(grid::Axis const& axis, int degree, Index j, double x) {
  auto const n = static_cast<double>(axis.size());
  double const at = (x - axis.front()) / axis.spacing(), here = static_cast<double>(j);
  double sum = 0.0;
  if (axis.periodic) {
    for (int turn = -3; turn <= 3; ++turn) sum += cardinal(degree, at - here - turn * n);
    return sum;
  }
  sum = cardinal(degree, at - here);
  if (axis.reflection == grid::Reflection::none) return sum;
  double const sign = axis.reflection == grid::Reflection::even ? 1.0 : -1.0;
  bool const end = j == 0 || j == axis.size() - 1;
  if (end) return sign > 0.0 ? sum : 0.0;
  return sum + sign * (cardinal(degree, at + here) + cardinal(degree, at - (2.0 * (n - 1.0) - here)));
}

std::vector<grid::Axis> axes_of(std::string const& kinds) {
  std::vector<grid::Axis> axes;
  std::string const names = "tzyx";
  for (std::size_t a = 0; a < kinds.size(); ++a) {
    auto const points = static_cast<Index>(kinds.size() > 3 ? 6 + a : 9 + 2 * a);
    auto axis = grid::uniform_axis(names.substr(4 - kinds.size() + a, 1), points, -0.3, 1.1 + 0.2 * static_cast<double>(a), kinds[a] == 'p');
    if (kinds[a] == 'e') axis.reflection = grid::Reflection::even;
    if (kinds[a] == 'd') axis.reflection = grid::Reflection::odd;
    axes.push_back(axis);
  }
  return axes;
}

struct Kinds {
  char const* axes;
  int degree;
};
std::vector<Kinds> const kinds{{"o", 7}, {"p", 5}, {"e", 3}, {"d", 5}, {"op", 7}, {"do", 3}, {"oep", 3}, {"opod", 3}, {"oo", 1}};

TEST(PointSampling, IsTheSumOverAllSplines) {
  for (auto const& kind : kinds) {
    Sample const s(axes_of(kind.axes), kind.degree);
    auto const rows = on_host(observations::make_operator(s.state, s.grid, s.lattice)->apply(s.coefficients(), {}));
    ASSERT_EQ(rows.extent(0), s.state.points->number.size());
    auto const& axes = s.lattice.extended.axes();
    Index total = 1;
    for (auto const& axis : axes) total *= axis.size();
    for (std::size_t p = 0; p < rows.extent(0); ++p) {
      double sum = 0.0;
      for (Index j = 0; j < total; ++j) {
        double weight = 1.0;
        Index rest = j;
        for (std::size_t a = axes.size(); a-- > 0 && weight != 0.0;) {
          weight *= weight_by_hand(axes[a], kind.degree, rest % axes[a].size(), s.state.points->coordinates[a][p]);
          rest /= axes[a].size();
        }
        sum += weight * number_at(j);
      }
      EXPECT_NEAR(rows(p), sum, 1e-12) << kind.axes << ", point " << s.state.points->number[p];
    }
  }
}

TEST(Operators, TransposesAreThoseOfTheirProducts) {
  std::mt19937 engine(11u + static_cast<unsigned>(Sample::ranks()));
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (auto const& kind : kinds)
    for (bool const points : {true, false}) {
      Sample s(axes_of(kind.axes), kind.degree);
      if (!points) s.state.points.reset();
      auto const h = observations::make_operator(s.state, s.grid, s.lattice);
      Field const g = s.coefficients(), state = make_field("state", s.grid.local_size()), back("back", g.extent(0)), rows = make_field("rows", h->rows());
      for (Field const& field : {state, rows}) {
        auto const host = Kokkos::create_mirror_view(field);
        for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = uniform(engine);
        Kokkos::deep_copy(field, host);
      }
      double const forward = dot(h->apply(g, state), rows);
      Field const box = h->apply_transpose_add(rows, back);
      EXPECT_EQ(h->reads_state(), !points);
      double const transposed = dot(back, g) + (h->reads_state() ? dot(box, state) : 0.0);
      EXPECT_NEAR(forward, transposed, 1e-12 * std::max(1.0, std::abs(forward))) << kind.axes;
    }
}

/// Between points of stretched axes no formula is at hand: at the points the rows of spline_filter, between them splines
/// that sum to 1 and join smoothly.
TEST(SplineTaps, AgreeWithFiltersOnStretchedAxes) {
  std::vector<double> coordinates;
  for (int i = 0; i < 14; ++i) coordinates.push_back(0.1 * i + 0.02 * std::sin(2.0 * i));
  for (double const period : {0.0, 1.5}) {
    auto const axis = grid::axis_from_coordinates("x", coordinates, period);
    int const degree = 5;
    auto const filter = mollifier::spline_filter(axis, degree, {0});
    for (Index row = 3; row < 11; ++row) {
      auto const taps = mollifier::spline_taps(axis, degree, row, axis.coordinate(row));
      for (std::size_t k = 0; k < taps.points.size(); ++k) {
        Index const slot = taps.points[k] - filter.start(row);
        double const expected = slot >= 0 && slot < filter.width ? filter.row(row, 0)[slot] : 0.0;
        EXPECT_NEAR(taps.weights[k], expected, 1e-14);
      }
    }
    for (double x = axis.coordinate(3); x < axis.coordinate(10); x += 0.0137) {
      double sum = 0.0;
      for (double const w : mollifier::spline_taps(axis, degree, mollifier::cell_of(axis, x), x).weights) sum += w;
      EXPECT_NEAR(sum, 1.0, 1e-14);
    }
  }
}

}  // namespace

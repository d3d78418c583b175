// The parameters' place in the distributed vector: layout, scatter and gather, derivatives and their transposes.
#include "problem/case.hpp"

namespace mollis::test {
namespace {

/// Parameters over all axes, subsets and none at once, read with derivatives of several orders.
char const* const text = R"toml(
[grid]
axes = ["t", "y", "x"]
points = [7, 9, 11]
lower = [0.0, 0.0, 0.0]
upper = [1.0, 1.0, 1.0]
periodic = ["x"]
[parameters.a]
over = ["t", "y", "x"]
[parameters.b]
over = ["y", "x"]
[parameters.c]
over = ["x"]
[parameters.g]
over = ["t"]
[parameters.k]
over = []
[parameters.h]
over = ["t", "y"]
[equation]
residual = "dt(u) + dx(a*dx(u)) + dy(a*dy(u)) + b*dy(u) + dx(dy(b))*u + dx(dx(c))*u + c + dt(g)*u + g + k*u + h*u"
)toml";
double wave(Coordinates const& x) { return std::sin(x[0] + 2.0 * x[1]) + x[2]; }

/// Decks on which each property is checked: the automatic cut, one that leaves all but one rank idle, two blocks.
class ParameterSpaceTest : public testing::TestWithParam<char const*> {
 protected:
  static Options options() {
    std::string const cut = GetParam();
    int ranks = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    bool const fits = cut != "[1, 2, 1]" || ranks > 1;
    Options o;
    if (!cut.empty() && fits) o.overrides = {"grid.decomposition=" + cut};
    return o;
  }
  Case c{text, {{"u", wave}}, options()};
};
INSTANTIATE_TEST_SUITE_P(Cuts, ParameterSpaceTest, testing::Values("", "[1, 1, 1]", "[1, 2, 1]"));

/// A different number for each parameter and global point.
double tag(std::size_t p, Extents const& point) {
  double value = static_cast<double>(p) + 1.0;
  for (int a = 0; a < 3; ++a) value = 100.0 * value + static_cast<double>(point[static_cast<std::size_t>(a)]);
  return value;
}

/// All points of a grid, global indices.
std::vector<Extents> all_points(grid::Grid const& grid) {
  std::vector<Extents> points{Extents{}};
  for (int a = 0; a < grid.dimension(); ++a) {
    std::vector<Extents> next;
    for (auto point : points)
      for (Index i = 0; i < grid.axis(a).size(); ++i) {
        point[static_cast<std::size_t>(a)] = i;
        next.push_back(point);
      }
    points.swap(next);
  }
  return points;
}

TEST_P(ParameterSpaceTest, EveryEntryHasOnePlace) {
  std::vector<int> met(7 * 9 * 11 + 9 * 11 + 11 + 7 + 1 + 7 * 9, 0);
  auto const x = c.space.make_vector();
  PetscInt size = 0;
  petsc::check(VecGetSize(x, &size));
  ASSERT_EQ(static_cast<std::size_t>(size), met.size());
  for (std::size_t p = 0; p < c.space.unknowns().size(); ++p)
    for (auto const& point : all_points(c.space.unknowns()[p].grid)) {
      auto const at = c.space.global_index(static_cast<int>(p), point);
      ASSERT_GE(at, 0);
      ASSERT_LT(at, size);
      ++met[static_cast<std::size_t>(at)];
    }
  for (int const times : met) EXPECT_EQ(times, 1);
}

TEST_P(ParameterSpaceTest, GlobalIndexWrapsOnPeriodicAxes) {
  EXPECT_EQ(c.space.global_index(0, {3, 4, -1}), c.space.global_index(0, {3, 4, 10}));
  EXPECT_EQ(c.space.global_index(2, {12}), c.space.global_index(2, {1}));
}

TEST_P(ParameterSpaceTest, ScatterFollowsTheGlobalIndex) {
  auto const x = c.space.make_vector();
  if (c.grid.rank() == 0)  // one rank sets all entries, by global index
    for (std::size_t p = 0; p < c.space.unknowns().size(); ++p)
      for (auto const& point : all_points(c.space.unknowns()[p].grid))
        petsc::check(VecSetValue(x, c.space.global_index(static_cast<int>(p), point), tag(p, point), INSERT_VALUES));
  petsc::check(VecAssemblyBegin(x));
  petsc::check(VecAssemblyEnd(x));
  auto const pieces = c.space.scatter(x);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    auto const& axes = c.space.unknowns()[p].axes;
    auto const piece = to_vector(pieces[p]);
    auto const stride = c.space.strides(static_cast<int>(p));
    for (auto const& point : local_points(c.grid)) {  // read at the grid's points, as the tapes do
      Extents own{};
      Index at = 0;
      for (std::size_t a = 0; a < axes.size(); ++a) own[a] = point[static_cast<std::size_t>(axes[a])];
      for (int a = 0; a < 3; ++a)
        at += (point[static_cast<std::size_t>(a)] - c.grid.owned()[a].lower) * stride[static_cast<std::size_t>(a + 1)];
      ASSERT_LT(static_cast<std::size_t>(at), piece.size());
      ASSERT_EQ(piece[static_cast<std::size_t>(at)], tag(p, own));
    }
  }
}

TEST_P(ParameterSpaceTest, GatherIsTheTransposeOfScatter) {
  Random random(1);
  auto const x = c.space.make_vector();
  auto const back = c.space.make_vector();
  random.fill(x);
  auto const pieces = c.space.scatter(x);
  std::vector<Field> other;
  double sum = 0.0;
  for (auto const& piece : pieces) {
    other.push_back(random.field(static_cast<Index>(piece.extent(0))));
    sum += dot(piece, other.back());
  }
  sum = sum_over(c.grid.comm(), sum);
  c.space.gather(other, back);
  EXPECT_NEAR(sum, dot(x, back), 1e-12 * static_cast<double>(c.grid.points()));
}

TEST_P(ParameterSpaceTest, DerivativesTransposed) {
  Random random(2);
  auto const x = c.space.make_vector();
  auto const back = c.space.make_vector();
  random.fill(x);
  auto const features = c.space.derivatives(c.space.scatter(x));
  std::vector<std::vector<Field>> other;
  double sum = 0.0, size = 0.0;
  for (auto const& list : features) {
    other.emplace_back();
    for (auto const& feature : list) {
      other.back().push_back(random.field(static_cast<Index>(feature.extent(0))));
      sum += dot(feature, other.back().back());
      size += dot(feature, feature);
    }
  }
  c.space.gather(c.space.derivatives_transposed(other), back);
  EXPECT_NEAR(sum_over(c.grid.comm(), sum), dot(x, back), 1e-12 * std::sqrt(sum_over(c.grid.comm(), size) * 5000.0));
}

TEST_P(ParameterSpaceTest, DerivativesOfLowPolynomials) {
  // a(t, y, x): y only, as x is periodic; b likewise; g(t)
  auto const x =
      vector_of(c, {[](Coordinates const& s) { return 2.0 + 3.0 * s[1]; }, [](Coordinates const&) { return 4.0; },
                    [](Coordinates const&) { return 5.0; }, [](Coordinates const& s) { return 1.0 - 7.0 * s[0]; },
                    [](Coordinates const&) { return 6.0; }, [](Coordinates const&) { return 8.0; }});
  auto const features = c.space.derivatives(c.space.scatter(x));
  for (std::size_t p = 0; p < features.size(); ++p) {
    auto const& unknown = c.space.unknowns()[p];
    ASSERT_EQ(features[p].size(), unknown.orders.size());
    for (std::size_t k = 0; k < features[p].size(); ++k) {
      auto const& order = unknown.orders[k];
      bool const plain = order == mollifier::MultiIndex{};
      auto const expected = [&](Coordinates const& s) {
        if (unknown.name == "a") return plain ? 2.0 + 3.0 * s[1] : order[1] == 1 && order[2] == 0 ? 3.0 : 0.0;
        if (unknown.name == "g") return plain ? 1.0 - 7.0 * s[0] : -7.0;
        double const value = unknown.name == "b" ? 4.0 : unknown.name == "c" ? 5.0 : unknown.name == "k" ? 6.0 : 8.0;
        return plain ? value : 0.0;
      };
      auto const exact = to_vector(sample(unknown.grid, expected)), found = to_vector(features[p][k]);
      for (std::size_t i = 0; i < exact.size(); ++i)
        EXPECT_NEAR(found[i], exact[i], 1e-11) << unknown.name << " feature " << k;
    }
  }
}

TEST_P(ParameterSpaceTest, OneOwnerForEachPiece) {
  for (auto const& unknown : c.space.unknowns()) {
    double const owned = sum_over(c.grid.comm(), unknown.owner ? static_cast<double>(unknown.grid.local_size()) : 0.0);
    EXPECT_EQ(owned, static_cast<double>(unknown.grid.points())) << unknown.name;
  }
}

}  // namespace
}  // namespace mollis::test

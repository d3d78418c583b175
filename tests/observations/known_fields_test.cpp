// Known fields by expression and from datasets: the axes they depend on, values and derivatives, faults.
#include "observations/known_fields.hpp"

#include "files.hpp"

namespace mollis::test {
namespace {

using observations::KnownField;

grid::Grid box() {
  return make_grid({grid::uniform_axis("t", 6, 0.0, 1.0, false), grid::uniform_axis("y", 9, 0.0, 2.0, false),
                    grid::uniform_axis("x", 11, 0.5, 1.5, false)});
}

observations::Values expression(std::string const& text) {
  observations::Values values;
  values.expression = text;
  return values;
}

observations::Values dataset(std::string const& file, std::string const& name) {
  observations::Values values;
  values.file = file;
  values.dataset = name;
  return values;
}

/// A field's derivative against a formula of the coordinates of its own axes.
void expect_values(grid::Grid const& grid, KnownField const& field, mollifier::MultiIndex const& order,
                   std::function<double(Coordinates const&)> const& exact, double tolerance) {
  auto const found = to_vector(field.derivative(order)),
             truth = to_vector(sample(grid.restricted_to(field.axes()), exact));
  ASSERT_EQ(found.size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) EXPECT_NEAR(found[i], truth[i], tolerance);
}

TEST(KnownField, ExpressionOfSomeAxes) {
  auto const grid = box();
  KnownField const field(grid, expression("sin(2*x)*t^2"));
  EXPECT_EQ(field.axes(), (std::vector<int>{0, 2}));
  expect_values(
      grid, field, {}, [](Coordinates const& c) { return std::sin(2 * c[1]) * c[0] * c[0]; }, 1e-14);
  expect_values(
      grid, field, {1, 0, 2}, [](Coordinates const& c) { return -8.0 * std::sin(2 * c[1]) * c[0]; }, 1e-13);
  expect_values(
      grid, field, {0, 1, 0}, [](Coordinates const&) { return 0.0; }, 0.0);
  expect_values(
      grid, field, {2, 0, 0}, [](Coordinates const& c) { return 2.0 * std::sin(2 * c[1]); }, 1e-14);
}

TEST(KnownField, Constant) {
  auto const grid = box();
  KnownField const field(grid, expression("2.5"));
  EXPECT_TRUE(field.axes().empty());
  expect_values(
      grid, field, {}, [](Coordinates const&) { return 2.5; }, 0.0);
  expect_values(
      grid, field, {0, 0, 1}, [](Coordinates const&) { return 0.0; }, 0.0);
}

TEST(KnownField, DatasetOverAllAxesAndOverSome) {
  auto const grid = box();
  std::string const file = scratch("fields.h5");
  auto const plane = grid.restricted_to({1, 2});
  auto const full = [](Coordinates const& c) { return c[0] + 3.0 * c[1] * c[1] - c[2]; };
  auto const part = [](Coordinates const& c) { return 2.0 - c[0] * c[1]; };
  write(file, grid, {{"full", sample(grid, full)}});
  write(file + "2", plane, {{"plane", sample(plane, part)}});
  KnownField const a(grid, dataset(file, "full")), b(grid, dataset(file + "2", "plane"));
  EXPECT_EQ(a.axes(), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(b.axes(), (std::vector<int>{1, 2}));
  expect_values(grid, a, {}, full, 0.0);
  expect_values(grid, b, {}, part, 0.0);
  // difference stencils are exact on low polynomials
  expect_values(
      grid, a, {0, 1, 0}, [](Coordinates const& c) { return 6.0 * c[1]; }, 1e-11);
  expect_values(
      grid, a, {0, 2, 0}, [](Coordinates const&) { return 6.0; }, 1e-10);
  expect_values(
      grid, b, {0, 1, 1}, [](Coordinates const&) { return -1.0; }, 1e-11);
}

TEST(KnownField, ShapesThatFitNoAxesOrSeveral) {
  auto const other =
      make_grid({grid::uniform_axis("y", 8, 0.0, 1.0, false), grid::uniform_axis("x", 11, 0.0, 1.0, false)});
  auto const square =
      make_grid({grid::uniform_axis("y", 11, 0.0, 1.0, false), grid::uniform_axis("x", 11, 0.0, 1.0, false)});
  std::string const file = scratch("shapes.h5");
  auto const line = square.restricted_to({0});
  write(file, other, {{"odd", sample(other, [](Coordinates const&) { return 1.0; })}});
  write(file + "2", line, {{"line", sample(line, [](Coordinates const&) { return 1.0; })}});
  EXPECT_EQ(exit_of([&] { KnownField(box(), dataset(file, "odd")); }), run::Exit::bad_data);
  EXPECT_EQ(exit_of([&] { KnownField(square, dataset(file + "2", "line")); }), run::Exit::bad_data);
  EXPECT_EQ(exit_of([&] { KnownField(square, dataset(file + "3", "line")); }), run::Exit::missing_input);
  EXPECT_EQ(exit_of([&] { KnownField(square, expression("sin(")); }), run::Exit::bad_deck);
}

}  // namespace
}  // namespace mollis::test

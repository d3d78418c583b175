// Axes of a file in any order, fixed, cropped, averaged: on any number of ranks the same values, or an error that
// blames a key.
#include "counting.hpp"
#include "io/layout.hpp"
#include "io/read.hpp"

using namespace mollis;
using run::Exit;

namespace {

constexpr Index nt = 3, nc = 2, ny = 6, nx = 8;

double value(Index t, Index c, Index y, Index x) { return static_cast<double>(((t * nc + c) * ny + y) * nx + x); }

/// u[t, c, y, x] without names of its axes, v[x, t].
std::string sample(std::string const& name) {
  std::string const file = files::directory(name) + "/a.h5";
  files::on_root([&] {
    files::add_dataset(file, "u", {nt, nc, ny, nx}, files::counting(nt * nc * ny * nx));
    files::add_dataset(file, "v", {nx, nt}, files::counting(nx * nt), H5T_NATIVE_FLOAT, 2);
    files::add_dataset(file, "square", {ny, ny}, files::counting(ny * ny));
  });
  return file;
}

grid::Grid plane(Index points_y = ny, Index points_x = nx) {
  return files::make({files::axis("y", points_y), files::axis("x", points_x)});
}

/// The error of laying u along (y, x).
run::Error laying(std::string const& file, io::Part const& part, std::string const& dataset = "u") {
  return files::error_of([&] { io::read_dataset(plane(), {file, dataset, part}); });
}

void expect(run::Error const& error, Exit code, std::string const& blamed, std::vector<std::string> const& parts) {
  EXPECT_EQ(error.code(), code) << error.what();
  EXPECT_EQ(error.blamed(), blamed);
  for (auto const& part : parts) EXPECT_TRUE(files::contains(error, part)) << part << " is not in: " << error.what();
}

}  // namespace

TEST(Layout, FixedAxesByNumberByNameAndFromTheEnd) {
  auto const file = sample("fixed");
  auto const g = plane();
  auto const second = [](Extents const& at) { return value(1, 0, at[2], at[3]); };
  io::Part part;
  part.at = {{"0", 1}, {"1", 0}};
  files::expect_field(g, io::read_dataset(g, {file, "u", part}), second);
  part.order = {"time", "channel", "y", "x"};
  part.at = {{"time", 1}, {"channel", 0}};
  files::expect_field(g, io::read_dataset(g, {file, "u", part}), second);
  part.at = {{"time", -1}, {"channel", -1}};
  files::expect_field(g, io::read_dataset(g, {file, "u", part}),
                      [](Extents const& at) { return value(nt - 1, nc - 1, at[2], at[3]); });
}

TEST(Layout, AnyOrder) {
  auto const file = sample("order");
  auto const g = files::make({files::axis("t", nt), files::axis("x", nx)});
  io::Part part;
  part.order = {"x", "t"};
  files::expect_field(g, io::read_dataset(g, {file, "v", part}),
                      [](Extents const& at) { return static_cast<double>(at[3] * nt + at[2]); });
  auto const h =
      files::make({files::axis("t", nt), files::axis("y", nx), files::axis("x", ny)});  // x and y change places
  part.order = {"t", "channel", "x", "y"};
  part.at = {{"channel", 1}};
  files::expect_field(h, io::read_dataset(h, {file, "u", part}),
                      [](Extents const& at) { return value(at[1], 1, at[3], at[2]); });
  auto const square = plane(ny, ny);
  part = {};
  part.order = {"x", "y"};
  files::expect_field(square, io::read_dataset(square, {file, "square", part}),
                      [](Extents const& at) { return static_cast<double>(at[3] * ny + at[2]); });
}

/// The advice fixes the axis whose size none of the grid's has.
TEST(Layout, AdviceNamesTheAxisTooMany) {
  auto const file = sample("advice");
  io::Part part;
  part.at = {{"0", 1}};
  expect(laying(file, part), Exit::bad_data, "", {"fix what is too much: at = { 1 = 0 }"});
}

TEST(Layout, CropAndBinAreMeans) {
  auto const file = sample("bin");
  auto const g = plane(2, 3);
  io::Part part;
  part.order = {"t", "channel", "y", "x"};
  part.at = {{"t", 2}, {"channel", 1}};
  part.crop = {{"y", {1, 5}}, {"x", {2, 8}}};
  part.bin = {{"y", 2}, {"x", 2}};
  files::expect_field(g, io::read_dataset(g, {file, "u", part}), [](Extents const& at) {
    double sum = 0.0;
    for (Index j = 0; j < 2; ++j)
      for (Index i = 0; i < 2; ++i) sum += value(2, 1, 1 + 2 * at[2] + j, 2 + 2 * at[3] + i);
    return sum / 4.0;
  });
}

TEST(Layout, AxesThatFallAreTurnedRound) {
  auto const file = sample("falls");
  auto const falling = [](char const* name, Index points) {
    auto axis = files::axis(name, points);
    axis.falls = true;
    return axis;
  };
  io::Part part;
  part.at = {{"0", 1}, {"1", 0}};
  auto const g = files::make({falling("y", ny), files::axis("x", nx)});
  files::expect_field(g, io::read_dataset(g, {file, "u", part}), [](Extents const& at) { return value(1, 0, ny - 1 - at[2], at[3]); });
  auto const both = files::make({falling("y", ny), falling("x", nx)});
  files::expect_field(both, io::read_dataset(both, {file, "u", part}), [](Extents const& at) { return value(1, 0, ny - 1 - at[2], nx - 1 - at[3]); });
  part.order = {"t", "channel", "y", "x"};
  part.at = {{"t", 2}, {"channel", 1}};
  part.crop = {{"y", {1, 5}}, {"x", {2, 8}}};
  part.bin = {{"y", 2}, {"x", 2}};
  auto const coarse = files::make({falling("y", 2), falling("x", 3)});
  files::expect_field(coarse, io::read_dataset(coarse, {file, "u", part}), [](Extents const& at) {
    double sum = 0.0;
    for (Index j = 0; j < 2; ++j)
      for (Index i = 0; i < 2; ++i) sum += value(2, 1, 1 + 2 * (1 - at[2]) + j, 2 + 2 * (2 - at[3]) + i);
    return sum / 4.0;
  });
}

TEST(Layout, AGapInABinIsAGap) {
  std::string const file = files::directory("gap") + "/a.h5";
  files::on_root([&] { files::add_dataset(file, "u", {6}, {0, 1, std::nan(""), 3, 4, 5}); });
  auto const g = files::make({files::axis("x", 3)});
  io::Part part;
  part.bin = {{"x", 2}};
  files::expect_field(g, io::read_dataset(g, {file, "u", part}),
                      [](Extents const& at) { return at[3] == 1 ? NAN : 2.0 * static_cast<double>(at[3]) + 0.5; });
}

TEST(Layout, KnownFieldsTakeTheAxesThatTheyAreSaidToHave) {
  auto const file = sample("subset");
  auto const g = files::make({files::axis("t", nt), files::axis("y", ny), files::axis("x", ny)});
  files::on_root([&] { files::add_dataset(file, "profile", {ny}, files::counting(ny)); });
  io::Part part;
  EXPECT_EQ(files::error_of([&] { io::axes_of(g, {file, "profile", part}); }).code(), Exit::bad_data);  // y or x?
  part.order = {"x"};
  EXPECT_EQ(io::axes_of(g, {file, "profile", part}), (std::vector<int>{2}));
  part.order = {"x", "y"};
  EXPECT_EQ(io::axes_of(g, {file, "square", part}), (std::vector<int>{1, 2}));
}

TEST(Layout, ErrorsBlameAKey) {
  auto const file = sample("errors");
  io::Part part;
  expect(laying(file, part), Exit::bad_data, "", {"(3, 2, 6, 8)", "(6, 8)", "(y, x)", "at = { 0 = 0 }"});
  part.at = {{"0", 0}, {"7", 0}};
  expect(laying(file, part), Exit::bad_deck, "at", {"no axis number 7"});
  part.at = {{"0", 3}, {"1", 0}};
  expect(laying(file, part), Exit::bad_deck, "at", {"0 = 3", "0 to 2"});
  part.order = {"time", "channel", "y", "x"};
  part.at = {{"tme", 0}, {"channel", 0}};
  expect(laying(file, part), Exit::bad_deck, "at", {"tme", "did you mean \"time\""});
  part.at = {{"time", 0}};
  expect(laying(file, part), Exit::bad_deck, "order", {"\"channel\"", "at = { channel = 0 }"});
  part.order = {"y", "x", "time"};
  expect(laying(file, part), Exit::bad_deck, "order", {"3 axes", "(3, 2, 6, 8)"});
  part.order = {"time", "channel", "y", "x"};
  part.at = {{"time", 0}, {"channel", 0}};
  part.crop = {{"x", {2, 9}}};
  expect(laying(file, part), Exit::bad_deck, "crop", {"x = [2, 9]", "8 points"});
  part.crop = {{"x", {0, 7}}};
  part.bin = {{"x", 2}};
  expect(laying(file, part), Exit::bad_deck, "bin", {"no whole bins of 2", "[0, 6]"});
  part.crop = {};
  expect(laying(file, part), Exit::bad_data, "", {"read as (6, 4)", "(6, 8)"});
  expect(laying(file, {}, "v"), Exit::bad_data, "", {"(8, 3)"});
}

TEST(Layout, SwappedAxesAreNamedInTheAdvice) {
  auto const file = sample("swapped");
  auto const g = files::make({files::axis("t", nt), files::axis("x", nx)});
  expect(files::error_of([&] {
           io::read_dataset(g, {file, "v", {}});
         }),
         Exit::bad_data, "", {"order = [\"x\", \"t\"]"});
}

// The format: what is written comes back bit by bit, on any cut of the grid, or not at all.
#include <cmath>
#include <limits>

#include "checkpoint/file.hpp"
#include "checkpoint/sums.hpp"
#include "../io/files.hpp"

namespace mollis::test {
namespace {

using checkpoint::Content;
using checkpoint::Quantities;

grid::Grid make_grid(MPI_Comm comm, bool alone = false) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 3, 0.0, 1.0, false), grid::uniform_axis("y", 7, 0.0, 1.0, false), grid::uniform_axis("x", 5, 0.0, 2.0, true)};
  return grid::Grid(comm, axes, grid::decompose(axes, alone ? 1 : files::world()));
}

/// A field that says where it is.
Field numbered(grid::Grid const& grid) {
  Field const field = make_field("numbered", grid.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  auto const& box = grid.owned();
  Index n = 0;
  if (grid.dimension() == 0 && grid.local_size() > 0) host(0) = 17.0;
  if (grid.dimension() == 3)
    for (Index t = box[0].lower; t < box[0].upper; ++t)
      for (Index y = box[1].lower; y < box[1].upper; ++y)
        for (Index x = box[2].lower; x < box[2].upper; ++x) host(static_cast<std::size_t>(n++)) = 100.0 * t + 10.0 * y + 0.1 * x;
  if (grid.dimension() == 1)
    for (Index y = box[0].lower; y < box[0].upper; ++y) host(static_cast<std::size_t>(n++)) = std::sqrt(static_cast<double>(y));
  Kokkos::deep_copy(field, host);
  return field;
}

bool same(Field const& a, Field const& b) {
  auto const left = on_host(a), right = on_host(b);
  bool equal = left.extent(0) == right.extent(0);
  for (std::size_t i = 0; equal && i < left.extent(0); ++i) equal = left(i) == right(i);
  MPI_Allreduce(MPI_IN_PLACE, &equal, 1, MPI_C_BOOL, MPI_LAND, MPI_COMM_WORLD);
  return equal;
}

struct Grids {
  grid::Grid whole = make_grid(MPI_COMM_WORLD), rows = whole.restricted_to({1}), point = whole.restricted_to({});
};

Content make_content(Grids const& grids) {
  Content content;
  content.identity = {{"grid.points", "[3, 7, 5]"}};
  auto& part = content.parts["joint/fit"];
  part.put("numbers", {1.0 / 3.0, -0.0, std::numeric_limits<double>::infinity()});
  part.put("none", std::vector<double>());
  part.put("nan", {std::nan("")});
  part.put_text("history", "a,\"b\"\n\ttwo\n");
  part.put("whole", grids.whole, numbered(grids.whole));
  part.put("rows/y", grids.rows, numbered(grids.rows));
  part.put("point", grids.point, numbered(grids.point));
  content.parts["empty"];
  return content;
}

TEST(CheckpointFile, ComesBackBitByBit) {
  Grids const grids;
  auto const path = files::directory("checkpoint") + "/a.h5";
  checkpoint::write(MPI_COMM_WORLD, path, path, "abc", make_content(grids));
  auto const back = checkpoint::read(MPI_COMM_WORLD, path);
  EXPECT_EQ(back.identity, (checkpoint::Identity{{"grid.points", "[3, 7, 5]"}}));
  EXPECT_EQ(back.parts.count("empty"), 1u);
  auto const& part = back.parts.at("joint/fit");
  EXPECT_EQ(part.numbers("numbers"), (std::vector<double>{1.0 / 3.0, -0.0, std::numeric_limits<double>::infinity()}));
  EXPECT_TRUE(part.numbers("none").empty());
  EXPECT_TRUE(std::isnan(part.numbers("nan").front()));
  EXPECT_EQ(part.text("history"), "a,\"b\"\n\ttwo\n");
  EXPECT_TRUE(same(part.field("whole", grids.whole), numbered(grids.whole)));
  EXPECT_TRUE(same(part.field("rows/y", grids.rows), numbered(grids.rows)));
  EXPECT_TRUE(same(part.field("point", grids.point), numbered(grids.point)));
}

/// The sums in a file are those of one rank, whoever wrote it.
TEST(CheckpointFile, SumsDoNotDependOnTheCut) {
  Grids const grids;
  auto const alone = make_grid(MPI_COMM_SELF, true);
  auto const sum = checkpoint::sum_of(MPI_COMM_WORLD, grids.whole, numbered(grids.whole));
  EXPECT_EQ(sum, checkpoint::sum_of(MPI_COMM_SELF, alone, numbered(alone)));
  Field const moved = numbered(alone);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), moved);
  std::swap(host(2), host(3));
  Kokkos::deep_copy(moved, host);
  EXPECT_NE(sum, checkpoint::sum_of(MPI_COMM_SELF, alone, moved));
}

/// Every byte of values and index that is turned over is noticed, and never crashes.
TEST(CheckpointFile, NoticesTurnedBits) {
  Grids const grids;
  auto const path = files::directory("checkpoint_bits") + "/a.h5";
  checkpoint::write(MPI_COMM_WORLD, path, path, "abc", make_content(grids));
  auto const whole = files::content(path);
  Content const reference = checkpoint::read(MPI_COMM_WORLD, path);
  int noticed = 0, harmless = 0;
  for (std::size_t at = 0; at < whole.size(); at += 211) {
    MPI_Barrier(MPI_COMM_WORLD);
    if (files::rank() == 0) {
      auto turned = whole;
      turned[at] = static_cast<char>(turned[at] ^ 0x10);
      std::ofstream(path, std::ios::binary) << turned;
    }
    MPI_Barrier(MPI_COMM_WORLD);
    try {
      auto const back = checkpoint::read(MPI_COMM_WORLD, path);
      EXPECT_EQ(back.parts.at("joint/fit").numbers("numbers"), reference.parts.at("joint/fit").numbers("numbers"));
      EXPECT_TRUE(same(back.parts.at("joint/fit").field("whole", grids.whole), numbered(grids.whole)));
      ++harmless;   // space between HDF5's records
    } catch (run::Error const& error) {
      EXPECT_EQ(error.code(), run::Exit::bad_data);
      ++noticed;
    }
  }
  EXPECT_GT(noticed, 3);
}

}  // namespace
}  // namespace mollis::test

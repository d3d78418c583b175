// Files past 2^31 bytes and datasets past 2^31 values: written by all ranks, read in pieces. Skipped where disk or
// memory are short.
#include <sys/statvfs.h>
#include <unistd.h>

#include <limits>

#include "files.hpp"
#include "io/output_file.hpp"
#include "io/read.hpp"

namespace {

using mollis::Index;
namespace grid = mollis::grid;

constexpr Index planes = 384, side = 1024;  ///< 3 GiB of doubles

grid::Grid make_grid(Index points) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("z", points, 0.0, 1.0, false),
                                     grid::uniform_axis("y", side, 0.0, 1.0, false),
                                     grid::uniform_axis("x", side, 0.0, 1.0, false)};
  return {MPI_COMM_WORLD, axes, {{1, files::world(), 1}}};
}

double value_at(Index z, Index y, Index x) { return static_cast<double>((z * side + y) * side + x); }

/// Visits this rank's points of planes from `first` on.
template <class Visit>
void for_each_point(grid::Grid const& grid, Index first, Visit const& visit) {
  auto const& box = grid.owned();
  Index n = 0;
  for (Index z = 0; z < box[0].size(); ++z)
    for (Index y = box[1].lower; y < box[1].upper; ++y)
      for (Index x = 0; x < side; ++x) visit(n++, first + z, y, x);
}

bool has_room(std::string const& directory, double bytes) {
  struct statvfs space {};
  bool const disk = statvfs(directory.c_str(), &space) == 0 &&
                    static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize) > 1.2 * bytes;
  double const memory = static_cast<double>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  int enough = disk && memory > 1.2 * bytes ? 1 : 0;
  MPI_Bcast(&enough, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return enough != 0;
}

/// The planes from `first` on, four of them.
mollis::Field piece(grid::Grid const& grid, std::string const& path, Index first) {
  mollis::io::Source source{path, "u", {}};
  source.part.crop["z"] = {first, first + 4};
  return mollis::io::read_dataset(grid, source);
}

TEST(Large, WrittenAndReadInPieces) {
  auto const directory = files::directory("large");
  if (!has_room(directory, 8.0 * planes * side * side)) GTEST_SKIP() << "3 GiB of disk and memory are not free";
  auto const path = directory + "/u.h5";
  {
    auto const grid = make_grid(planes);
    mollis::Field const field = mollis::make_field("large", grid.local_size());
    for_each_point(grid, 0,
                   [&](Index n, Index z, Index y, Index x) { field(static_cast<std::size_t>(n)) = value_at(z, y, x); });
    mollis::io::OutputFile file(MPI_COMM_WORLD, path);
    file.write(grid, "u", field);
    file.commit(0, [](hid_t) {});
  }
  EXPECT_GT(std::filesystem::file_size(path), std::uintmax_t{3} << 30);
  auto const few = make_grid(4);
  for (Index const first : {Index{0}, Index{254}, Index{256}, planes - 4}) {  // across 2^31 bytes, and at the end
    auto const field = piece(few, path, first);
    Index wrong = 0;
    for_each_point(few, first, [&](Index n, Index z, Index y, Index x) {
      wrong += field(static_cast<std::size_t>(n)) == value_at(z, y, x) ? 0 : 1;
    });
    EXPECT_EQ(wrong, 0) << first;
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (files::rank() == 0) std::filesystem::remove_all(directory);
}

/// 3 GiB of bytes, 3 * 2^30 values, of which a few chunks are there.
TEST(Large, SparseWithMoreValuesThan32BitsCount) {
  auto const directory = files::directory("sparse");
  auto const path = directory + "/u.h5";
  constexpr Index all = 3072;
  if (files::rank() == 0) {
    hsize_t const shape[3] = {all, side, side}, chunk[3] = {1, side, side};
    hid_t const file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                space = H5Screate_simple(3, shape, nullptr);
    hid_t const creation = H5Pcreate(H5P_DATASET_CREATE), memory = H5Screate_simple(3, chunk, nullptr);
    H5Pset_chunk(creation, 3, chunk);
    hid_t const data = H5Dcreate2(file, "u", H5T_NATIVE_UINT8, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    for (hsize_t const plane : {hsize_t{5}, hsize_t{2049}, hsize_t{all - 1}}) {
      hsize_t const start[3] = {plane, 0, 0};
      std::vector<std::uint8_t> values(static_cast<std::size_t>(side * side));
      for (std::size_t n = 0; n < values.size(); ++n) values[n] = static_cast<std::uint8_t>((n + plane) % 251);
      H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, chunk, nullptr);
      H5Dwrite(data, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, values.data());
    }
    H5Dclose(data), H5Pclose(creation), H5Sclose(memory), H5Sclose(space), H5Fclose(file);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  EXPECT_LT(std::filesystem::file_size(path), std::uintmax_t{5} << 20);
  auto const few = make_grid(4);
  for (Index const first : {Index{4}, Index{2046}, Index{3000}, all - 4}) {  // 2048: past 2^31 values
    auto const field = piece(few, path, first);
    Index wrong = 0;
    for_each_point(few, first, [&](Index n, Index z, Index y, Index x) {
      bool const there = z == 5 || z == 2049 || z == all - 1;
      wrong +=
          field(static_cast<std::size_t>(n)) == (there ? static_cast<double>((y * side + x + z) % 251) : 0.0) ? 0 : 1;
    });
    EXPECT_EQ(wrong, 0) << first;
  }
}

}  // namespace

#include <unistd.h>

#include <fstream>

#include "files.hpp"
#include "io/read.hpp"

using namespace mollis;
using run::Exit;

namespace {

/// A file with one dataset "data/u" of 4 x 50 points.
std::string sample(std::string const& name, hsize_t chunk = 0) {
  std::string const file = files::directory(name) + "/a.h5";
  files::on_root([&] {
    std::vector<double> values(200);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i));
    files::add_dataset(file, "data/u", {4, 50}, values, H5T_NATIVE_DOUBLE, chunk);
  });
  return file;
}

run::Error reading(std::string const& file, std::string const& dataset) {
  grid::Grid const g = files::make({files::axis("y", 4), files::axis("x", 50)});
  return files::error_of([&] { io::read_dataset(g, file, dataset); });
}

void expect(run::Error const& error, Exit code, std::vector<std::string> const& parts) {
  EXPECT_EQ(error.code(), code) << error.what();
  for (auto const& part : parts) EXPECT_TRUE(files::contains(error, part)) << part << " is not in: " << error.what();
}

}  // namespace

TEST(ReadErrors, MissingFileAndDirectory) {
  expect(reading("/nowhere/at_all.h5", "u"), Exit::missing_input, {"/nowhere/at_all.h5", "no such file"});
  std::string const directory = files::directory("as_file");
  expect(reading(directory, "u"), Exit::bad_data, {"is a directory"});
}

TEST(ReadErrors, MissingDatasetNamesTheOnesThatExist) {
  std::string const file = sample("missing");
  expect(reading(file, "data/v"), Exit::missing_input, {file, "data/v", "did you mean", "data/u"});
  expect(reading(file, "nothing/like/it"), Exit::missing_input, {"the file holds", "data/u"});
  expect(reading(file, "data"), Exit::missing_input, {"data/u"});  // a group
}

TEST(ReadErrors, NoNameMeansTheOnlyDatasetOrIsAskedFor) {
  std::string const file = sample("nameless");
  expect(reading(file, ""), Exit::converged, {});  // no error
  files::on_root([&] { files::add_dataset(file, "x", {50}, {}); });
  expect(reading(file, ""), Exit::converged, {});  // the only one of most axes
  files::on_root([&] { files::add_dataset(file, "v", {4, 50}, {}); });
  expect(reading(file, ""), Exit::missing_input, {"which dataset?", "data/u", "\"v\"", "dataset = "});
}

TEST(ReadErrors, WrongShapeNamesBoth) {
  std::string const file = sample("shape");
  grid::Grid const g = files::make({files::axis("y", 50), files::axis("x", 4)});
  expect(files::error_of([&] { io::read_dataset(g, file, "data/u"); }), Exit::bad_data,
         {"(4, 50)", "(50, 4)", "(y, x)"});
  expect(files::error_of([&] { io::read_vector(MPI_COMM_WORLD, file, "data/u"); }), Exit::bad_data,
         {"(4, 50)", "one axis"});
}

TEST(ReadErrors, WrongTypes) {
  std::string const file = files::directory("types_bad") + "/a.h5";
  files::on_root([&] {
    hid_t const text = H5Tcopy(H5T_C_S1), pair = H5Tcreate(H5T_COMPOUND, 8);
    H5Tset_size(text, 8);
    H5Tinsert(pair, "a", 0, H5T_NATIVE_INT);
    files::add_dataset(file, "text", {4, 50}, {}, text);
    files::add_dataset(file, "pairs", {4, 50}, {}, pair);
    H5Tclose(text);
    H5Tclose(pair);
  });
  expect(reading(file, "text"), Exit::bad_data, {"strings", "not real or integer"});
  expect(reading(file, "pairs"), Exit::bad_data, {"compound"});
}

TEST(ReadErrors, NotHdf5) {
  std::string const file = files::directory("not_hdf5") + "/a.h5";
  files::on_root([&] { std::ofstream(file) << "t,x,u\n0,0,1\n"; });
  expect(reading(file, "u"), Exit::bad_data, {file, "not an HDF5 file"});
}

TEST(ReadErrors, TruncatedFile) {
  std::string const file = sample("truncated");
  files::on_root(
      [&] { ASSERT_EQ(truncate(file.c_str(), static_cast<off_t>(std::filesystem::file_size(file)) - 600), 0); });
  expect(reading(file, "data/u"), Exit::bad_data, {file, "truncated"});
}

TEST(ReadErrors, DamagedChunkOnOneRankIsAnErrorOnAll) {
  std::string const file = sample("damaged", 25);
  files::on_root([&] {  // spoil the compressed bytes of the last chunk that the file holds
    hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), data = H5Dopen2(id, "data/u", H5P_DEFAULT);
    hsize_t const offset[2] = {0, 25};
    haddr_t address = 0;
    hsize_t size = 0;
    unsigned filters = 0;
    hsize_t found[2] = {0, 0};
    hid_t const space = H5Dget_space(data);
    hsize_t chunks = 0;
    H5Dget_num_chunks(data, space, &chunks);
    for (hsize_t c = 0; c < chunks && !(found[1] == offset[1]); ++c) {
      H5Dget_chunk_info(data, space, c, found, &filters, &address, &size);
    }
    H5Sclose(space);
    H5Dclose(data);
    H5Fclose(id);
    ASSERT_EQ(found[1], offset[1]);
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(address));
    for (hsize_t i = 0; i < size; ++i) bytes.put('\x55');
  });
  // Only the ranks at the right hand side of x read that chunk.
  grid::Axis const y = files::axis("y", 4), x = files::axis("x", 50);
  grid::Grid const g(MPI_COMM_WORLD, {y, x}, {{1, files::world()}});
  expect(files::error_of([&] { io::read_dataset(g, file, "data/u"); }), Exit::bad_data,
         {file, "data/u", "cannot be read"});
}

TEST(ReadErrors, DamagedObjectHeader) {
  std::string const file = sample("header");
  files::on_root([&] {
    hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), data = H5Dopen2(id, "data/u", H5P_DEFAULT);
    H5O_info_t info;
#if H5_VERSION_GE(1, 12, 0)
    H5Oget_info3(data, &info, H5O_INFO_BASIC);
    haddr_t address = 0;
    std::memcpy(&address, &info.token, sizeof address);
#else
    H5Oget_info(data, &info);
    haddr_t const address = info.addr;
#endif
    H5Dclose(data);
    H5Fclose(id);
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(address));
    for (int i = 0; i < 64; ++i) bytes.put('\x7f');
  });
  expect(reading(file, "data/u"), Exit::bad_data, {file, "data/u", "damaged"});
}

TEST(ReadErrors, ReadingGoesOnAfterErrors) {
  std::string const file = sample("after");
  for (int repeat = 0; repeat < 3; ++repeat) reading(file, "data/v");
  grid::Grid const g = files::make({files::axis("y", 4), files::axis("x", 50)});
  Field const u = io::read_dataset(g, file, "data/u");
  auto const host = on_host(u);
  files::each_point(g, [&](std::size_t local, Index flat, Extents const&) {
    EXPECT_EQ(host(local), std::sin(static_cast<double>(flat)));
  });
  EXPECT_EQ(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL), 0);  // every handle was closed
}

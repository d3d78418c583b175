#include "files.hpp"
#include "io/read.hpp"

using namespace mollis;

namespace {

std::vector<double> counting(std::size_t size) {
  std::vector<double> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<double>(i);
  return values;
}

void expect_counting(grid::Grid const& g, Field const& field, double factor = 1.0) {
  ASSERT_EQ(static_cast<Index>(field.extent(0)), g.local_size());
  auto const host = on_host(field);
  files::each_point(g, [&](std::size_t local, Index flat, Extents const&) {
    EXPECT_EQ(host(local), factor * static_cast<double>(flat));
  });
}

}  // namespace

TEST(Read, EveryNumberTypePlainAndCompressed) {
  std::string const file = files::directory("types") + "/a.h5";
  grid::Grid const g = files::make({files::axis("t", 3), files::axis("y", 4), files::axis("x", 5)});
  std::vector<std::pair<std::string, hid_t>> const types{
      {"f32", H5T_IEEE_F32LE}, {"f64", H5T_IEEE_F64LE}, {"f64be", H5T_IEEE_F64BE}, {"i8", H5T_STD_I8LE},
      {"u8", H5T_STD_U8LE},    {"i16", H5T_STD_I16BE},  {"u16", H5T_STD_U16LE},    {"i32", H5T_STD_I32LE},
      {"u32", H5T_STD_U32LE},  {"i64", H5T_STD_I64LE},  {"u64", H5T_STD_U64LE}};
  files::on_root([&] {
    for (auto const& [name, type] : types) {
      files::add_dataset(file, name, {3, 4, 5}, counting(60), type);
      files::add_dataset(file, "packed/" + name, {3, 4, 5}, counting(60), type, 2);
    }
  });
  for (auto const& [name, type] : types) {
    SCOPED_TRACE(name);
    expect_counting(g, io::read_dataset(g, file, name));
    expect_counting(g, io::read_dataset(g, file, "/packed/" + name));
  }
}

TEST(Read, HalfPrecisionAndBooleans) {
  std::string const file = files::directory("half") + "/a.h5";
  files::on_root([&] {
    hid_t const half = H5Tcopy(H5T_IEEE_F32LE);  // IEEE binary16
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    files::add_dataset(file, "half", {4}, {0.0, 0.5, 1.0, 1.5}, half);
    H5Tclose(half);
    hid_t const boolean = H5Tenum_create(H5T_NATIVE_INT8);  // as h5py writes them
    signed char value = 0;
    H5Tenum_insert(boolean, "FALSE", &value);
    value = 1;
    H5Tenum_insert(boolean, "TRUE", &value);
    files::add_dataset(file, "mask", {4}, {}, boolean);
    hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), data = H5Dopen2(id, "mask", H5P_DEFAULT);
    signed char const mask[4] = {1, 0, 0, 1};
    H5Dwrite(data, boolean, H5S_ALL, H5S_ALL, H5P_DEFAULT, mask);
    H5Dclose(data);
    H5Fclose(id);
    H5Tclose(boolean);
  });
  EXPECT_EQ(io::read_vector(MPI_COMM_WORLD, file, "half"), (std::vector<double>{0.0, 0.5, 1.0, 1.5}));
  EXPECT_EQ(io::read_vector(MPI_COMM_WORLD, file, "mask"), (std::vector<double>{1, 0, 0, 1}));
  grid::Grid const g = files::make({files::axis("x", 4)});
  expect_counting(g, io::read_dataset(g, file, "half"), 0.5);
}

TEST(Read, NaNsStay) {
  std::string const file = files::directory("nan") + "/a.h5";
  files::on_root([&] { files::add_dataset(file, "u", {3}, {1.0, std::nan(""), 3.0}, H5T_IEEE_F32LE); });
  std::vector<double> const u = io::read_vector(MPI_COMM_WORLD, file, "u");
  EXPECT_TRUE(std::isnan(u[1]));
  EXPECT_EQ(u[2], 3.0);
}

TEST(Read, AxesOfSizeOneMayBeExtraOrAbsent) {
  std::string const file = files::directory("ones") + "/a.h5";
  files::on_root([&] {
    files::add_dataset(file, "extra", {1, 4, 1, 5}, counting(20));
    files::add_dataset(file, "plain", {4, 5}, counting(20));
    files::add_dataset(file, "one", {1, 1}, {0.0});
    files::add_dataset(file, "scalar", {}, {7.0});
  });
  grid::Grid const g = files::make({files::axis("y", 4), files::axis("x", 5)});
  grid::Grid const deep = files::make({files::axis("t", 1), files::axis("y", 4), files::axis("x", 5)});
  for (auto const* name : {"extra", "plain"}) {
    expect_counting(g, io::read_dataset(g, file, name));
    expect_counting(deep, io::read_dataset(deep, file, name));
  }
  expect_counting(g.restricted_to({}), io::read_dataset(g.restricted_to({}), file, "one"));
  grid::Grid const constant = g.restricted_to({});
  Field const scalar = io::read_dataset(constant, file, "scalar");
  if (constant.local_size() > 0) {
    EXPECT_EQ(on_host(scalar)(0), 7.0);
  }
  EXPECT_EQ(io::dataset_shape(MPI_COMM_WORLD, file, "extra"), (std::vector<Index>{1, 4, 1, 5}));
  EXPECT_EQ(io::dataset_shape(MPI_COMM_WORLD, file, "scalar"), (std::vector<Index>{}));
}

TEST(Read, IdleRanksAndRestrictedGrids) {
  std::string const file = files::directory("idle") + "/a.h5";
  files::on_root([&] {
    files::add_dataset(file, "few", {2}, counting(2));
    files::add_dataset(file, "y", {6}, counting(6), H5T_IEEE_F64LE, 4);
    files::add_dataset(file, "times", {5}, counting(5));
  });
  grid::Grid const few = files::make({files::axis("x", 2)});
  expect_counting(few, io::read_dataset(few, file, "few"));
  grid::Grid const y = files::make({files::axis("y", 6), files::axis("x", 6)}).restricted_to({0});
  expect_counting(y, io::read_dataset(y, file, "y"));
  grid::Grid const t = files::make({files::axis("t", 5)});
  expect_counting(t, io::read_dataset(t, file, "times"));
}

// CF attributes in HDF5 files, with NetCDF or without: honoured, or refused with a reason.

#include "counting.hpp"
#include "io/format.hpp"
#include "io/formats/cf.hpp"
#include "io/read.hpp"

using namespace mollis;
using run::Exit;

namespace {

/// Adds a number or several to a dataset ("" : the file).
void attribute(std::string const& file, std::string const& dataset, std::string const& name,
               std::vector<double> const& values, hid_t type) {
  hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT),
              object = H5Oopen(id, dataset.empty() ? "/" : dataset.c_str(), H5P_DEFAULT);
  hsize_t const size = values.size();
  hid_t const space = H5Screate_simple(1, &size, nullptr),
              made = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(made, H5T_NATIVE_DOUBLE, values.data());
  H5Aclose(made);
  H5Sclose(space);
  H5Oclose(object);
  H5Fclose(id);
}

void text(std::string const& file, std::string const& dataset, std::string const& name, std::string const& value) {
  hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT),
              object = H5Oopen(id, dataset.empty() ? "/" : dataset.c_str(), H5P_DEFAULT);
  hid_t const type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, value.size() + 1);
  hid_t const made = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(made, type, value.c_str());
  H5Aclose(made);
  H5Sclose(space);
  H5Tclose(type);
  H5Oclose(object);
  H5Fclose(id);
}

/// What a line of six values reads as, on all ranks.
std::vector<double> read(std::string const& file) { return io::read_vector(MPI_COMM_WORLD, file, "u"); }

void expect(std::vector<double> const& values, std::vector<double> const& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t n = 0; n < values.size(); ++n) {
    if (std::isnan(expected[n]))
      EXPECT_TRUE(std::isnan(values[n])) << n;
    else
      EXPECT_DOUBLE_EQ(values[n], expected[n]) << n;
  }
}

class Cf : public testing::Test {
 protected:
  /// A fresh file with u.
  std::string make(std::string const& name, std::vector<double> const& values, hid_t type) {
    std::string const file = files::directory(name) + "/a.h5";
    files::on_root([&] { files::add_dataset(file, "u", {values.size()}, values, type); });
    return file;
  }
};

}  // namespace

TEST_F(Cf, ScaleOffsetAndFill) {
  auto const file = make("cf_scale", {1, 2, -99, 4}, H5T_STD_I16LE);
  files::on_root([&] {
    attribute(file, "u", "scale_factor", {0.5}, H5T_IEEE_F32LE);
    attribute(file, "u", "add_offset", {10}, H5T_IEEE_F64LE);
    attribute(file, "u", "_FillValue", {-99}, H5T_STD_I16LE);
  });
  expect(read(file), {10.5, 11, NAN, 12});
  auto const g = files::make({files::axis("x", 4)});
  files::expect_field(g, io::read_dataset(g, file, "u"),
                      [](Extents const& at) { return at[3] == 2 ? NAN : 10.5 + 0.5 * static_cast<double>(at[3]); });
}

TEST_F(Cf, FillsOfFloatsInWhateverPrecisionTheyAreWritten) {
  auto const file = make("cf_fill", {1, 1e20, -1.7e30, 4}, H5T_IEEE_F32LE);
  files::on_root([&] {
    attribute(file, "u", "_FillValue", {1e20}, H5T_IEEE_F32LE);
    attribute(file, "u", "missing_value", {-1.7e30, 4}, H5T_IEEE_F64LE);
  });
  expect(read(file), {1, NAN, NAN, NAN});
}

TEST_F(Cf, ValidRangesOfStoredAndOfTrueValues) {
  auto file = make("cf_range", {-1, 0, 5, 10, 11}, H5T_STD_I32BE);
  files::on_root([&] { attribute(file, "u", "valid_range", {0, 10}, H5T_STD_I32LE); });
  expect(read(file), {NAN, 0, 5, 10, NAN});
  file = make("cf_true_range", {-1, 0, 5, 10, 11}, H5T_STD_I32BE);
  files::on_root([&] {
    attribute(file, "u", "scale_factor", {-2}, H5T_IEEE_F64LE);
    attribute(file, "u", "valid_min", {-20}, H5T_IEEE_F64LE);  // real: of the true values
    attribute(file, "u", "valid_max", {0}, H5T_IEEE_F64LE);
  });
  expect(read(file), {NAN, 0, -10, -20, NAN});
}

TEST_F(Cf, UnsignedBytes) {
  auto const file = make("cf_unsigned", {-1, -2, 3, 127}, H5T_STD_I8LE);
  files::on_root([&] {
    text(file, "u", "_Unsigned", "true");
    attribute(file, "u", "_FillValue", {-2}, H5T_STD_I8LE);
  });
  expect(read(file), {255, NAN, 3, 127});
}

TEST_F(Cf, DefaultFillOfNetcdfAlone) {
  double const fill = 9.9692099683868690e+36;
  auto const file = make("cf_default", {1, fill}, H5T_IEEE_F64LE);
  expect(read(file), {1, fill});  // plain HDF5: a number like any other
  files::on_root([&] { text(file, "", "_NCProperties", "version=2,netcdf=4.9.0,hdf5=1.10.8"); });
  expect(read(file), {1, NAN});
}

TEST_F(Cf, WhatMakesNoSenseIsRefused) {
  for (std::string const name : {"scale_factor", "add_offset", "_FillValue", "missing_value", "valid_range"}) {
    auto const file = make("cf_text_" + name, {1, 2}, H5T_STD_I16LE);
    files::on_root([&] { text(file, "u", name, "about 3"); });
    auto const error = files::error_of([&] { read(file); });
    EXPECT_EQ(error.code(), Exit::bad_data);
    EXPECT_TRUE(files::contains(error, name)) << error.what();
  }
  auto const zero = make("cf_zero", {1, 2}, H5T_STD_I16LE), two = make("cf_two", {1, 2}, H5T_STD_I16LE);
  files::on_root([&] {
    attribute(zero, "u", "scale_factor", {0}, H5T_IEEE_F64LE);
    attribute(two, "u", "scale_factor", {1, 2}, H5T_IEEE_F64LE);
  });
  EXPECT_EQ(files::error_of([&] { read(zero); }).code(), Exit::bad_data);
  EXPECT_EQ(files::error_of([&] { read(two); }).code(), Exit::bad_data);
}

TEST_F(Cf, TimesAreInTheUnitThatIsAskedFor) {
  auto const file = make("cf_time", {0, 1, 2.5}, H5T_IEEE_F64LE);
  files::on_root([&] { text(file, "u", "units", "Days since 1950-01-01 00:00:00"); });
  auto const axis = [&](std::string const& unit) { return io::read_axis(MPI_COMM_WORLD, {file, "u", {}}, "t", unit); };
  EXPECT_EQ(axis("s"), (std::vector<double>{0, 86400, 216000}));
  EXPECT_EQ(axis("d"), (std::vector<double>{0, 1, 2.5}));
  EXPECT_EQ(axis("h"), (std::vector<double>{0, 24, 60}));
  EXPECT_EQ(axis(""), (std::vector<double>{0, 1, 2.5}));
}

TEST_F(Cf, TimesThatAreNoNumbersOfAUnitAreRefused) {
  for (std::string const unit : {"day as %Y%m%d.%f", "fortnights since 2000-01-01"}) {
    auto const file = make("cf_no_time", {20000130, 20000131, 20000201}, H5T_IEEE_F64LE);
    files::on_root([&] { text(file, "u", "units", unit); });
    auto const error = files::error_of([&] { io::read_axis(MPI_COMM_WORLD, {file, "u", {}}, "t", "s"); });
    EXPECT_EQ(error.code(), Exit::bad_data);
    EXPECT_TRUE(files::contains(error, unit)) << error.what();
    EXPECT_EQ(io::read_axis(MPI_COMM_WORLD, {file, "u", {}}, "x", "").size(), 3u);
  }
  EXPECT_EQ(io::fault_of_times("common_years since 2000-01-01") + io::fault_of_times("days") + io::fault_of_times(""),
            "");
  EXPECT_EQ(io::seconds_in("common_years since 2000-01-01"), 365.0 * 86400.0);
}

TEST_F(Cf, AxesAreCroppedAndAveraged) {
  auto const file = make("cf_cut", {0, 1, 2, 4, 8}, H5T_IEEE_F64LE);
  io::Part part;
  part.crop = {{"x", {1, 5}}};
  part.bin = {{"x", 2}};
  EXPECT_EQ(io::read_axis(MPI_COMM_WORLD, {file, "u", part}, "x", ""), (std::vector<double>{1.5, 6}));
}

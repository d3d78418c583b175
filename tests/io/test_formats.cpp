// The same numbers in files of every format, read on any number of ranks.
#include <cstdint>
#include <cstring>

#include "counting.hpp"
#include "io/format.hpp"
#include "io/read.hpp"

#ifdef MOLLIS_HAS_NETCDF
#include <netcdf.h>
#endif
#ifdef MOLLIS_HAS_TIFF
#include <tiffio.h>
#endif
#ifdef MOLLIS_HAS_NIFTI
#include <nifti1.h>
#endif

using namespace mollis;
using run::Exit;

namespace {

double flat(Extents const& at) { return static_cast<double>((at[1] * 4 + at[2]) * 5 + at[3]); }

grid::Grid cube() { return files::make({files::axis("t", 3), files::axis("y", 4), files::axis("x", 5)}); }

void write(std::string const& file, std::string const& bytes) {
  MPI_Barrier(MPI_COMM_WORLD);  // others may still look at what was there
  files::on_root([&] { std::ofstream(file, std::ios::binary) << bytes; });
}

template <class T>
std::string bytes_of(std::vector<double> const& values, bool swap) {
  std::string bytes;
  for (double v : values) {
    T const number = static_cast<T>(v);
    std::string word(sizeof(T), '\0');
    std::memcpy(word.data(), &number, sizeof(T));
    bytes += swap ? std::string(word.rbegin(), word.rend()) : word;
  }
  return bytes;
}

std::string npy(std::string const& type, bool fortran, std::string const& shape, std::string const& data) {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string const length{static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  return std::string("\x93NUMPY\x01\x00", 8) + length + header + data;
}

/// Values of counting() with the first axis the fastest.
std::vector<double> turned() {
  std::vector<double> values;
  for (int x = 0; x < 5; ++x)
    for (int y = 0; y < 4; ++y)
      for (int t = 0; t < 3; ++t) values.push_back((t * 4 + y) * 5 + x);
  return values;
}

}  // namespace

TEST(Formats, NamesThatNeedNoDataset) {
  for (auto const* format : io::formats())
    for (auto const& ending : format->endings())
      EXPECT_EQ(io::is_nameless("a" + ending), format->name() != "HDF5" && format->name() != "NetCDF" && format->name() != "NumPy archive") << ending;
  EXPECT_TRUE(io::is_nameless("STACK.TIF"));
  EXPECT_FALSE(io::is_nameless(".csv"));
}

TEST(Formats, NpyOfEveryTypeOrderAndByteOrder) {
  auto const directory = files::directory("npy");
  auto const g = cube();
  auto const c = files::counting(60);
  auto const f = turned();
  std::vector<std::pair<std::string, std::string>> const samples{
      {"<f8", bytes_of<double>(c, false)},        {">f8", bytes_of<double>(c, true)},
      {"<f4", bytes_of<float>(c, false)},         {">i2", bytes_of<std::int16_t>(c, true)},
      {"<u4", bytes_of<std::uint32_t>(c, false)}, {"|u1", bytes_of<std::uint8_t>(c, false)},
      {"<i8", bytes_of<std::int64_t>(c, false)}};
  for (auto const& [type, data] : samples) {
    write(directory + "/a.npy", npy(type, false, "(3, 4, 5)", data));
    files::expect_field(g, io::read_dataset(g, {directory + "/a.npy", "", {}}), flat);
  }
  write(directory + "/f.npy", npy(">f4", true, "(3, 4, 5)", bytes_of<float>(f, true)));
  files::expect_field(g, io::read_dataset(g, {directory + "/f.npy", "", {}}), flat);
  io::Part part;  // a part of an array in Fortran's order
  part.at = {{"0", 2}};
  part.crop = {{"x", {1, 5}}};
  auto const small = files::make({files::axis("y", 4), files::axis("x", 4)});
  files::expect_field(small, io::read_dataset(small, {directory + "/f.npy", "", part}),
                      [](Extents const& at) { return static_cast<double>(40 + at[2] * 5 + at[3] + 1); });
}

TEST(Formats, CsvAsAGridAndAsColumns) {
  auto const directory = files::directory("csv");
  auto const g = files::make({files::axis("y", 3), files::axis("x", 4)});
  auto const value = [](Extents const& at) {
    return at[2] == 1 && at[3] == 2 ? NAN : static_cast<double>(at[2] * 4 + at[3]) + 0.5;
  };
  for (std::string const separator : {",", ";", "\t", "  "}) {
    std::string text = "# made by hand\n\n";
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 4; ++x)
        text += (x > 0 ? separator : "") + (y == 1 && x == 2 ? "NaN" : std::to_string(y * 4 + x) + ".5e0");
      text += "\r\n";
    }
    write(directory + "/a.csv", text);
    files::expect_field(g, io::read_dataset(g, {directory + "/a.csv", "", {}}), value);
  }
  write(directory + "/columns.csv", "\"x [nm]\",u\n0,10\n1,11\n2.5,12\n");
  EXPECT_EQ(io::read_vector(MPI_COMM_WORLD, directory + "/columns.csv", "x [nm]"), (std::vector<double>{0, 1, 2.5}));
  auto const line = files::make({files::axis("x", 3)});
  files::expect_field(line, io::read_dataset(line, {directory + "/columns.csv", "u", {}}),
                      [](Extents const& at) { return 10.0 + static_cast<double>(at[3]); });
  auto const error = files::error_of([&] { io::read_vector(MPI_COMM_WORLD, directory + "/columns.csv", "x [mm]"); });
  EXPECT_EQ(error.code(), Exit::missing_input);
  EXPECT_TRUE(files::contains(error, "did you mean \"x [nm]\"")) << error.what();
}

#ifdef MOLLIS_HAS_TIFF

namespace {

/// Pages of counting() as strips of two rows, or as tiles of 16 x 16.
template <class T>
void write_tiff(std::string const& file, char const* mode, std::uint16_t format, bool tiled,
                std::string const& description, int pages, int height, int width) {
  MPI_Barrier(MPI_COMM_WORLD);
  files::on_root([&] {
    TIFF* const tiff = TIFFOpen(file.c_str(), mode);
    for (int page = 0; page < pages; ++page) {
      TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
      TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
      TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8 * static_cast<int>(sizeof(T)));
      TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format);
      TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, tiled ? COMPRESSION_NONE : COMPRESSION_LZW);
      if (!description.empty()) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, description.c_str());
      TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 4.0);
      TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 2.0);
      auto const value = [&](int y, int x) { return static_cast<T>((page * height + y) * width + x); };
      if (tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
        for (int y0 = 0; y0 < height; y0 += 16)
          for (int x0 = 0; x0 < width; x0 += 16) {
            std::vector<T> tile(256, T{});
            for (int y = y0; y < std::min(y0 + 16, height); ++y)
              for (int x = x0; x < std::min(x0 + 16, width); ++x)
                tile[static_cast<std::size_t>((y - y0) * 16 + x - x0)] = value(y, x);
            TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x0), static_cast<std::uint32_t>(y0), 0, 0);
          }
      } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 2);
        for (int y = 0; y < height; ++y) {
          std::vector<T> row;
          for (int x = 0; x < width; ++x) row.push_back(value(y, x));
          TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0);
        }
      }
      TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
  });
}

}  // namespace

TEST(Formats, TiffPagesStripsTilesAndTypes) {
  auto const file = files::directory("tiff") + "/a.tif";
  auto const g = cube();
  auto const expect = [&] { files::expect_field(g, io::read_dataset(g, {file, "", {}}), flat); };
  write_tiff<std::uint8_t>(file, "w", SAMPLEFORMAT_UINT, false, "", 3, 4, 5);
  expect();
  write_tiff<std::uint16_t>(file, "wb", SAMPLEFORMAT_UINT, false, "", 3, 4, 5);
  expect();
  write_tiff<std::int32_t>(file, "w8", SAMPLEFORMAT_INT, true, "", 3, 4, 5);
  expect();
  write_tiff<float>(file, "wl", SAMPLEFORMAT_IEEEFP, false, "", 3, 4, 5);
  expect();
  write_tiff<float>(file, "wb", SAMPLEFORMAT_IEEEFP, true, "", 2, 20, 40);
  auto const wide = files::make({files::axis("z", 2), files::axis("y", 20), files::axis("x", 40)});
  files::expect_field(wide, io::read_dataset(wide, {file, "", {}}),
                      [](Extents const& at) { return static_cast<double>((at[1] * 20 + at[2]) * 40 + at[3]); });
}

TEST(Formats, TiffSpacingByImageJAndOme) {
  auto const file = files::directory("spacing") + "/a.tif";
  write_tiff<std::uint8_t>(file, "w", SAMPLEFORMAT_UINT, false,
                           "ImageJ=1.53\nimages=6\nchannels=2\nslices=3\nunit=micron\nspacing=0.3\n", 6, 4, 5);
  auto d = io::describe(file, "");
  ASSERT_EQ(d.axes.size(), 4u);
  EXPECT_EQ(io::shape_text(d.axes), "(z: 3, channel: 2, y: 4, x: 5)");
  EXPECT_EQ(d.axes[0].spacing, 0.3);
  EXPECT_EQ(d.axes[2].spacing, 0.5);
  EXPECT_EQ(d.axes[3].spacing, 0.25);
  EXPECT_EQ(d.axes[3].unit, "um");
  auto const g = files::make({files::axis("z", 3), files::axis("y", 4), files::axis("x", 5)});
  io::Part part;
  part.at = {{"channel", 1}};
  files::expect_field(g, io::read_dataset(g, {file, "", part}),
                      [](Extents const& at) { return static_cast<double>(((at[1] * 2 + 1) * 4 + at[2]) * 5 + at[3]); });
  write_tiff<std::uint8_t>(
      file, "w", SAMPLEFORMAT_UINT, false,
      "<OME><Image><Pixels DimensionOrder=\"XYZTC\" SizeX=\"5\" SizeY=\"4\" SizeZ=\"2\" SizeT=\"3\" SizeC=\"1\" "
      "PhysicalSizeX=\"0.1\" PhysicalSizeXUnit=\"nm\" PhysicalSizeZ=\"0.7\" TimeIncrement=\"2.5\"/></Image></OME>",
      6, 4, 5);
  d = io::describe(file, "");
  EXPECT_EQ(io::shape_text(d.axes), "(t: 3, z: 2, y: 4, x: 5)");
  EXPECT_EQ(d.axes[0].spacing, 2.5);
  EXPECT_EQ(d.axes[1].spacing, 0.7);
  EXPECT_EQ(d.axes[1].unit, "um");
  EXPECT_EQ(d.axes[3].unit, "nm");
  write_tiff<std::uint8_t>(file, "w", SAMPLEFORMAT_UINT, false, "ImageJ=1.53\nimages=600\n", 1, 4, 5);
  EXPECT_THROW(io::describe(file, ""), run::Error);
}

#endif
#ifdef MOLLIS_HAS_NIFTI

TEST(Formats, NiftiWithSlopeAndSpacing) {
  auto const file = files::directory("nifti") + "/a.nii";
  nifti_1_header header{};
  header.sizeof_hdr = 348;
  short const dim[8] = {4, 5, 4, 1, 3, 1, 1, 1};
  std::memcpy(header.dim, dim, sizeof dim);
  header.datatype = DT_INT16;
  header.bitpix = 16;
  float const pixdim[8] = {1, 0.5f, 0.25f, 2, 10, 0, 0, 0};
  std::memcpy(header.pixdim, pixdim, sizeof pixdim);
  header.vox_offset = 352;
  header.scl_slope = 0.5f;
  header.scl_inter = -1.0f;
  header.xyzt_units = NIFTI_UNITS_MM | NIFTI_UNITS_SEC;
  std::memcpy(header.magic, "n+1", 4);
  write(file, std::string(reinterpret_cast<char const*>(&header), 348) + std::string(4, '\0') +
                  bytes_of<std::int16_t>(files::counting(60), false));
  auto const g = cube();
  files::expect_field(g, io::read_dataset(g, {file, "", {}}), [](Extents const& at) { return 0.5 * flat(at) - 1.0; });
  auto const d = io::describe(file, "");
  EXPECT_EQ(io::shape_text(d.axes), "(t: 3, z: 1, y: 4, x: 5)");
  EXPECT_EQ(d.axes[3].spacing, 0.5);
  EXPECT_EQ(d.axes[3].unit, "mm");
  EXPECT_EQ(d.axes[0].spacing, 10.0);
  EXPECT_EQ(d.axes[0].unit, "s");
}

#endif
#ifdef MOLLIS_HAS_NETCDF

TEST(Formats, ClassicNetcdfWithCfAttributes) {
  auto const file = files::directory("netcdf") + "/a.nc";
  auto const g = cube();
  for (int const kind : {0, NC_64BIT_OFFSET, NC_64BIT_DATA}) {
    MPI_Barrier(MPI_COMM_WORLD);
    files::on_root([&] {
      int id = 0, dims[3], variable = 0, time = 0;
      ASSERT_EQ(nc_create(file.c_str(), NC_CLOBBER | kind, &id), NC_NOERR);
      nc_def_dim(id, "time", NC_UNLIMITED, &dims[0]);
      nc_def_dim(id, "lat", 4, &dims[1]);
      nc_def_dim(id, "lon", 5, &dims[2]);
      nc_def_var(id, "time", NC_INT, 1, dims, &time);
      nc_put_att_text(id, time, "units", 21, "days since 1950-01-01");
      nc_def_var(id, "T", NC_SHORT, 3, dims, &variable);
      double const scale = 0.1, offset = 20.0;
      short const fill = -999, range[2] = {0, 57};
      nc_put_att_double(id, variable, "scale_factor", NC_DOUBLE, 1, &scale);
      nc_put_att_double(id, variable, "add_offset", NC_DOUBLE, 1, &offset);
      nc_put_att_short(id, variable, "_FillValue", NC_SHORT, 1, &fill);
      nc_put_att_short(id, variable, "valid_range", NC_SHORT, 2, range);
      nc_enddef(id);
      std::vector<short> values;
      for (int n = 0; n < 60; ++n) values.push_back(n == 7 ? fill : static_cast<short>(n));
      int const times[3] = {10, 11, 13};
      std::size_t const start[3] = {0, 0, 0}, count[3] = {3, 4, 5};
      nc_put_vara_short(id, variable, start, count, values.data());
      nc_put_vara_int(id, time, start, count, times);
      ASSERT_EQ(nc_close(id), NC_NOERR);
    });
    auto const value = [](Extents const& at) {
      return flat(at) == 7.0 || flat(at) > 57.0 ? NAN : 0.1 * flat(at) + 20.0;
    };
    files::expect_field(g, io::read_dataset(g, {file, "T", {}}), value);
    files::expect_field(g, io::read_dataset(g, {file, "", {}}), value);
    EXPECT_EQ(io::read_axis(MPI_COMM_WORLD, {file, "time", {}}, "t", "h"), (std::vector<double>{240, 264, 312}));
    EXPECT_EQ(io::read_axis(MPI_COMM_WORLD, {file, "time", {}}, "x", ""), (std::vector<double>{10, 11, 13}));
  }
}

#endif

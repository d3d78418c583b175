#pragma once
/// Files for the tests, made and read by plain serial HDF5 on rank 0.
#include <gtest/gtest.h>
#include <hdf5.h>
#include <mpi.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "run/error.hpp"

namespace files {

using mollis::Extents;
using mollis::Field;
using mollis::Index;
namespace grid = mollis::grid;

inline int rank() {
  int r = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &r);
  return r;
}

inline int world() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

/// A fresh directory for this test program, one a number of ranks.
inline std::string directory(std::string const& name) {
  std::string const path =
      (std::filesystem::temp_directory_path() / ("mollis_io_" + name + "_" + std::to_string(world()))).string();
  if (rank() == 0) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  return path;
}

/// Names in a directory, sorted.
inline std::vector<std::string> names(std::string const& directory) {
  std::vector<std::string> all;
  for (auto const& entry : std::filesystem::directory_iterator(directory)) all.push_back(entry.path().filename().string());
  std::sort(all.begin(), all.end());
  return all;
}

inline std::string content(std::string const& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Runs work on rank 0, then lets the others go on.
inline void on_root(std::function<void()> const& work) {
  if (rank() == 0) work();
  MPI_Barrier(MPI_COMM_WORLD);
}

/// Adds a dataset of `type` with the given values (made on the way from doubles by HDF5). chunk > 0: chunks of that
/// size along each axis, shuffled and compressed.
inline void add_dataset(std::string const& file, std::string const& name, std::vector<hsize_t> const& shape,
                        std::vector<double> const& values, hid_t type = H5T_NATIVE_DOUBLE, hsize_t chunk = 0) {
  bool const exists = std::filesystem::exists(file);
  hid_t const id = exists ? H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                          : H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  hid_t const space =
      shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  hid_t const creation = H5Pcreate(H5P_DATASET_CREATE), links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  if (chunk > 0) {
    std::vector<hsize_t> chunks;
    for (hsize_t size : shape) chunks.push_back(std::min(size, chunk));
    H5Pset_chunk(creation, static_cast<int>(chunks.size()), chunks.data());
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 4);
  }
  hid_t const data = H5Dcreate2(id, name.c_str(), type, space, links, creation, H5P_DEFAULT);
  ASSERT_GE(data, 0);
  if (!values.empty()) {
    ASSERT_GE(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  }
  H5Dclose(data);
  H5Pclose(links);
  H5Pclose(creation);
  H5Sclose(space);
  H5Fclose(id);
}

/// All values of a dataset, and its shape.
inline std::vector<double> read_all(std::string const& file, std::string const& name,
                                    std::vector<hsize_t>* shape = nullptr) {
  hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  hid_t const data = H5Dopen2(id, name.c_str(), H5P_DEFAULT), space = H5Dget_space(data);
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  if (shape) {
    shape->resize(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, shape->data(), nullptr);
  }
  H5Sclose(space);
  H5Dclose(data);
  H5Fclose(id);
  return values;
}

inline grid::Axis axis(char const* name, Index points) { return grid::uniform_axis(name, points, 0.0, 1.0, false); }

inline grid::Grid make(std::vector<grid::Axis> axes) {
  grid::Decomposition const cut = grid::decompose(axes, world());
  return grid::Grid(MPI_COMM_WORLD, std::move(axes), cut);
}

/// Visits this rank's points in row-major order: local index, row-major global index, global indices (padded).
inline void each_point(grid::Grid const& g,
                       std::function<void(std::size_t local, Index flat, Extents const& global)> const& visit) {
  if (g.local_size() == 0) return;
  Extents const e = g.owned().extents();
  Extents n{1, 1, 1, 1}, lower{0, 0, 0, 0};
  for (int a = 0; a < g.dimension(); ++a) {
    n[static_cast<std::size_t>(4 - g.dimension() + a)] = g.axis(a).size();
    lower[static_cast<std::size_t>(4 - g.dimension() + a)] = g.owned()[a].lower;
  }
  std::size_t local = 0;
  for (Index i = lower[0]; i < lower[0] + e[0]; ++i)
    for (Index j = lower[1]; j < lower[1] + e[1]; ++j)
      for (Index k = lower[2]; k < lower[2] + e[2]; ++k)
        for (Index l = lower[3]; l < lower[3] + e[3]; ++l)
          visit(local++, ((i * n[1] + j) * n[2] + k) * n[3] + l, {i, j, k, l});
}

/// A field made of a function of the global index.
inline Field fill(grid::Grid const& g, std::function<double(Index flat, Extents const& global)> const& f) {
  Field const field = mollis::make_field("test", g.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  each_point(g, [&](std::size_t local, Index flat, Extents const& global) { host(local) = f(flat, global); });
  Kokkos::deep_copy(field, host);
  return field;
}

/// The error that `work` raises on every rank, with the same text on all of them.
inline mollis::run::Error error_of(std::function<void()> const& work) {
  mollis::run::Error caught(mollis::run::Exit::converged, "no error");
  try {
    work();
  } catch (mollis::run::Error const& error) {
    caught = error;
  }
  std::string first = caught.what();
  int size = static_cast<int>(first.size());
  MPI_Bcast(&size, 1, MPI_INT, 0, MPI_COMM_WORLD);
  first.resize(static_cast<std::size_t>(size));
  MPI_Bcast(first.data(), size, MPI_CHAR, 0, MPI_COMM_WORLD);
  EXPECT_EQ(first, caught.what());
  return caught;
}

inline bool contains(mollis::run::Error const& error, std::string const& part) {
  return std::string(error.what()).find(part) != std::string::npos;
}

}  // namespace files

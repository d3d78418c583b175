#include "io/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "io/hdf5.hpp"
#include "io/probe.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

[[noreturn]] void throw_unreadable(std::string const& file, std::string const& dataset, Hdf5Error const& reason) {
  throw Error(Exit::bad_data,
              fmt::format("{}: {}: cannot be read ({}); copy or write the file again", file, dataset, reason.what()));
}

bool is_root(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank == 0;
}

/// Rank 0 looks, all learn what it saw.
DatasetFacts shared_facts(MPI_Comm comm, std::string const& file, std::string const& dataset) {
  DatasetFacts facts;
  run::collectively(comm, [&] {
    if (is_root(comm)) facts = probe(file, dataset);
  });
  Index header[2] = {static_cast<Index>(facts.shape.size()), facts.contiguous ? 1 : 0};
  MPI_Bcast(header, 2, MPI_INT64_T, 0, comm);
  facts.shape.resize(static_cast<std::size_t>(header[0]));
  facts.contiguous = header[1] != 0;
  MPI_Bcast(facts.shape.data(), static_cast<int>(header[0]), MPI_INT64_T, 0, comm);
  return facts;
}

std::vector<double> read_whole(std::string const& file, std::string const& dataset, Index size) {
  Quiet const quiet;
  try {
    Handle const id(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    Handle const data(H5Dopen2(id, dataset.c_str(), H5P_DEFAULT), H5Dclose);
    std::vector<double> values(static_cast<std::size_t>(size));
    require(H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    return values;
  } catch (Hdf5Error const& reason) {
    throw_unreadable(file, dataset, reason);
  }
}

std::vector<Index> without_ones(std::vector<Index> shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  return shape;
}

void require_shape(grid::Grid const& grid, DatasetFacts const& facts, std::string const& where) {
  std::vector<Index> expected;
  std::string names;
  for (grid::Axis const& axis : grid.axes()) {
    expected.push_back(axis.size());
    names += (names.empty() ? "" : ", ") + axis.name;
  }
  if (without_ones(facts.shape) != without_ones(expected)) {
    throw Error(Exit::bad_data, fmt::format("{}: has shape {}, but the grid has {} points along ({})", where,
                                            shape_text(facts.shape), shape_text(expected), names));
  }
}

/// This rank's box in the file's own axes.
Handle selection(grid::Grid const& grid, std::vector<Index> const& shape) {
  Handle space = simple_space(Sizes(shape.begin(), shape.end()));
  if (grid.local_size() == 0) {
    require(H5Sselect_none(space));
    return space;
  }
  if (shape.empty()) return space;
  Sizes start(shape.size(), 0), count(shape.size(), 1);
  int axis = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1) continue;
    while (grid.axis(axis).size() == 1) ++axis;
    start[d] = static_cast<hsize_t>(grid.owned()[axis].lower);
    count[d] = static_cast<hsize_t>(grid.owned()[axis].size());
    ++axis;
  }
  require(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
  return space;
}

void read_box(grid::Grid const& grid, hid_t dataset, DatasetFacts const& facts, double* values) {
  Handle const in_file = selection(grid, facts.shape);
  Handle const in_memory = simple_space({static_cast<hsize_t>(std::max<Index>(grid.local_size(), 1))});
  if (grid.local_size() == 0) require(H5Sselect_none(in_memory));
  // Chunks may fail to decompress on some ranks alone: these must not leave the others waiting in a collective call.
  Handle const transfer = transfer_property(facts.contiguous ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT);
  require(H5Dread(dataset, H5T_NATIVE_DOUBLE, in_memory, in_file, transfer, values));
}

}  // namespace

std::vector<Index> dataset_shape(MPI_Comm comm, std::string const& file, std::string const& dataset) {
  return shared_facts(comm, file, dataset).shape;
}

std::vector<double> read_vector(MPI_Comm comm, std::string const& file, std::string const& dataset) {
  DatasetFacts const facts = shared_facts(comm, file, dataset);
  if (without_ones(facts.shape).size() > 1) {
    throw Error(Exit::bad_data,
                fmt::format("{}: {}: has shape {}, but one axis is wanted", file, dataset, shape_text(facts.shape)));
  }
  Index const size = std::accumulate(facts.shape.begin(), facts.shape.end(), Index{1}, std::multiplies<>());
  std::vector<double> values(static_cast<std::size_t>(size));
  run::collectively(comm, [&] {
    if (is_root(comm)) values = read_whole(file, dataset, size);
  });
  MPI_Bcast(values.data(), static_cast<int>(size), MPI_DOUBLE, 0, comm);
  return values;
}

Field read_dataset(grid::Grid const& grid, std::string const& file, std::string const& dataset) {
  DatasetFacts const facts = shared_facts(grid.comm(), file, dataset);
  require_shape(grid, facts, file + ": " + dataset);
  run::collectively(grid.comm(), [&] { require_readable(file); });
  Quiet const quiet;
  Field const field = make_field("mollis::io::read", grid.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  Handle id, data;
  run::collectively(grid.comm(), [&] {
    try {
      Handle const access = access_property(grid.comm());
      id = Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
      data = Handle(H5Dopen2(id, dataset.c_str(), H5P_DEFAULT), H5Dclose);
    } catch (Hdf5Error const& reason) {
      throw_unreadable(file, dataset, reason);
    }
  });
  run::collectively(grid.comm(), [&] {
    try {
      read_box(grid, data, facts, host.data());
    } catch (Hdf5Error const& reason) {
      throw_unreadable(file, dataset, reason);
    }
  });
  Kokkos::deep_copy(field, host);
  return field;
}

}  // namespace mollis::io

#pragma once
/// Grids, fields by formula and scratch files for the tests of the observations.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "grid/grid.hpp"
#include "io/output_file.hpp"
#include "kernels/field.hpp"
#include "run/error.hpp"

namespace mollis::test {

using Coordinates = std::vector<double>;  ///< of a point, along the axes of its grid, slowest first

inline grid::Grid make_grid(std::vector<grid::Axis> const& axes, MPI_Comm comm = MPI_COMM_WORLD) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  return grid::Grid(comm, axes, grid::decompose(axes, ranks));
}

inline Field to_field(std::vector<double> const& values) {
  Field field = make_field("values", static_cast<Index>(values.size()));
  auto const host = Kokkos::create_mirror_view(field);
  for (std::size_t i = 0; i < values.size(); ++i) host(i) = values[i];
  Kokkos::deep_copy(field, host);
  return field;
}

inline std::vector<double> to_vector(Field const& field) {
  auto const host = on_host(field);
  return {host.data(), host.data() + host.extent(0)};
}

/// A formula at this rank's points.
inline Field sample(grid::Grid const& grid, std::function<double(Coordinates const&)> const& formula) {
  std::vector<double> values;
  for (Index i = 0; i < grid.local_size(); ++i) {
    Coordinates x(static_cast<std::size_t>(grid.dimension()));
    Index rest = i;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const range = grid.owned()[a];
      x[static_cast<std::size_t>(a)] = grid.axis(a).at(range.lower + rest % range.size());
      rest /= range.size();
    }
    values.push_back(formula(x));
  }
  return to_field(values);
}

/// A file name of this program and number of ranks.
inline std::string scratch(std::string const& name) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return (std::filesystem::temp_directory_path() / ("mollis_observations_" + std::to_string(ranks) + "_" + name))
      .string();
}

inline void write(std::string const& file, grid::Grid const& grid,
                  std::vector<std::pair<std::string, Field>> const& fields) {
  io::OutputFile out(MPI_COMM_WORLD, file);
  for (auto const& [name, field] : fields) out.write(grid, name, field);
  out.commit(0, [](hid_t) {});
}

/// The exit code of what `work` throws; converged where it throws nothing.
inline run::Exit exit_of(std::function<void()> const& work) {
  try {
    work();
  } catch (run::Error const& error) {
    return error.code();
  }
  return run::Exit::converged;
}

}  // namespace mollis::test

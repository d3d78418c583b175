// Results of all kinds of grids, for the readers in Python. A field's value is 1000 t + 100 z + 10 y + x in indices.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "files.hpp"
#include "io/result_file.hpp"

using namespace mollis;

namespace {

grid::Axis axis_of(char name, bool stretched) {
  std::string const order = "tzyx";
  Index const points[] = {2, 3, 4, 5};
  auto const a = order.find(name);
  double const first = 0.25 * static_cast<double>(a + 1), spacing = 0.5 * static_cast<double>(a + 1);
  std::vector<double> coordinates;
  for (Index i = 0; i < points[a]; ++i) {
    double const s = static_cast<double>(i);
    coordinates.push_back(first + spacing * (stretched ? s + 0.125 * s * s : s));
  }
  return grid::axis_from_coordinates(std::string(1, name), coordinates, 0.0);
}

Field field(grid::Grid const& g) {
  return files::fill(g, [&](Index, Extents const& global) {
    double value = 0.0;
    for (int a = 0; a < g.dimension(); ++a) {
      double const weight = std::pow(10.0, 3.0 - static_cast<double>(std::string("tzyx").find(g.axis(a).name)));
      value += weight * static_cast<double>(global[static_cast<std::size_t>(4 - g.dimension() + a)]);
    }
    return value;
  });
}

void write(std::string const& axes, bool stretched) {
  std::vector<grid::Axis> list;
  std::vector<int> space;
  for (char name : axes) {
    if (name != 't') space.push_back(static_cast<int>(list.size()));
    list.push_back(axis_of(name, stretched && name != 't'));
  }
  grid::Grid const g = files::make(list);
  io::ResultSet set(MPI_COMM_WORLD, "samples");
  io::ResultFile result(g, set, axes + (stretched ? "_stretched" : ""));
  result.write("/state/u", g, field(g));
  grid::Grid const over = g.restricted_to(space);
  result.write("/parameters/lambda", over, field(over));
  result.write("/truth/lambda", over, field(over));
  grid::Grid const constant = g.restricted_to({});
  result.write("/parameters/c", constant, field(constant));
  result.commit();
  set.commit({});
}

}  // namespace

TEST(Samples, Write) {
  files::on_root([] { std::filesystem::remove_all("samples"); });  // sets of many names share it, unlike results of runs
  MPI_Barrier(MPI_COMM_WORLD);
  for (auto const* axes : {"t", "x", "y", "yx", "zx", "zyx", "tx", "tyx", "tzyx"}) write(axes, false);
  for (auto const* axes : {"x", "yx", "zyx", "tyx"}) write(axes, true);
}

// order, at, crop and bin
#include <fmt/format.h>

#include <algorithm>

#include "deck/readers.hpp"

namespace mollis::deck {
namespace {

/// The points that crop and bin leave of an axis must be those of the grid, where both are known.
void check_points(Entry const& entry, Grid const& grid, io::Part const& part) {
  for (auto const& [axis, range] : part.crop) {
    auto const a = static_cast<std::size_t>(std::find(grid.axes.begin(), grid.axes.end(), axis) - grid.axes.begin());
    if (a >= grid.points.size()) continue;
    auto const found = part.bin.find(axis);
    Index const bin = found == part.bin.end() ? 1 : found->second, points = range[1] - range[0];
    if (points % bin != 0 || points / bin != grid.points[a])
      entry.report("crop",
                   fmt::format("{} points{} are not the {} of [grid] points along {}; change one of them", points,
                               bin == 1 ? "" : fmt::format(" in bins of {}", bin), grid.points[a], axis));
  }
}

}  // namespace

void read_cut(Entry const& entry, Grid const& grid, io::Part& part) {
  for (auto const& item : entry.items("crop")) {
    if (!known_axis(item.name, grid.axes, entry, entry.region(item.region, "crop"))) continue;
    auto const& both = *item.node->as_array();
    part.crop[item.name] = {*both[0].value<std::int64_t>(), *both[1].value<std::int64_t>()};
  }
  for (auto const& item : entry.items("bin"))
    if (known_axis(item.name, grid.axes, entry, entry.region(item.region, "bin")))
      part.bin[item.name] = *item.node->value<std::int64_t>();
  check_points(entry, grid, part);
}

io::Part read_part(Entry const& entry, Grid const& grid) {
  io::Part part;
  part.places = entry.places();
  part.order = entry.list<std::string>("order").value_or(Axes{});
  for (std::size_t i = 0; i < part.order.size(); ++i) {
    auto const& name = part.order[i];
    if (name.empty()) entry.report(entry.element("order", i), "a name is empty; name each axis of the file");
    if (std::count(part.order.begin(), part.order.begin() + static_cast<std::ptrdiff_t>(i), name) > 0)
      entry.report(entry.element("order", i), fmt::format("\"{}\" stands twice; name each axis once", name));
  }
  for (auto const& item : entry.items("at")) part.at[item.name] = *item.node->value<std::int64_t>();
  read_cut(entry, grid, part);
  return part;
}

}  // namespace mollis::deck

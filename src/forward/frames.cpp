#include "forward/frames.hpp"

#include <fmt/format.h>

#include <utility>

namespace mollis::forward {
namespace {

constexpr char const* field_name = "state";

std::string part_name(Index n) { return fmt::format("frame {}", n); }

}  // namespace

grid::Grid space_of(grid::Grid const& grid) {
  auto const& ranks = grid.decomposition().ranks;
  return grid::Grid(grid.comm(), {grid.axes().begin() + 1, grid.axes().end()}, {{ranks.begin() + 1, ranks.end()}});
}

Frames::Frames(grid::Grid const& grid, checkpoint::Keeper& keeper)
    : keeper_(keeper),
      space_(space_of(grid)),
      count_(grid.axis(0).size()),
      states_(make_field("states", grid.local_size())) {}

Field Frames::at(Index n) const {
  auto const size = static_cast<std::size_t>(space_.local_size()), first = static_cast<std::size_t>(n) * size;
  return Kokkos::subview(states_, std::make_pair(first, first + size));
}

void Frames::keep(Index n) const {
  checkpoint::Quantities frame;
  frame.put(field_name, space_, at(n));
  keeper_.keep(part_name(n), frame);
}

void Frames::go_on(Index count) const {
  for (Index n = 0; n < count; ++n) Kokkos::deep_copy(at(n), keeper_.kept(part_name(n))->field(field_name, space_));
}

}  // namespace mollis::forward

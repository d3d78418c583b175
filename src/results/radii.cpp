#include "results/radii.hpp"

#include "mollifier/radius_map.hpp"

namespace mollis::results {

void write_radii(grid::Grid const& grid, mollifier::RadiusMap const& map, io::ResultFile& file) {
  if (map.rungs.empty()) return;
  for (auto const& axis : grid.axes()) {
    Field const radius = make_field("radius", grid.local_size());
    auto const host = Kokkos::create_mirror_view(radius);
    for (std::size_t i = 0; i < map.level.size(); ++i) host(i) = mollifier::radius_at(map, axis.name, map.level[i]);
    Kokkos::deep_copy(radius, host);
    file.write("/mollifier/radius_" + axis.name, grid, radius);
  }
}

}  // namespace mollis::results

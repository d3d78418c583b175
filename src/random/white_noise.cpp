#include "random/white_noise.hpp"

namespace mollis::random {

Field white_noise(grid::Grid const& grid, double sigma, Stream const& stream) {
  auto const noise = make_field("noise", grid.local_size());
  auto const host = Kokkos::create_mirror_view(noise);
  for_each_point(grid,
                 [&](Index n, Index point) { host(static_cast<std::size_t>(n)) = sigma * normal(stream, point); });
  Kokkos::deep_copy(noise, host);
  return noise;
}

}  // namespace mollis::random

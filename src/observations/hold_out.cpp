#include "observations/hold_out.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "random/philox.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

constexpr Index blocks_along = 8;

double draw(HoldOut const& settings, Index index) {
  return random::uniform({settings.seed, 0, random::Stream::Purpose::hold_out}, index)[0];
}

/// Of `count` groups those that are held out: the ones with the least draws.
std::vector<bool> chosen(HoldOut const& settings, Index count) {
  std::vector<std::pair<double, Index>> order;
  for (Index g = 0; g < count; ++g) order.emplace_back(draw(settings, g), g);
  std::sort(order.begin(), order.end());
  auto const wanted = std::max<Index>(1, std::lround(settings.share * static_cast<double>(count)));
  std::vector<bool> result(static_cast<std::size_t>(count), false);
  order.resize(static_cast<std::size_t>(std::min(wanted, count)));
  for (auto const& [value, group] : order) result[static_cast<std::size_t>(group)] = true;
  return result;
}

}  // namespace

Field held_out_mask(grid::Grid const& grid, HoldOut const& settings) {
  bool const frames = settings.what == "frames", points = settings.what == "points";
  Index groups = 1;
  std::vector<Index> count;  // of groups along each axis
  for (int a = 0; a < grid.dimension(); ++a) {
    count.push_back(frames ? (a == 0 ? grid.axis(a).size() : 1) : std::min(blocks_along, grid.axis(a).size()));
    groups *= count.back();
  }
  auto const held = points ? std::vector<bool>() : chosen(settings, groups);
  Field const mask = make_field("held out", grid.local_size());
  auto const host = Kokkos::create_mirror_view(mask);
  for (Index n = 0; n < grid.local_size(); ++n) {
    Index rest = n, stride = 1, group = 0, point = 0, size = 1;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const& range = grid.owned()[a];
      auto const along = count[static_cast<std::size_t>(a)];
      Index const at = range.lower + rest % range.size();
      rest /= range.size();
      group += stride * (at * along / grid.axis(a).size());
      stride *= along;
      point += size * at;
      size *= grid.axis(a).size();
    }
    bool const out = points ? draw(settings, point) < settings.share : held[static_cast<std::size_t>(group)];
    host(static_cast<std::size_t>(n)) = out ? 1.0 : 0.0;
  }
  Kokkos::deep_copy(mask, host);
  return mask;
}

void hold_out(grid::Grid const& grid, HoldOut const& settings, std::vector<State>& states, Factors const& factors) {
  if (settings.share == 0.0) return;
  auto const mask = on_host(spread(grid, factors, held_out_mask(data_grid(grid, factors), settings), 0.0));
  for (auto& state : states) {
    if (state.unobserved) continue;
    if (state.points)
      throw run::deck_error(settings.places.of("hold_out"),
                            fmt::format("{} is observed at scattered points, which are not held out; leave them out of the table, and "
                                        "compare result.h5's /state with them", state.name));
    auto const data = on_host(state.data);
    bool const walls = state.known.extent(0) > 0;
    auto const known = walls ? HostField(on_host(state.known)) : HostField();
    Field const rest = make_field("data", grid.local_size());  // a new one: copies of a state share their data
    auto const left = Kokkos::create_mirror_view(rest);
    state.held_out = make_field("held out", grid.local_size());
    auto const held = Kokkos::create_mirror_view(state.held_out);
    Index counts[2] = {0, 0};  // held out, left
    for (std::size_t i = 0; i < data.extent(0); ++i) {
      bool const out = mask(i) != 0.0 && !(walls && known(i) != 0.0);
      held(i) = out ? data(i) : std::numeric_limits<double>::quiet_NaN();
      left(i) = out ? std::numeric_limits<double>::quiet_NaN() : data(i);
      if (!std::isnan(data(i))) ++counts[out ? 0 : 1];
    }
    Kokkos::deep_copy(rest, left);
    state.data = rest;
    Kokkos::deep_copy(state.held_out, held);
    MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_INT64_T, MPI_SUM, grid.comm());
    if (counts[0] == 0 || counts[1] == 0)
      throw run::Error(run::Exit::bad_data,
                       run::line(settings.places.of("hold_out"),
                                 fmt::format("of {} {} observations are held out and {} left to fit; choose another share "
                                             "or seed",
                                             state.name, counts[0], counts[1])));
    state.gaps += counts[0];
  }
}

}  // namespace mollis::observations

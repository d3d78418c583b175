#include "problem/mask.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "grid/numbering.hpp"
#include "kernels/pointwise.hpp"
#include "observations/known_fields.hpp"
#include "problem/fill_holes.hpp"
#include "run/error.hpp"

namespace mollis::problem {

Field make_mask(grid::Grid const& grid, deck::Grid const& deck) {
  if (!deck.mask) return {};
  observations::KnownField const known(grid, *deck.mask);
  Field const one = make_field("one", grid.local_size()), mask("mask", static_cast<std::size_t>(grid.local_size()));
  Kokkos::deep_copy(one, 1.0);
  kernels::add_broadcast_product(one, known.derivative({}), parameters::strides_over(grid, known.axes()), grid.owned().extents(), mask);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), mask);
  double inside = 0.0;
  for (std::size_t i = 0; i < host.extent(0); ++i) {
    host(i) = host(i) > deck.mask_above ? 1.0 : 0.0;  // NaN is not above
    inside += host(i);
  }
  if (deck.mask_filled) {
    if (!has_end(grid)) throw run::deck_error(deck.mask->place, "fill_holes: space has no open end, so that nothing tells what lies outside from a hole; leave it out");
    fill_holes(grid, host);
  }
  Kokkos::deep_copy(mask, host);
  MPI_Allreduce(MPI_IN_PLACE, &inside, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  if (inside > 0.0) return mask;
  auto const what = fmt::format("no point is inside: nowhere are the values above {}; choose another threshold (above) or check them", deck.mask_above);
  if (deck.mask->file.empty()) throw run::deck_error(deck.mask->place, what);
  throw run::Error(run::Exit::bad_data, run::line(deck.mask->place, fmt::format("{}: {}: {}", deck.mask->file, deck.mask->dataset, what)));
}

std::vector<char> points_inside(grid::Grid const& grid, deck::Grid const& deck) {
  if (!deck.mask || !deck.mask->file.empty()) return {};
  auto const mask = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), make_mask(grid, deck));
  std::vector<char> inside(static_cast<std::size_t>(grid.points()), 0);
  std::vector<int> axes(static_cast<std::size_t>(grid.dimension()));
  std::iota(axes.begin(), axes.end(), 0);
  grid::for_each_point(axes, grid.owned(), [&](grid::Numbering::Point const& point, Index n) {
    Index at = 0;
    for (int a = 0; a < grid.dimension(); ++a) at = at * grid.axis(a).size() + point[static_cast<std::size_t>(a)];
    inside[static_cast<std::size_t>(at)] = mask(static_cast<std::size_t>(n)) > 0.0 ? 1 : 0;
  });
  MPI_Allreduce(MPI_IN_PLACE, inside.data(), static_cast<int>(inside.size()), MPI_SIGNED_CHAR, MPI_MAX, grid.comm());
  return inside;
}

std::vector<Field> inside_of(parameters::ParameterSpace const& space, Field const& mask) {
  std::vector<Field> pieces;
  if (mask.label().empty()) return pieces;
  for (std::size_t p = 0; p < space.unknowns().size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    Field const piece("inside", static_cast<std::size_t>(unknown.grid.local_size()));
    kernels::sum_over_axes(mask, space.grid().owned().extents(), space.strides(static_cast<int>(p)), piece);
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), piece);
    MPI_Allreduce(MPI_IN_PLACE, host.data(), static_cast<int>(host.extent(0)), MPI_DOUBLE, MPI_SUM, unknown.sharers);
    for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = host(i) > 0.0 ? 1.0 : 0.0;
    Kokkos::deep_copy(piece, host);
    pieces.push_back(piece);
  }
  return pieces;
}

}  // namespace mollis::problem

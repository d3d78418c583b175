#include "grid/cells.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::grid {

Cells::Cells(Grid grid) : grid_(std::move(grid)) {
  for (auto const& axis : grid_.axes()) {
    auto const x = axis.coordinates();
    std::vector<double> faces;
    for (std::size_t i = 1; i < x.size(); ++i) faces.push_back(0.5 * (x[i - 1] + x[i]));
    if (axis.periodic) faces.push_back(0.5 * (x.back() + x.front() + axis.period));
    faces_.push_back(std::move(faces));
  }
}

Index Cells::point(int a, double x) const {
  auto const& axis = grid_.axis(a);
  auto const& faces = faces_[static_cast<std::size_t>(a)];
  if (axis.periodic)
    x -= axis.period * std::floor((x - axis.front()) / axis.period);
  else if (!(x >= axis.front() && x <= axis.back()))
    return -1;
  Index const point = std::upper_bound(faces.begin(), faces.end(), x) - faces.begin();
  return point == axis.size() ? 0 : point;  // past the last face of a ring: the first point's
}

Index Cells::find(double const* place) const {
  Index cell = 0;
  for (int a = 0; a < grid_.dimension(); ++a) {
    Index const point = this->point(a, place[a]);
    if (point < 0) return -1;
    cell = cell * grid_.axis(a).size() + point;
  }
  return cell;
}

int Cells::owner(Index cell) const {
  int rank = 0, stride = 1;
  for (int a = grid_.dimension() - 1; a >= 0; --a) {
    Index const point = cell % grid_.axis(a).size();
    cell /= grid_.axis(a).size();
    int const blocks = grid_.decomposition().ranks[static_cast<std::size_t>(a)];
    int low = 0, high = blocks - 1;  // the first block that ends behind the point
    while (low < high) {
      int const middle = (low + high) / 2;
      if (grid_.block_range(a, middle).upper > point)
        high = middle;
      else
        low = middle + 1;
    }
    rank += low * stride;
    stride *= blocks;
  }
  return rank;
}

Index Cells::local(Index cell) const {
  Index number = 0, stride = 1;
  for (int a = grid_.dimension() - 1; a >= 0; --a) {
    auto const& owned = grid_.owned()[a];
    number += (cell % grid_.axis(a).size() - owned.lower) * stride;
    cell /= grid_.axis(a).size();
    stride *= owned.size();
  }
  return number;
}

double Cells::lower(int a, Index point) const {
  auto const& axis = grid_.axis(a);
  auto const& faces = faces_[static_cast<std::size_t>(a)];
  if (point > 0) return faces[static_cast<std::size_t>(point - 1)];
  return axis.periodic ? faces.back() - axis.period : axis.front();
}

double Cells::upper(int a, Index point) const {
  auto const& axis = grid_.axis(a);
  bool const end = point == axis.size() - 1 && !axis.periodic;
  return end ? axis.back() : faces_[static_cast<std::size_t>(a)][static_cast<std::size_t>(point)];
}

double Cells::volume(Index local) const {
  double product = 1.0;
  for (int a = grid_.dimension() - 1; a >= 0; --a) {
    auto const& owned = grid_.owned()[a];
    product *= upper(a, owned.lower + local % owned.size()) - lower(a, owned.lower + local % owned.size());
    local /= owned.size();
  }
  return product;
}

void count_cells(Grid const& grid, Cells const& cells, std::vector<Counted> const& named, std::vector<double>& counts) {
  auto const ranks = static_cast<std::size_t>(grid.ranks());
  std::vector<int> owners(named.size()), sent(ranks, 0), received(ranks, 0), from(ranks, 0), to(ranks, 0);
  for (std::size_t i = 0; i < named.size(); ++i) ++sent[static_cast<std::size_t>(owners[i] = cells.owner(named[i].cell))];
  MPI_Alltoall(sent.data(), 1, MPI_INT, received.data(), 1, MPI_INT, grid.comm());
  for (std::size_t r = 1; r < ranks; ++r) {
    from[r] = from[r - 1] + sent[r - 1];
    to[r] = to[r - 1] + received[r - 1];
  }
  auto const all = static_cast<std::size_t>(to.back() + received.back());
  std::vector<Index> outgoing(named.size()), incoming(all);
  std::vector<double> weights(named.size()), arrived(all);
  auto next = from;
  for (std::size_t i = 0; i < named.size(); ++i) {
    auto const at = static_cast<std::size_t>(next[static_cast<std::size_t>(owners[i])]++);
    outgoing[at] = named[i].cell;
    weights[at] = named[i].weight;
  }
  MPI_Alltoallv(outgoing.data(), sent.data(), from.data(), MPI_INT64_T, incoming.data(), received.data(), to.data(), MPI_INT64_T, grid.comm());
  MPI_Alltoallv(weights.data(), sent.data(), from.data(), MPI_DOUBLE, arrived.data(), received.data(), to.data(), MPI_DOUBLE, grid.comm());
  for (std::size_t i = 0; i < all; ++i) counts[static_cast<std::size_t>(cells.local(incoming[i]))] += arrived[i];
}

}  // namespace mollis::grid

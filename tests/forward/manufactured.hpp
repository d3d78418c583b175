#pragma once
/// A smooth solution on any box, u = prod sin(w_d x_d + 0.4), and sources to which it belongs, by hand.
#include <cmath>

#include "forward/solve.hpp"
#include "kernels/field.hpp"

namespace mollis::test {

using forward::Form;
using forward::Function;
using forward::Lattice;
using Coordinates = std::vector<double>;

/// The Function of a plain function of a point.
template <class Pointwise>
Function on_lattice(Pointwise const& value) {
  return [value](Lattice const& lattice) {
    std::vector<double> values(static_cast<std::size_t>(forward::size_of(lattice)));
    Coordinates x(lattice.size());
    for (std::size_t n = 0; n < values.size(); ++n) {
      auto rest = n;
      for (std::size_t a = lattice.size(); a-- > 0; rest /= lattice[a].size())
        x[a] = lattice[a][rest % lattice[a].size()];
      values[n] = value(x);
    }
    return values;
  };
}

struct Manufactured {
  Coordinates w;  ///< one frequency an axis

  double angle(Coordinates const& x, std::size_t a) const { return w[a] * x[a] + 0.4; }
  double u(Coordinates const& x) const {
    double product = 1.0;
    for (std::size_t a = 0; a < x.size(); ++a) product *= std::sin(angle(x, a));
    return product;
  }
  double u_along(Coordinates const& x, std::size_t d) const {  ///< du/dx_d
    double product = w[d] * std::cos(angle(x, d));
    for (std::size_t a = 0; a < x.size(); ++a)
      if (a != d) product *= std::sin(angle(x, a));
    return product;
  }
  double laplacian(Coordinates const& x) const {
    double sum = 0.0;
    for (double const f : w) sum -= f * f;
    return sum * u(x);
  }
  /// a = 1.5 + sum_d cos(w_d x_d) / (2 d + 2): positive up to three axes
  double a(Coordinates const& x) const {
    double sum = 1.5;
    for (std::size_t d = 0; d < x.size(); ++d) sum += std::cos(w[d] * x[d]) / static_cast<double>(2 * d + 2);
    return sum;
  }
  double b(Coordinates const& x, Form form) const {
    double sum = -a(x) * laplacian(x);
    if (form == Form::divergence)
      for (std::size_t d = 0; d < x.size(); ++d)
        sum += w[d] * std::sin(w[d] * x[d]) / static_cast<double>(2 * d + 2) * u_along(x, d);
    return sum;
  }
  forward::Problem problem(Form form) const {
    auto const self = *this;
    return {form,
            on_lattice([self](Coordinates const& x) { return self.a(x); }),
            on_lattice([self, form](Coordinates const& x) { return self.b(x, form); }),
            on_lattice([self](Coordinates const& x) { return self.u(x); }),
            {},
            {}};
  }
};

/// A grid over [0.1, 0.1 + length_a] with the names z, y, x.
inline grid::Grid make_box(std::vector<Index> const& points, std::vector<double> const& lengths,
                           std::vector<bool> const& periodic) {
  char const* const names[] = {"z", "y", "x"};
  std::vector<grid::Axis> axes;
  for (std::size_t a = 0; a < points.size(); ++a)
    axes.push_back(grid::uniform_axis(names[3 - points.size() + a], points[a], 0.1, 0.1 + lengths[a], periodic[a]));
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  auto const cut = grid::decompose(axes, ranks);
  return grid::Grid(MPI_COMM_WORLD, axes, cut);
}

/// Coordinates of this rank's points.
inline Lattice owned_lattice(grid::Grid const& grid) {
  Lattice lattice;
  for (int a = 0; a < grid.dimension(); ++a) {
    lattice.emplace_back();
    for (Index i = grid.owned()[a].lower; i < grid.owned()[a].upper; ++i) lattice.back().push_back(grid.axis(a).at(i));
  }
  return lattice;
}

/// max |state - expected| over all ranks.
inline double largest_error(grid::Grid const& grid, Field const& state, Function const& expected) {
  auto const values = on_host(state);
  auto const truth = expected(owned_lattice(grid));
  double error = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) error = std::max(error, std::abs(values(i) - truth[i]));
  MPI_Allreduce(MPI_IN_PLACE, &error, 1, MPI_DOUBLE, MPI_MAX, grid.comm());
  return error;
}

}  // namespace mollis::test

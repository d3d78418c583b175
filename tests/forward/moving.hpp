#pragma once
/// Manufactured solutions u = T(t) prod_d cos(w_d (x_d - 0.1)) of diffusion with flow, by hand: on a box from 0.1 the
/// axis d has no flux through its ends where w_d is pi/length, and is periodic where w_d is 2 pi/length.
#include <numeric>

#include "forward/evolve.hpp"
#include "manufactured.hpp"

namespace mollis::test {

struct Moving {
  Coordinates w;                             ///< one frequency an axis
  std::function<double(double)> size, rate;  ///< T and its derivative
  double flow = 0.0;                         ///< scale of the velocity

  double wave(Coordinates const& x, std::size_t d) const { return std::cos(w[d] * (x[d] - 0.1)); }
  double slope(Coordinates const& x, std::size_t d) const { return -w[d] * std::sin(w[d] * (x[d] - 0.1)); }
  double shape(Coordinates const& x) const {
    double product = 1.0;
    for (std::size_t d = 0; d < x.size(); ++d) product *= wave(x, d);
    return product;
  }
  double along(Coordinates const& x, std::size_t d) const {  ///< d shape / d x_d
    double product = slope(x, d);
    for (std::size_t e = 0; e < x.size(); ++e)
      if (e != d) product *= wave(x, e);
    return product;
  }
  double a(Coordinates const& x) const {
    double sum = 1.5;
    for (std::size_t d = 0; d < x.size(); ++d) sum += wave(x, d) / static_cast<double>(2 * d + 2);
    return sum;
  }
  double v(Coordinates const& x, std::size_t d) const { return flow * (1.0 + 0.5 * wave(x, d)); }
  double b(double t, Coordinates const& x, Form form) const {
    double const squares = std::inner_product(w.begin(), w.end(), w.begin(), 0.0);
    double spread = -a(x) * squares * shape(x), carried = 0.0;
    for (std::size_t d = 0; d < x.size(); ++d) {
      if (form == Form::divergence) spread += slope(x, d) / static_cast<double>(2 * d + 2) * along(x, d);
      carried += v(x, d) * along(x, d);
    }
    return rate(t) * shape(x) + size(t) * (carried - spread);
  }
  /// With the functions of space at time t.
  forward::Problem problem(Form form, std::vector<std::string> const& insulated, double t) const {
    auto const self = *this;
    forward::Problem problem;
    problem.form = form;
    problem.coefficient = on_lattice([self](Coordinates const& x) { return self.a(x); });
    problem.source = on_lattice([self, form, t](Coordinates const& x) { return self.b(t, x, form); });
    problem.boundary = on_lattice([self, t](Coordinates const& x) { return self.size(t) * self.shape(x); });
    problem.insulated = insulated;
    for (std::size_t d = 0; d < w.size() && flow != 0.0; ++d)
      problem.velocity[forward::box_axes - w.size() + d] =
          on_lattice([self, d](Coordinates const& x) { return self.v(x, d); });
    return problem;
  }
  forward::Evolution evolution(Form form, std::vector<std::string> const& insulated) const {
    auto const self = *this;
    forward::Evolution evolution;
    evolution.at = [self, form, insulated](double t) { return self.problem(form, insulated, t); };
    evolution.steady_load = false;
    return evolution;
  }
};

/// Axis t from 0 to `end`, then z, y, x from 0.1.
inline grid::Grid make_film(MPI_Comm comm, Index frames, double end, std::vector<Index> const& points,
                            std::vector<double> const& lengths, std::vector<bool> const& periodic) {
  char const* const names[] = {"z", "y", "x"};
  std::vector<grid::Axis> axes{grid::uniform_axis("t", frames, 0.0, end, false)};
  for (std::size_t a = 0; a < points.size(); ++a)
    axes.push_back(grid::uniform_axis(names[3 - points.size() + a], points[a], 0.1, 0.1 + lengths[a], periodic[a]));
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  auto const cut = grid::decompose(axes, ranks);
  return grid::Grid(comm, axes, cut);
}

}  // namespace mollis::test

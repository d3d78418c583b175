// Where the ends of two open axes meet: the averaged Hessian's own entries there, and what their inverse saves.
#include "estimators/joint/edge_model.hpp"

#include "estimators/joint/gauss_newton.hpp"
#include "problem/case.hpp"

namespace {

using namespace mollis;

struct Fixture {
  Fixture(std::string const& deck, deck::Named<test::Formula> const& states, std::vector<test::Formula> const& parameters, double w, double beta)
      : c(deck, states, {0.01, 1, {}, {}, MPI_COMM_WORLD}), problem(c.problem()), objective(problem, joint::Lattice(c.grid, c.system, 7)), x(objective.make_vector()) {
    objective.weights() = {std::vector<double>(static_cast<std::size_t>(c.system.residuals), w), std::vector<double>(c.space.unknowns().size(), beta)};
    for (std::size_t s = 0; s < states.size(); ++s)
      petsc::copy_in(test::sample(objective.lattice().extended(), states[s].second), x, objective.layout().state[s]);
    objective.put_parameters(test::vector_of(c, parameters), x);
    objective.move_to(x);
    objective.linearise();
  }
  test::Case c;
  problem::Problem problem;
  joint::Objective objective;
  petsc::Vector x;
};

std::string deck_of(std::string const& axes, std::string const& points, std::string const& more, std::string const& residual, std::string const& over) {
  std::string zeros = "0.0", ones = "1.0";
  for (char const letter : axes)
    if (letter == ',') zeros += ", 0.0", ones += ", 1.0";
  return "[grid]\naxes = [" + axes + "]\npoints = [" + points + "]\nlower = [" + zeros + "]\nupper = [" + ones + "]\n" + more + "[parameters.a]\nover = [" + over +
         "]\nsmoothness = { order = 2, weight = 1.0 }\n[equation]\nresidual = \"" + residual + "\"\n";
}

/// How much of the Hessian's answer to a unit state at `index` of the extended lattice a model of constant coefficients gets wrong, at the corner.
double error_of_corner(Fixture& f, std::array<int, 2> axes, std::vector<Index> const& index) {
  joint::EdgeModel model(f.objective, axes);
  joint::FieldCoupling const states_alone;
  model.update(joint::averages_of(f.objective), states_alone);
  auto const& lattice = f.objective.lattice();
  auto const& own = lattice.extended().owned();
  Index place = 0;
  bool here = own.size() > 0;
  for (int a = 0; a < own.dimension(); ++a) {
    here = here && own[a].contains(index[static_cast<std::size_t>(a)]);
    place = place * own[a].size() + index[static_cast<std::size_t>(a)] - own[a].lower;
  }
  auto const unit = f.objective.make_vector(), image = petsc::like(unit);
  auto const size = f.objective.layout().state_size;
  HostField const one("one", static_cast<std::size_t>(size)), r("r", static_cast<std::size_t>(size)), z("z", static_cast<std::size_t>(size));
  if (here) one[static_cast<std::size_t>(place)] = 1.0;
  Field const device("unit", static_cast<std::size_t>(size));
  Kokkos::deep_copy(device, one);
  petsc::copy_in(device, unit, f.objective.layout().state[0]);
  f.objective.hold_parameters(true);
  f.objective.apply_hessian(unit, image);
  {
    petsc::Reading const entries(image);
    Kokkos::deep_copy(r, on_host(entries.piece(f.objective.layout().state[0], size)));
  }
  model.apply_add(1.0, {r}, {z});
  double largest = 0.0;   // over the corner of this unit
  Index const reach = joint::EdgeEnd::reach(lattice, axes[0]);
  for (Index n = 0; n < size; ++n) {
    Index rest = n;
    bool inside = true;
    for (int a = own.dimension() - 1; a >= 0; --a) {
      Index const i = own[a].lower + rest % own[a].size();
      rest /= own[a].size();
      if (a == axes[0] || a == axes[1]) inside = inside && (index[static_cast<std::size_t>(a)] < reach ? i < reach : i >= lattice.extended().axis(a).size() - reach);
    }
    if (inside) largest = std::max(largest, std::abs(z[static_cast<std::size_t>(n)] - one[static_cast<std::size_t>(n)]));
  }
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return largest;
}

double constant(test::Coordinates const&) { return 1.3; }

/// Coefficients that are the same everywhere: what the Hessian makes of a unit within reach of two ends goes back to that unit, waves along
/// a third axis included.
TEST(EdgeModel, InvertsTheHessianWhereTwoEndsMeet) {
  std::string const plane = "\"y\", \"x\"";
  Fixture square(deck_of(plane, "20, 18", "", "2*lap(u) + 0.1*dx(u) + a*u - 3", plane), {{"u", constant}}, {constant}, 3.0, 1e-3);
  for (auto const& index : {std::vector<Index>{0, 0}, {2, 23}, {25, 3}, {21, 20}}) EXPECT_LT(error_of_corner(square, {0, 1}, index), 1e-8) << index[0];
  std::string const box = "\"z\", \"y\", \"x\"";
  Fixture tube(deck_of(box, "15, 12, 14", "periodic = [\"y\"]\n", "2*lap(u) + a*u - 3", box), {{"u", constant}}, {constant}, 3.0, 1e-3);
  EXPECT_LT(error_of_corner(tube, {0, 2}, {1, 5, 2}), 1e-8);
  EXPECT_LT(error_of_corner(tube, {0, 2}, {18, 0, 4}), 1e-8);
}

/// y := rough states within reach of both ends of two axes, 0 elsewhere.
petsc::Vector corner_states(Fixture& f) {
  auto y = f.objective.make_vector();
  auto const& lattice = f.objective.lattice();
  auto const& own = lattice.extended().owned();
  Field const device("states", static_cast<std::size_t>(f.objective.layout().state_size));
  auto const values = Kokkos::create_mirror_view(device);
  for (Index n = 0; n < f.objective.layout().state_size; ++n) {
    Index const i = own[0].lower + n / own[1].size(), j = own[1].lower + n % own[1].size();
    auto const near = [&](int axis, Index k) { return std::min(k, lattice.extended().axis(axis).size() - 1 - k) < joint::EdgeEnd::reach(lattice, axis); };
    values(n) = near(0, i) && near(1, j) ? std::sin(12.9898 * static_cast<double>(i) + 78.233 * static_cast<double>(j)) : 0.0;
  }
  Kokkos::deep_copy(device, values);
  petsc::copy_in(device, y, f.objective.layout().state[0]);
  return y;
}

/// Of x after some iterations of conjugate gradients on H x = H y, in the norm of H, over y.
double error_after(int iterations, Fixture& f, joint::Preconditioner& by) {
  joint::Hessian hessian(f.objective);
  auto const y = corner_states(f);
  auto const b = petsc::like(y), x = petsc::like(y), image = petsc::like(y);
  hessian.apply(y, b);
  double const whole = test::dot(y, b);
  solver::ConjugateGradients(f.c.grid.comm(), f.objective.layout().size, hessian, &by, {1e-14, iterations, true}).solve(b, x);
  petsc::check(VecAXPY(x, -1.0, y));
  hessian.apply(x, image);
  return std::sqrt(test::dot(x, image) / whole);
}

/// Both fields vary from point to point, as in a fit.
TEST(EdgeModel, FindsWhatLivesInCorners) {
  auto const state = [](test::Coordinates const& x) { return 0.2 * std::sin(test::pi * x[0]) * std::sin(test::pi * x[1]) - 2.0 * (x[0] * x[0] + x[1] * x[1]); };
  auto const field = [](test::Coordinates const& x) { return 1.0 + 0.4 * std::sin(2.0 * test::pi * x[0]) * std::sin(2.0 * test::pi * x[1]); };
  std::string const plane = "\"y\", \"x\"";
  Fixture f(deck_of(plane, "40, 36", "", "a*lap(u) + 10", plane), {{"u", state}}, {field}, 100.0, 1e-5);
  joint::Preconditioner preconditioner(f.objective);
  preconditioner.leave_edges(true);
  preconditioner.update();
  double const without = error_after(15, f, preconditioner);
  preconditioner.leave_edges(false);
  preconditioner.update();
  double const with = error_after(15, f, preconditioner);
  std::printf("after 15 iterations %.2e by lines alone, %.2e with their edges\n", without, with);
  EXPECT_LT(5.0 * with, without);
}

}  // namespace

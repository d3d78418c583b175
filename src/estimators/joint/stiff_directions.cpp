#include "estimators/joint/stiff_directions.hpp"

#include <cmath>

#include "estimators/joint/product.hpp"
#include "petsc/access.hpp"
#include "solver/conjugate_gradients.hpp"
#include "solver/projected.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double response_tolerance = 1e-2;   ///< in the norm of the states' Hessian: what is missing of a response takes its square off
constexpr int most_response = 500;

}  // namespace

/// (0, e) for each monomial e of total degree below the order of the smoothness, on [-1, 1] along each axis.
void StiffDirections::add_polynomials(std::size_t u) {
  auto const& unknown = objective_.problem().space().unknowns()[u];
  auto const& grid = unknown.grid;
  auto const& box = grid.owned();
  int const axes = grid.dimension();
  std::vector<int> powers(static_cast<std::size_t>(axes), 0);
  for (bool more = true; more;) {
    int degree = 0;
    for (int const power : powers) degree += power;
    if (degree < unknown.settings.smoothness_order) {
      auto direction = objective_.make_vector();
      Field const values("polynomial", static_cast<std::size_t>(grid.local_size()));
      auto const host = Kokkos::create_mirror_view(values);
      for (Index n = 0; n < grid.local_size(); ++n) {
        double value = 1.0;
        Index rest = n;
        for (int a = axes - 1; a >= 0; --a) {
          Index const i = box[a].lower + rest % box[a].size();
          rest /= box[a].size();
          double const middle = 0.5 * static_cast<double>(grid.axis(a).size() - 1);
          value *= std::pow(middle > 0.0 ? static_cast<double>(i) / middle - 1.0 : 0.0, powers[static_cast<std::size_t>(a)]);
        }
        host(static_cast<std::size_t>(n)) = value;
      }
      Kokkos::deep_copy(values, host);
      petsc::copy_in(values, direction, objective_.layout().parameters + unknown.offset);
      directions_.push_back(std::move(direction));
    }
    more = false;
    for (int a = axes - 1; a >= 0 && !more; --a) {   // the next of all powers below the order
      bool const bent = !grid.axis(a).periodic;      // along a period nothing but constants is free
      auto& power = powers[static_cast<std::size_t>(a)];
      more = bent && ++power < unknown.settings.smoothness_order;
      if (!more) power = 0;
    }
  }
}

std::vector<Vec> StiffDirections::all() const {
  std::vector<Vec> z;
  for (auto const& direction : directions_) z.push_back(direction);
  return z;
}

/// z += the states' response to each z, which has none yet.
void StiffDirections::add_responses(solver::Operator& product, solver::Preconditioner& inverse) {
  auto const states = objective_.make_vector(), b = petsc::like(states), response = petsc::like(states);
  for (Index const offset : objective_.layout().state) {
    Field const ones("ones", static_cast<std::size_t>(objective_.layout().state_size));
    Kokkos::deep_copy(ones, 1.0);
    petsc::copy_in(ones, states, offset);
  }
  solver::Projected inner(product);
  solver::ProjectedPreconditioner projected(inverse);
  inner.set(states);
  projected.set(states);
  solver::ConjugateGradients gradients(objective_.problem().grid.comm(), objective_.layout().size, inner, &projected,
                                       {response_tolerance, most_response, true});
  for (auto const& z : directions_) {
    objective_.apply_hessian(z, b);
    check(VecPointwiseMult(b, b, states));
    check(VecScale(b, -1.0));
    check(VecSet(response, 0.0));
    objective_.hold_parameters(true);
    gradients.solve(b, response);
    objective_.hold_parameters(false);
    check(VecPointwiseMult(response, response, states));
    check(VecAXPY(z, 1.0, response));
  }
}

void StiffDirections::update(std::vector<int> const& unknowns, solver::Preconditioner& inverse) {
  directions_.clear();
  space_.clear();
  for (int const u : unknowns) add_polynomials(static_cast<std::size_t>(u));
  Product product(objective_);
  add_responses(product, inverse);
  space_.set(all(), product);
}

void StiffDirections::add(Vec r, Vec z) const { space_.add(all(), r, z); }

}  // namespace mollis::joint

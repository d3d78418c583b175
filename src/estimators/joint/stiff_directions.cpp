#include "estimators/joint/stiff_directions.hpp"

#include "estimators/joint/product.hpp"
#include "parameters/free_polynomials.hpp"
#include "petsc/access.hpp"
#include "solver/conjugate_gradients.hpp"
#include "solver/projected.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double response_tolerance = 1e-2;   ///< in the norm of the states' Hessian: what is missing of a response takes its square off
constexpr int most_response = 500;

}  // namespace

/// (0, e) for each polynomial e that the smoothness leaves free.
void StiffDirections::add_polynomials(std::size_t u) {
  auto const& unknown = objective_.problem().space().unknowns()[u];
  for (auto const& values : parameters::free_polynomials(unknown.grid, unknown.settings.smoothness_order)) {
    auto direction = objective_.make_vector();
    petsc::copy_in(values, direction, objective_.layout().parameters + unknown.offset);
    directions_.push_back(std::move(direction));
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

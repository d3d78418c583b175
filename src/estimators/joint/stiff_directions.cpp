#include "estimators/joint/stiff_directions.hpp"

#include "estimators/joint/product.hpp"
#include "parameters/free_polynomials.hpp"
#include "petsc/access.hpp"
#include "solver/projected.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double response_tolerance = 1e-2;   ///< in the norm of the states' Hessian: what is missing of a response takes its square off
constexpr int most_response = 500;

/// 1 where an entry is a state's coefficient, else 0.
petsc::Vector coefficients_of(Objective const& objective) {
  auto states = objective.make_vector();
  Index const size = objective.layout().state_size;
  petsc::Writing entries(states);
  for (Index const offset : objective.layout().state) Kokkos::deep_copy(entries.piece(offset, size), 1.0);
  return states;
}

}  // namespace

/// (0, e) with the states' response to it, whatever units they have within what single precision can hold.
void StiffDirections::add_direction(Vec z, Vec states, solver::ConjugateGradients& gradients) {
  auto const b = petsc::like(z), response = petsc::like(z);
  objective_.apply_hessian(z, b);
  check(VecPointwiseMult(b, b, states));
  check(VecScale(b, -1.0));
  check(VecSet(response, 0.0));
  objective_.hold_parameters(true);
  gradients.solve(b, response);
  objective_.hold_parameters(false);
  check(VecPointwiseMult(response, response, states));
  check(VecAXPY(z, 1.0, response));
  PetscReal largest = 0.0;
  check(VecNorm(z, NORM_INFINITY, &largest));
  check(VecScale(z, 1.0 / largest));
  directions_.push_back(kernels::in_single(petsc::Reading(z).piece(0, objective_.layout().size)));
}

/// z^T v of all directions.
std::vector<double> StiffDirections::along(Vec v) const {
  petsc::Reading const entries(v);
  std::vector<double> sums;
  for (auto const& z : directions_) sums.push_back(kernels::dot(z, entries.piece(0, objective_.layout().size)));
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, objective_.problem().grid.comm());
  return sums;
}

void StiffDirections::find_products() {
  auto const z = objective_.make_vector(), image = petsc::like(z);
  std::vector<double> products;
  for (auto const& direction : directions_) {
    kernels::widen(direction, petsc::Writing(z).piece(0, objective_.layout().size));
    objective_.apply_hessian(z, image);
    auto const row = along(image);
    products.insert(products.end(), row.begin(), row.end());
  }
  space_.set(products);
}

void StiffDirections::update(std::vector<int> const& unknowns, solver::Preconditioner& inverse) {
  clear();
  {
    auto const states = coefficients_of(objective_);
    Product product(objective_);
    solver::Projected inner(product);
    solver::ProjectedPreconditioner projected(inverse);
    inner.set(states);
    projected.set(states);
    solver::ConjugateGradients gradients(objective_.problem().grid.comm(), objective_.layout().size, inner, &projected, {response_tolerance, most_response, true});
    for (int const u : unknowns) {
      auto const& unknown = objective_.problem().space().unknowns()[static_cast<std::size_t>(u)];
      for (auto const& values : parameters::free_polynomials(unknown.grid, unknown.settings.smoothness_order)) {
        auto const polynomial = objective_.make_vector();
        petsc::copy_in(values, polynomial, objective_.layout().parameters + unknown.offset);
        add_direction(polynomial, states, gradients);
      }
    }
  }
  find_products();
}

void StiffDirections::add(Vec r, Vec z) const {
  if (directions_.empty()) return;
  auto factors = along(r);
  if (!space_.solve(factors)) return;
  petsc::Writing entries(z);
  for (std::size_t i = 0; i < directions_.size(); ++i)
    kernels::add_scaled(factors[i], directions_[i], entries.piece(0, objective_.layout().size));
}

}  // namespace mollis::joint

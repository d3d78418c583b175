#include "forward/phase_field_model.hpp"

#include <algorithm>
#include <cmath>

#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

/// result(n) at each local point of a vector.
template <class Result>
void fill(Vec vector, std::size_t size, Result const& result) {
  PetscScalar* values = nullptr;
  check(VecGetArrayWrite(vector, &values));
  for (std::size_t n = 0; n < size; ++n) values[n] = result(n);
  check(VecRestoreArrayWrite(vector, &values));
}

/// use(values) with the local part of a vector.
template <class Use>
void read(Vec vector, Use const& use) {
  PetscScalar const* values = nullptr;
  check(VecGetArrayRead(vector, &values));
  use(values);
  check(VecRestoreArrayRead(vector, &values));
}

double mean_of(std::vector<double> const& values, Series const& series) {
  double sum = 0.0;
  for (double const value : values) sum += value;
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, series.comm());
  return sum / static_cast<double>(series.points());
}

}  // namespace

PhaseFieldModel::PhaseFieldModel(Series const& series, PhaseField const& equation)
    : series_(series),
      equation_(equation),
      points_(series.lattice()),
      potential_(series.make_spectrum()),
      phase_(series.make_spectrum()),
      work_(series.make_vector()) {}

void PhaseFieldModel::set_rate(double t) const {
  if (has_rate_ && (equation_.steady_rate || t == rate_time_)) return;
  run::collectively(series_.comm(), [&] { rate_ = equation_.rate(t, points_); });
  has_rate_ = true;
  rate_time_ = t;
}

void PhaseFieldModel::rate_of_change(double t, Vec phi, Vec out) const {
  set_rate(t);
  double const m = equation_.mobility, kappa = equation_.gradient_energy;
  read(phi,
       [&](double const* u) { fill(work_, rate_.size(), [&](std::size_t n) { return u[n] * (u[n] * u[n] - 1.0); }); });
  series_.analyse(work_, potential_);
  series_.analyse(phi, phase_);
  auto const& e = series_.laplacian();
  for (std::size_t n = 0; n < e.size(); ++n)
    potential_.data()[n] = m * e[n] * (potential_.data()[n] - kappa * e[n] * phase_.data()[n]);
  series_.synthesise(potential_, work_);
  read(phi, [&](double const* u) {
    read(work_, [&](double const* flux) {
      fill(out, rate_.size(), [&](std::size_t n) { return flux[n] + rate_[n] * (1.0 - u[n]) - (1.0 + u[n]); });
    });
  });
}

void PhaseFieldModel::linearise(double t, Vec phi, double shift) {
  set_rate(t);
  shift_ = shift;
  curvature_.resize(rate_.size());
  read(phi, [&](double const* u) {
    for (std::size_t n = 0; n < curvature_.size(); ++n) curvature_[n] = 3.0 * u[n] * u[n] - 1.0;
  });
  // Phases that separate would make the operator of constant coefficients singular.
  mean_curvature_ = std::max(0.0, mean_of(curvature_, series_));
  mean_rate_ = std::max(-1.0, mean_of(rate_, series_));
}

void PhaseFieldModel::apply_derivative(Vec in, Vec out) const {
  double const m = equation_.mobility, kappa = equation_.gradient_energy;
  read(in, [&](double const* v) { fill(work_, rate_.size(), [&](std::size_t n) { return curvature_[n] * v[n]; }); });
  series_.analyse(work_, potential_);
  series_.analyse(in, phase_);
  auto const& e = series_.laplacian();
  for (std::size_t n = 0; n < e.size(); ++n)
    potential_.data()[n] = m * e[n] * (potential_.data()[n] - kappa * e[n] * phase_.data()[n]);
  series_.synthesise(potential_, work_);
  read(in, [&](double const* v) {
    read(work_, [&](double const* flux) {
      fill(out, rate_.size(), [&](std::size_t n) { return (shift_ + 1.0 + rate_[n]) * v[n] - flux[n]; });
    });
  });
}

void PhaseFieldModel::precondition(Vec in, Vec out) const {
  double const m = equation_.mobility, kappa = equation_.gradient_energy;
  apply_function_of_laplacian(series_, potential_, in, out, [&](double e) {
    return 1.0 / (shift_ + 1.0 + mean_rate_ - m * e * (mean_curvature_ - kappa * e));
  });
}

}  // namespace mollis::forward

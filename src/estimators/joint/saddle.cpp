#include "estimators/joint/saddle.hpp"

#include <cmath>

#include "estimators/joint/local_values.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {

using petsc::check;

namespace {

void project(Vec v, Vec moves) {
  if (moves != nullptr) check(VecPointwiseMult(v, v, moves));
}

std::vector<Field> scaled(std::vector<double> const& factors, std::vector<Field> const& fields) {
  std::vector<Field> out;
  for (std::size_t k = 0; k < fields.size(); ++k) {
    out.push_back(make_field("rows", static_cast<Index>(fields[k].extent(0))));
    Kokkos::deep_copy(out[k], fields[k]);
    kernels::scale(factors[k], out[k]);
  }
  return out;
}

}  // namespace

std::vector<Field> Preconditioner::rows_of(std::vector<HostField> const& waves) const {
  auto const& model = *models_.front();
  std::vector<Field> rows;
  for (std::size_t k = 0; k < objective_.weights().equation.size(); ++k) rows.push_back(model.rows().rows_of(model.rows_of(k, waves)));
  return rows;
}

void Preconditioner::add_rows_transposed(std::vector<Field> const& rows, std::vector<HostField> const& waves) const {
  auto const& model = *models_.front();
  for (std::size_t k = 0; k < rows.size(); ++k) model.add_rows_transposed(k, model.rows().waves_of(rows[k]), waves);
}

double Preconditioner::apply_saddle(Vec r, std::vector<Field> const& rows, Vec z, std::vector<Field>& multipliers) {
  auto const& model = *models_.front();
  auto const& w = objective_.weights().equation;
  bool const reduced = !objective_.holds_parameters() && !reduced_->empty();
  auto const weighed = scaled(w, rows);
  std::vector<HostField> waves;
  for (auto const& field : states_and_fields(r)) waves.push_back(model.waves_of(field));
  add_rows_transposed(weighed, waves);
  model.solve(waves);
  petsc::Vector correction;
  if (reduced) {
    correction = petsc::like(r);
    auto const seen = petsc::like(r), rest = petsc::like(r);
    auto missing = scaled(w, rows_of(waves));   // what these rows have to say to the parameters, and what of it is said already
    for (std::size_t k = 0; k < w.size(); ++k) {
      kernels::scale(-1.0, missing[k]);
      kernels::add_scaled(1.0, weighed[k], missing[k]);
    }
    objective_.parameter_rows_transposed(missing, seen);
    check(VecWAXPY(rest, 1.0, seen, r));
    reduced_->apply(rest, correction, serves_constants());
    std::vector<HostField> moved;
    for (auto const& wave : waves) moved.emplace_back("moved", wave.extent(0));
    add_rows_transposed(scaled(w, objective_.parameter_rows(correction)), moved);
    model.solve(moved);
    for (std::size_t v = 0; v < waves.size(); ++v)
      for (std::size_t i = 0; i < waves[v].extent(0); ++i) waves[v][i] -= moved[v][i];
  }
  multipliers = rows_of(waves);
  for (auto& wave : waves) model.to_lattice(wave);
  check(VecSet(z, 0.0));
  {
    petsc::Writing to(z);
    put_states_and_fields(waves, to);
  }
  if (reduced) {
    check(VecAXPY(z, 1.0, correction));
    auto const more = objective_.parameter_rows(correction);
    for (std::size_t k = 0; k < more.size(); ++k) kernels::add_scaled(1.0, more[k], multipliers[k]);
  }
  double sum = 0.0;   // (w rows)^T of what z makes of them
  for (std::size_t k = 0; k < multipliers.size(); ++k) {
    sum += kernels::dot(weighed[k], multipliers[k]);
    kernels::add_scaled(-1.0, rows[k], multipliers[k]);
    kernels::scale(w[k], multipliers[k]);
  }
  PetscReal both = 0.0;
  check(VecDot(r, z, &both));
  return both + sum_over(objective_.problem().grid.comm(), sum);
}

Saddle::Saddle(Objective& objective, Preconditioner& preconditioner)
    : objective_(objective), preconditioner_(preconditioner),
      tick_(objective.problem().grid.comm(), "linear solve") {
}

Saddle::Pair Saddle::make_pair() const {
  Pair pair{objective_.make_vector(), {}};
  for (std::size_t k = 0; k < objective_.weights().equation.size(); ++k) {
    pair.rows.push_back(make_field("rows", objective_.problem().grid.local_size()));
    Kokkos::deep_copy(pair.rows.back(), 0.0);
  }
  return pair;
}

double Saddle::dot(Pair const& a, Pair const& b) const {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.rows.size(); ++k) sum += kernels::dot(a.rows[k], b.rows[k]);
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, objective_.problem().grid.comm());
  PetscReal vectors = 0.0;
  check(VecDot(a.x, b.x, &vectors));
  return sum + vectors;
}

/// y := a x + b y.
void Saddle::update(double a, Pair const& x, double b, Pair& y) {
  check(VecAXPBY(y.x, a, b, x.x));
  for (std::size_t k = 0; k < x.rows.size(); ++k) {
    kernels::scale(b, y.rows[k]);
    kernels::add_scaled(a, x.rows[k], y.rows[k]);
  }
}

void Saddle::multiply(Pair const& in, Pair& out, Vec moves) {
  objective_.problem().keeper->pause();
  auto rows = objective_.jacobian(in.x);
  for (std::size_t s = 0; s < rows.data.size(); ++s) kernels::multiply(objective_.data_weight(s), rows.data[s]);
  out.rows = rows.equation;
  for (std::size_t k = 0; k < out.rows.size(); ++k) kernels::add_scaled(-1.0 / objective_.weights().equation[k], in.rows[k], out.rows[k]);
  rows.equation = in.rows;
  objective_.jacobian_transposed(rows, out.x);
  objective_.add_priors(in.x, out.x);
  if (objective_.holds_parameters()) {
    petsc::Writing entries(out.x);
    Index const first = objective_.layout().parameters;
    Kokkos::deep_copy(entries.piece(first, objective_.layout().size - first), 0.0);
  }
  project(out.x, moves);
}

double Saddle::precondition(Pair const& in, Pair& out, Vec moves) {
  double const both = preconditioner_.apply_saddle(in.x, in.rows, out.x, out.rows);
  project(out.x, moves);
  return both;
}

Saddle::Outcome Saddle::solve(Vec b, Vec x, Vec moves, double tolerance, int most) {
  Outcome outcome;
  check(VecSet(x, 0.0));
  Pair r = make_pair(), q = make_pair(), t = make_pair();   // t: K q, then P r
  check(VecCopy(b, r.x));
  outcome.first = std::sqrt(std::max(precondition(r, q, moves), 0.0));
  for (double const w : objective_.weights().equation)
    if (!(w > 0.0)) return outcome;   // no multiplier of a residual that does not count
  double rho = dot(r, q);
  while (outcome.iterations < most && std::isfinite(rho) && rho != 0.0) {
    multiply(q, t, moves);
    double const curvature = dot(q, t);
    if (!std::isfinite(curvature) || curvature == 0.0) break;
    double const step = rho / curvature;
    check(VecAXPY(x, step, q.x));
    update(-step, t, 1.0, r);
    tick_.at(++outcome.iterations, most);
    double const left = std::sqrt(std::max(precondition(r, t, moves), 0.0));
    if (left <= tolerance * outcome.first) {
      outcome.solved = true;
      return outcome;
    }
    double const next = dot(r, t);
    update(1.0, t, next / rho, q);
    rho = next;
  }
  check(VecSet(x, 0.0));
  return outcome;
}

}  // namespace mollis::joint

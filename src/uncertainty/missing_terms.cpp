#include "uncertainty/missing_terms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "spectral/eigen.hpp"
#include "uncertainty/smooth_states.hpp"
#include "uncertainty/student.hpp"

namespace mollis::uncertainty {
namespace {

constexpr double chance = 3.5;         ///< deviations
constexpr int least_draws = 5;
constexpr double as_good = 0.9;        ///< of the most deviations: a simpler term is named
constexpr double taken_up = 0.01;      ///< of a direction's variance: less, and the constants follow it
constexpr double taken_up_by_states = 1e-4;   ///< where states are fitted, which follow most of it
constexpr double column_tolerance = 1e-3;

Field field_of(HostField const& values) {
  Field const out = make_field("term", static_cast<Index>(values.extent(0)));
  Kokkos::deep_copy(out, values);
  return out;
}

Field product(Field const& a, Field const& b) {
  Field const out("term", a.extent(0));
  Field const one = make_field("one", static_cast<Index>(a.extent(0)));
  Kokkos::deep_copy(one, 1.0);
  kernels::add_product(a, b, one, out);
  return out;
}

}  // namespace

MissingTerms::MissingTerms(problem::Problem const& problem, estimate::Estimate const& estimate)
    : problem_(problem), estimate_(estimate), weights_(estimate.linear->weights().equation) {}

void MissingTerms::prepare() {
  if (prepared_) return;
  prepared_ = true;
  if (has_fields()) return;
  auto const smooth = smooth_states(problem_, estimate_);
  std::vector<std::pair<std::string, Field>> terms;
  if (!smooth.empty()) terms.emplace_back("1", Field("term", static_cast<std::size_t>(problem_.grid.local_size())));
  if (!terms.empty()) Kokkos::deep_copy(terms.front().second, 1.0);
  for (std::size_t s = 0; s < smooth.size(); ++s) {
    auto const& name = smooth[s].name;
    Field const u = field_of(smooth[s].value);
    terms.emplace_back(name, u);
    for (std::size_t r = s; r < smooth.size(); ++r)
      terms.emplace_back(r == s ? name + "^2" : name + "*" + smooth[r].name, product(u, field_of(smooth[r].value)));
    for (auto const& [derivative, values] : smooth[s].derivatives) terms.emplace_back(derivative, field_of(values));
  }
  for (std::size_t k = 0; k < weights_.size(); ++k)
    for (auto const& [term, phi] : terms) directions_.push_back({term, k, phi});
  if (sums_.size() != 2 * directions_.size()) sums_.assign(2 * directions_.size(), 0.0);
}

/// Of a direction's variance, what the parameters have to leave of it.
double MissingTerms::least_left() const { return estimate_.penalty.empty() ? taken_up : taken_up_by_states; }

/// A field takes up any term, a profile many (phase_field3d: a constant, at 28 deviations), but for what its smoothness holds back: that is no evidence.
bool MissingTerms::has_fields() const {
  auto const& unknowns = problem_.space().unknowns();
  return std::any_of(unknowns.begin(), unknowns.end(), [](auto const& unknown) { return !unknown.axes.empty(); });
}

/// <phi, W r> of every direction.
std::vector<double> MissingTerms::scores(std::vector<Field> const& left) const {
  std::vector<double> out;
  for (auto const& direction : directions_)
    out.push_back(kernels::triple_product(weights_[direction.residual], direction.phi, left[direction.residual]));
  MPI_Allreduce(MPI_IN_PLACE, out.data(), static_cast<int>(out.size()), MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return out;
}

void MissingTerms::add(std::vector<Field> const& left, std::vector<Field> const& drawn) {
  prepare();
  auto const remaining = scores(left), whole = scores(drawn);
  for (std::size_t d = 0; d < directions_.size(); ++d) {
    sums_[2 * d] += remaining[d] * remaining[d];
    sums_[2 * d + 1] += whole[d] * whole[d];
  }
  ++draws_;
}

/// <phi, W phi> - v^T H^-1 v, v = J^T W phi; 0 where that cannot be solved.
double MissingTerms::left_of(Direction const& direction) const {
  auto& linear = *estimate_.linear;
  auto rows = linear.weights();
  for (auto& data : rows.data) data = Field("none", data.extent(0));
  for (std::size_t k = 0; k < rows.equation.size(); ++k)
    rows.equation[k] = k == direction.residual ? product(weights_[k], direction.phi) : Field("none", weights_[k].extent(0));
  double square = kernels::triple_product(weights_[direction.residual], direction.phi, direction.phi);
  MPI_Allreduce(MPI_IN_PLACE, &square, 1, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  auto const v = linear.make_vector(), x = linear.make_vector();
  linear.jacobian_transposed(rows, v);
  if (!linear.solve(v, x, column_tolerance).converged) return 0.0;
  PetscReal taken = 0.0;
  petsc::check(VecDot(v, x, &taken));
  return square - taken;
}

std::vector<MissingTerm> MissingTerms::result() {
  if (draws_ < least_draws || directions_.empty()) return {};
  auto const found = scores(estimate_.residuals);
  std::vector<std::size_t> usable;
  double const least = least_left();
  for (std::size_t d = 0; d < directions_.size(); ++d)
    if (sums_[2 * d] > least * sums_[2 * d + 1]) usable.push_back(d);
  if (usable.empty()) return {};
  auto const deviations = [&](std::size_t d) { return std::abs(found[d]) / std::sqrt(sums_[2 * d] / draws_); };
  double most = 0.0;
  for (auto const d : usable) most = std::max(most, deviations(d));
  auto const worst = *std::find_if(usable.begin(), usable.end(), [&](auto d) { return deviations(d) >= as_good * most; });
  double const of_many = std::sqrt(chance * chance + 2.0 * std::log(static_cast<double>(usable.size())));
  auto const& direction = directions_[worst];
  MissingTerm out{direction.term, direction.residual, 0.0, deviations(worst), of_many * widening(draws_, of_many), 0.0};
  double const left = left_of(direction);
  if (left > 0.0) out.value = -found[worst] / left;
  double square = kernels::triple_product(weights_[direction.residual], direction.phi, direction.phi);
  MPI_Allreduce(MPI_IN_PLACE, &square, 1, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  out.share = std::abs(out.value) * std::sqrt(square);
  return {out};
}

void MissingTerms::go_on(std::vector<double> sums, int draws) {
  sums_ = std::move(sums);
  draws_ = draws;
}

}  // namespace mollis::uncertainty

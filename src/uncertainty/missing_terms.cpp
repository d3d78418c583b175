#include "uncertainty/missing_terms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "spectral/eigen.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/directions.hpp"
#include "uncertainty/smooth_states.hpp"
#include "uncertainty/student.hpp"

namespace mollis::uncertainty {
namespace {

constexpr double chance = 3.5;         ///< deviations
constexpr double noticed = 2.0;        ///< deviations: from there on what the term would move is added to the errors of fitted states
constexpr int least_mollified = 5, least_fitted = 4;   ///< draws: of the latter, less than `likely` by four where solves tell `chance` has a probability of 0.3 %
constexpr std::size_t most_solves = 6;
constexpr double as_good = 0.9;        ///< of the most deviations: a simpler term is named
constexpr double taken_up = 0.01;      ///< of a direction's variance: less, and the constants follow it
constexpr double likely = 0.5;         ///< of `chance`, by few draws: from there on a solve tells the deviation
constexpr double column_tolerance = 1e-4;
constexpr double told = 1e-6;          ///< least share of a direction that solves to that tolerance tell: 100 times its square

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

using Terms = std::vector<std::pair<std::string, Field>>;

/// u du and d(u du) along each axis of space: what carries u faster, or spreads it faster, the more there is of it.
void add_fluxes(grid::Grid const& grid, SmoothState const& state, Field const& u, Terms& terms) {
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a).name;
    if (axis == "t") continue;
    auto const& [name, values] = state.derivatives[2 * static_cast<std::size_t>(a)];
    Field const slope = field_of(values), bend = field_of(state.derivatives[2 * static_cast<std::size_t>(a) + 1].second), spread = product(u, bend);
    kernels::add_scaled(1.0, product(slope, slope), spread);
    terms.emplace_back(fmt::format("{}*{}", state.name, name), product(u, slope));
    terms.emplace_back(fmt::format("d{}({}*{})", axis, state.name, name), spread);
  }
}

}  // namespace

MissingTerms::MissingTerms(problem::Problem const& problem, estimate::Estimate const& estimate)
    : problem_(problem), estimate_(estimate) {}

void MissingTerms::prepare() {
  if (prepared_) return;
  prepared_ = true;
  if (has_fields()) return;
  weights_ = estimate_.linear->weights().equation;
  auto const smooth = smooth_states(problem_, estimate_);
  Terms terms;
  if (!smooth.empty()) terms.emplace_back("1", Field("term", static_cast<std::size_t>(problem_.grid.local_size())));
  if (!terms.empty()) Kokkos::deep_copy(terms.front().second, 1.0);
  for (std::size_t s = 0; s < smooth.size(); ++s) {
    auto const& name = smooth[s].name;
    Field const u = field_of(smooth[s].value);
    terms.emplace_back(name, u);
    for (std::size_t r = s; r < smooth.size(); ++r)
      terms.emplace_back(r == s ? name + "^2" : name + "*" + smooth[r].name, product(u, field_of(smooth[r].value)));
    for (auto const& [derivative, values] : smooth[s].derivatives) terms.emplace_back(derivative, field_of(values));
    add_fluxes(problem_.grid, smooth[s], u, terms);
  }
  for (std::size_t k = 0; k < weights_.size(); ++k)
    for (auto const& [term, phi] : terms) directions_.push_back({term, k, phi});
  if (sums_.size() != 2 * directions_.size()) sums_.assign(2 * directions_.size(), 0.0);
}

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

/// <phi, W phi>. Collective.
double MissingTerms::size_of(Direction const& direction) const {
  double square = kernels::triple_product(weights_[direction.residual], direction.phi, direction.phi);
  MPI_Allreduce(MPI_IN_PLACE, &square, 1, MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return square;
}

/// l, x_c, x_c^T C^-1 x_c (0 without a covariance C) and how the moves bend s; nothing where that cannot be solved. Collective.
MissingTerms::Left MissingTerms::left_of(Direction const& direction, BesideStates const& beside) const {
  auto& linear = *estimate_.linear;
  auto rows = linear.weights();
  for (auto& data : rows.data) data = Field("none", data.extent(0));
  for (std::size_t k = 0; k < rows.equation.size(); ++k)
    rows.equation[k] = k == direction.residual ? product(weights_[k], direction.phi) : Field("none", weights_[k].extent(0));
  auto const v = linear.make_vector(), x = linear.make_vector();
  linear.jacobian_transposed(rows, v);
  if (!linear.solve(v, x, column_tolerance).converged) return {};
  PetscReal taken = 0.0;
  petsc::check(VecDot(v, x, &taken));
  double const whole = size_of(direction);
  auto const parameters = problem_.space().make_vector();
  linear.take_parameters(x, parameters);
  auto const moved = ConstantEntries(problem_.space()).read(parameters);
  double bent = 0.0;
  for (std::size_t m = 0; beside.moves != nullptr && m < beside.moves->size(); ++m) {
    PetscReal by = 0.0;
    petsc::check(VecDot(v, (*beside.moves)[m], &by));
    bent += by * by;
  }
  return {whole - taken, beside.covariance.empty() ? 0.0 : inverse_square(beside.covariance, moved), whole, bent, moved};
}

/// Deviations by what draws left. Not collective.
std::vector<MissingTerms::Tested> MissingTerms::by_draws(std::vector<double> const& found) const {
  std::vector<Tested> tested;
  for (std::size_t d = 0; d < directions_.size(); ++d)
    if (sums_[2 * d] > taken_up * sums_[2 * d + 1]) tested.push_back({d, std::abs(found[d]) / std::sqrt(sums_[2 * d] / draws_), {}});
  return tested;
}

/// l as the mean square of the score over draws has it where states are fitted. Collective.
MissingTerms::Left MissingTerms::by_few_draws(std::size_t d) const { return {sums_[2 * d] / draws_, 0.0, size_of(directions_[d]), 0.0, {}}; }

/// Deviations by solves, of directions that stand out by draws: of those that do most. Collective.
std::vector<MissingTerms::Tested> MissingTerms::by_solves(std::vector<double> const& found, BesideStates const& beside) const {
  std::vector<Tested> standing_out, tested;
  for (std::size_t d = 0; d < directions_.size(); ++d) {
    double const deviations = std::abs(found[d]) / std::sqrt(sums_[2 * d] / draws_);
    if (deviations >= likely * chance) standing_out.push_back({d, deviations, {}});
  }
  std::stable_sort(standing_out.begin(), standing_out.end(), [](auto const& a, auto const& b) { return a.deviations > b.deviations; });
  standing_out.resize(std::min(standing_out.size(), most_solves));
  for (auto const& [d, by_draws, none] : standing_out) {
    auto left = left_of(directions_[d], beside);
    if (left.whole == 0.0) left = by_few_draws(d);   // a solve that fails is no reason for silence
    if (left.by_fit <= told * left.whole || left.by_fit <= taken_up * (left.by_fit + left.by_constants)) continue;
    tested.push_back({d, std::abs(found[d]) / std::sqrt(left.by_fit + left.bent), left});
  }
  std::sort(tested.begin(), tested.end(), [](auto const& a, auto const& b) { return a.direction < b.direction; });
  return tested;
}

std::vector<MissingTerm> MissingTerms::result(BesideStates const& beside) {
  bool const mollified = estimate_.penalty.empty();
  if (draws_ < (mollified ? least_mollified : least_fitted) || directions_.empty()) return {};
  auto const found = scores(estimate_.residuals);
  auto const tested = mollified ? by_draws(found) : by_solves(found, beside);
  if (tested.empty()) return {};
  double most = 0.0;
  for (auto const& one : tested) most = std::max(most, one.deviations);
  auto const worst = *std::find_if(tested.begin(), tested.end(), [&](auto const& one) { return one.deviations >= as_good * most; });
  auto const of_many = [many = mollified ? tested.size() : directions_.size(), draws = mollified ? draws_ : 0](double one) {
    double const all = std::sqrt(one * one + 2.0 * std::log(static_cast<double>(many)));
    return draws > 0 ? all * widening(draws, all) : all;
  };
  auto const& direction = directions_[worst.direction];
  auto const left = mollified ? left_of(direction, {}) : worst.left;
  double const value = left.by_fit > 0.0 ? -found[worst.direction] / left.by_fit : 0.0;
  MissingTerm out{direction.term, direction.residual, value, worst.deviations, of_many(chance), std::abs(value) * std::sqrt(size_of(direction)), {}};
  if (!mollified && worst.deviations > of_many(noticed))
    for (double const moved : left.moved) out.moves.push_back(-value * moved);
  return {out};
}

void MissingTerms::go_on(std::vector<double> sums, int draws) {
  sums_ = std::move(sums);
  draws_ = draws;
}

}  // namespace mollis::uncertainty

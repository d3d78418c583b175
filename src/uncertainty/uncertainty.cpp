#include "uncertainty/uncertainty.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "parameters/transform.hpp"
#include "scores/score.hpp"
#include "uncertainty/chosen_weights.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/draws.hpp"
#include "uncertainty/field_map.hpp"
#include "uncertainty/solves.hpp"
#include "uncertainty/squares.hpp"
#include "uncertainty/student.hpp"
#include "uncertainty/undetermined.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr double column_tolerance = 1e-6, bound = 1.959963984540054;  ///< the latter in deviations
constexpr double move_tolerance = 3e-2;   ///< of what weights move an estimate by: deviations change by 0.3 % at most (docs/trust.md, "Cost")

class Quantifier {
 public:
  Quantifier(problem::Problem const& problem, estimate::Estimate const& estimate, Settings const& settings, int fit_iterations)
      : problem_(problem),
        estimate_(estimate),
        linear_(*estimate.linear),
        constants_(problem.space()),
        undetermined_(linear_, problem.space(), constants_),
        solve_(linear_, undetermined_),
        draws_(problem, estimate, settings, fit_iterations, constants_, undetermined_, solve_),
        fitted_(draws_.fitted()) {}

  Uncertainty run() {
    bool const any_field = constants_.positions.size() < problem_.space().unknowns().size();
    out_.constants.unknowns = constants_.positions;
    out_.constants.covariance.assign(constants_.positions.size() * constants_.positions.size(), 0.0);
    out_.constants.without_terms = out_.constants.covariance;
    add_information();
    if (!any_field || linear_.is_white()) out_.constants.conditions = undetermined_.find();
    bool const solved = (!linear_.is_white() || add_columns()) && draws_.run(undetermined_.any() ? std::vector<double>() : out_.constants.covariance);
    if (solved) take_draws();
    if (solved && (out_.draws == 0 || !linear_.is_white() || add_weights())) finish();
    out_.krylov = solve_.krylov;
    out_.why_not = solve_.why_not;
    return std::move(out_);
  }

 private:
  /// A constant's sum of W (dR/dc)^2, in the fitted variable.
  void add_information() {
    for (auto const p : constants_.positions) {
      auto const host = on_host(estimate_.sensitivities[p]);
      double value = host.extent(0) > 0 ? host(0) : 0.0;
      MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, problem_.grid.comm());
      double const slope = problem_.space().unknowns()[p].settings.log ? value_of(p) : 1.0;
      out_.constants.information.push_back(value * slope * slope);
    }
  }

  double value_of(std::size_t p) const {
    auto const host = on_host(parameters::value_of(problem_.space().unknowns()[p], fitted_[p]));
    double value = host.extent(0) > 0 ? host(0) : -HUGE_VAL;
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, problem_.grid.comm());
    return value;
  }

  /// Columns of H^-1 of the constants.
  bool add_columns() {
    auto const size = constants_.positions.size();
    for (std::size_t i = 0; i < size; ++i) {
      auto const b = linear_.make_vector(), x = linear_.make_vector();
      linear_.put_parameters(constants_.unit(i), b);
      if (!solve_(b, x, column_tolerance, "the standard error of " + problem_.space().unknowns()[constants_.positions[i]].name)) return false;
      auto const parameters = problem_.space().make_vector();
      linear_.take_parameters(x, parameters);
      auto const column = constants_.read(parameters);
      for (std::size_t j = 0; j < size; ++j) out_.constants.covariance[j * size + i] = column[j];
      if (size < problem_.space().unknowns().size()) columns_.push_back(petsc::copy_of(parameters));
    }
    return true;
  }

  void take_draws() {
    out_.draws = draws_.count();
    out_.expected = draws_.expected;
    out_.expected_of_noise = draws_.expected_of_noise;
    out_.noise_share = draws_.share.result(out_.constants.covariance);
    if (!linear_.is_white()) out_.constants.covariance = draws_.products();
    if (!linear_.is_white()) out_.missing = draws_.terms.result();
    if (out_.draws > 0) out_.unobserved = draws_.states.result(estimate_, out_.draws);
  }

  /// Of octaves that the prior has too small, of weights that were chosen from the same data, of states that are smoothed.
  bool add_weights() {
    widen_constants();
    auto const by_draws = [&](Vec b, Vec x, std::string const& what) { return solve_(b, x, move_tolerance, what); };
    Squares sums(fitted_, constants_.positions.size());
    std::vector<petsc::Vector> moves;
    if (!moves_of_weights(problem_, fitted_, linear_, by_draws, moves, &bent_)) return false;
    auto const of_weights = moves.size();
    if (!moves_of_states(linear_, by_draws, moves)) return false;
    if (moves.size() > of_weights) out_.taken = linear_.jacobian(moves.back()).data;
    out_.missing = draws_.terms.result({out_.constants.covariance, &moves});
    for (auto const& move : moves) add_move(move, sums);
    of_weights_ = sums.fields;
    for (std::size_t i = 0; i < sums.constants.size(); ++i) out_.constants.covariance[i] += sums.constants[i];
    return true;
  }

  void widen_constants() {
    std::vector<double> factors;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      double const variance = out_.constants.at(i, i);
      factors.push_back(variance > 0.0 ? std::sqrt(1.0 + std::max(draws_.more_of(columns_[i]), 0.0) / variance) : 1.0);
    }
    scale_covariance(factors);
  }

  void scale_covariance(std::vector<double> const& factors) {
    for (std::size_t i = 0; i < factors.size(); ++i)
      for (std::size_t j = 0; j < factors.size(); ++j) out_.constants.covariance[i * factors.size() + j] *= factors[i] * factors[j];
  }

  void add_move(Vec x, Squares& sums) {
    auto const parameters = problem_.space().make_vector();
    linear_.take_parameters(x, parameters);
    sums.add(problem_.space().scatter(parameters), constants_.read(parameters));
  }

  void finish() {
    out_.asked = out_.computed = out_.draws > 0;
    if (!out_.computed) return;
    if (!linear_.is_white())
      for (double& value : out_.constants.covariance) value *= std::pow(widening(out_.draws), 2) / out_.draws;
    add_misfit();
    undetermined_.add_variance(out_.constants.covariance);
    undetermined_.add_variance(out_.constants.without_terms);
    for (std::size_t p = 0; p < fitted_.size(); ++p) finish_field(p);
    out_.samples = draws_.samples.result();
    out_.rises = draws_.followed.rises(out_.known);
  }

  /// Of constants, by what the fit leaves beyond its noise, and what a term that may be missing would move them by.
  void add_misfit() {
    scale_covariance(draws_.scores.result());
    out_.constants.without_terms = out_.constants.covariance;
    for (auto const& missing : out_.missing) Squares::add_outer(missing.moves, out_.constants.covariance);
  }

  void finish_field(std::size_t p) {
    auto const of_draws = on_host(draws_.variance(p));
    HostField const of_weights = of_weights_.empty() ? HostField("variance", of_draws.extent(0)) : HostField(on_host(of_weights_[p]));
    auto const variance = make_host_field("variance", static_cast<Index>(of_draws.extent(0)));
    bool const constant = problem_.space().unknowns()[p].axes.empty();
    auto const bent = constant || p >= bent_.size() || bent_[p].by.empty() ? HostField() : HostField(on_host(bent_[p].by[p]));
    Field const beyond = make_field("beyond", static_cast<Index>(of_draws.extent(0)));
    auto const is_beyond = Kokkos::create_mirror_view(beyond);
    for (std::size_t i = 0; i < of_draws.extent(0); ++i) {
      variance(i) = constant ? std::pow(out_.constants.deviation(index_of(p)), 2) : of_draws(i) + of_weights(i) + std::pow(linear_.hidden(p), 2);
      double const taken = bent.extent(0) > 0 ? bent(i) * bent(i) : 0.0;
      is_beyond(i) = taken > bound * bound * variance(i) ? 1.0 : 0.0;
      variance(i) = std::max(variance(i), taken);  // the prior expects as much of it as there is on average: at a front there is more
    }
    Kokkos::deep_copy(beyond, is_beyond);
    out_.bent.push_back(scores::mean_of(problem_.space(), problem_.space().unknowns()[p], beyond, true));
    out_.freedom.push_back(p < bent_.size() ? bent_[p].freedom : 0.0);
    auto const map = field_map(problem_, p, fitted_[p], variance);
    out_.deviation.push_back(map.deviation);
    out_.known.push_back(map.known);
  }

  std::size_t index_of(std::size_t unknown) const {
    auto const& all = constants_.positions;
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), unknown) - all.begin());
  }

  problem::Problem const& problem_;
  estimate::Estimate const& estimate_;
  estimate::Linearisation& linear_;
  ConstantEntries constants_;
  Undetermined undetermined_;
  Solves solve_;
  Draws draws_;
  std::vector<Field> fitted_;
  std::vector<Bent> bent_;                    ///< [field]: what its smoothness takes from it
  std::vector<petsc::Vector> columns_;        ///< of H^-1, parameters alone, one a constant; none where all parameters are constants
  std::vector<Field> of_weights_;             ///< variance that is that of the chosen weights; empty: none
  Uncertainty out_;
};

}  // namespace

Uncertainty quantify(problem::Problem const& problem, estimate::Estimate const& estimate, Settings const& settings, int fit_iterations) {
  if (!estimate.failure.empty()) {
    Uncertainty none;
    none.why_not = "the fit broke down";
    return none;
  }
  return Quantifier(problem, estimate, settings, fit_iterations).run();
}

}  // namespace mollis::uncertainty

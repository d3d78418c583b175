#include "uncertainty/uncertainty.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "parameters/transform.hpp"
#include "scores/score.hpp"
#include "uncertainty/block_scores.hpp"
#include "uncertainty/chosen_weights.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/field_map.hpp"
#include "uncertainty/missing_terms.hpp"
#include "uncertainty/noise_share.hpp"
#include "uncertainty/prior_scale.hpp"
#include "uncertainty/squares.hpp"
#include "uncertainty/state_draws.hpp"
#include "uncertainty/student.hpp"
#include "uncertainty/undetermined.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr int least_draws = 5, most_further = 8, white_draws = 8, field_draws = 24, constant_draws = 64;
constexpr double column_tolerance = 1e-6, draw_tolerance = 1e-3, bound = 1.959963984540054;  ///< the last in deviations

class Quantifier {
 public:
  Quantifier(problem::Problem const& problem, estimate::Estimate const& estimate, Settings const& settings,
             int fit_iterations)
      : problem_(problem),
        estimate_(estimate),
        settings_(settings),
        budget_(fit_iterations),
        linear_(*estimate.linear),
        constants_(problem.space()),
        undetermined_(linear_, problem.space(), constants_),
        states_(problem),
        share_(problem, linear_, constants_.positions),
        terms_(problem, estimate),
        scores_(problem, estimate, constants_, undetermined_),
        scale_(problem, linear_),
        fitted_(problem.space().scatter(estimate.parameters)),
        weights_{linear_.weights().data, estimate.weights} {
    any_field_ = constants_.positions.size() < problem.space().unknowns().size();
    for (auto const& piece : fitted_) squares_.emplace_back("mean square", piece.extent(0));
    for (auto const& piece : fitted_) of_weights_.emplace_back("variance", piece.extent(0));
  }

  Uncertainty run() {
    out_.constants.unknowns = constants_.positions;
    out_.constants.covariance.assign(constants_.positions.size() * constants_.positions.size(), 0.0);
    add_information();
    if (!any_field_ || linear_.is_white()) out_.constants.conditions = undetermined_.find();
    if (linear_.is_white() && !add_columns()) return std::move(out_);
    if (!add_draws()) return std::move(out_);
    if (out_.draws > 0 && linear_.is_white() && !add_weights()) return std::move(out_);
    finish();
    return std::move(out_);
  }

 private:
  /// What b has along what is not determined is lost.
  bool solve(Vec b, Vec x, double tolerance, std::string const& what) {
    bool const taken = undetermined_.any();
    if (taken) undetermined_.take_from_right_side(b);
    auto const solved = linear_.solve(b, x, tolerance);
    if (taken) undetermined_.take_from_solution(x);
    out_.krylov += solved.iterations;
    PetscReal norm = 0.0;
    check(VecNorm(x, NORM_2, &norm));
    if (solved.converged && std::isfinite(norm)) return true;
    out_.why_not = fmt::format("the linear solve for {} did not converge in {} iterations", what, solved.iterations);
    return false;
  }

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
      if (!solve(b, x, column_tolerance, "the standard error of " + problem_.space().unknowns()[constants_.positions[i]].name)) return false;
      auto const parameters = problem_.space().make_vector();
      linear_.take_parameters(x, parameters);
      auto const column = constants_.read(parameters);
      for (std::size_t j = 0; j < size; ++j) out_.constants.covariance[j * size + i] = column[j];
    }
    return true;
  }

  int most_draws() const {
    if (auto const* given = std::get_if<int>(&settings_.samples)) return *given;
    return any_field_ ? field_draws : linear_.is_white() ? white_draws : constant_draws;
  }
  bool enough() const { return std::holds_alternative<run::Automatic>(settings_.samples) && out_.draws >= least_draws && out_.krylov > budget_; }

  bool add_draws() {
    auto const noise = linear_.make_vector(), prior = linear_.make_vector(), x = linear_.make_vector();
    int const most = most_draws();
    go_on();
    while (out_.draws < most && !enough()) {
      keep();
      check(VecSet(x, 0.0));   // a draw depends on its number alone
      auto rows = linear_.draw(out_.draws, noise, prior);
      if (!linear_.is_white() && any_field_) {
        if (!solve(noise, x, draw_tolerance, "a draw of the noise")) return false;
        add_left(rows, x, out_.expected_of_noise);
      }
      check(VecAXPY(noise, 1.0, prior));
      if (!solve(noise, x, draw_tolerance, "a draw of the error")) return false;
      add_left(rows, x, out_.expected);
      add_squares(x);
      states_.add(linear_, x);
      share_.add(x, undetermined_.any() ? std::vector<double>() : out_.constants.covariance);
      scale_.add(x, prior);
      ++out_.draws;
      say();
    }
    keep();
    if (out_.expected_of_noise.empty()) out_.expected_of_noise = out_.expected;
    out_.noise_share = share_.result(out_.constants.covariance);
    if (!linear_.is_white()) out_.missing = terms_.result();
    if (out_.draws > 0) out_.unobserved = states_.result(estimate_, out_.draws);
    return true;
  }

  /// The draws so far, as a part of the checkpoint.
  void keep() {
    auto& keeper = *problem_.keeper;
    checkpoint::Quantities kept;
    kept.put("numbers", {static_cast<double>(out_.draws), static_cast<double>(out_.krylov)});
    kept.put("covariance", out_.constants.covariance);
    kept.put("expected", numbers_of(out_.expected));
    kept.put("expected_of_noise", numbers_of(out_.expected_of_noise));
    states_.keep(kept);
    kept.put("slopes", share_.sums());
    kept.put("terms", terms_.sums());
    kept.put("scores", scores_.sums());
    kept.put("octaves", scale_.largest());
    auto const& unknowns = problem_.space().unknowns();
    for (std::size_t p = 0; p < unknowns.size(); ++p) {
      kept.put("squares/" + unknowns[p].name, unknowns[p].grid, squares_[p]);
      for (std::size_t k = 0; k < samples_.size(); ++k)
        kept.put(fmt::format("samples/{}_{}", unknowns[p].name, k + 1), unknowns[p].grid, samples_[k][p]);
    }
    keeper.keep("draws", kept);
    keeper.pause();
  }

  /// Takes up the draws that the run before has kept.
  void go_on() {
    auto const* kept = problem_.keeper->kept("draws");
    if (kept == nullptr) return;
    auto const& unknowns = problem_.space().unknowns();
    out_.draws = static_cast<int>(kept->numbers("numbers").at(0));
    out_.krylov = static_cast<int>(kept->numbers("numbers").at(1));
    out_.constants.covariance = kept->numbers("covariance");
    out_.expected = fits_of(kept->numbers("expected"));
    states_.go_on(*kept);
    share_.go_on(kept->numbers("slopes"), out_.draws);
    terms_.go_on(kept->numbers("terms"), out_.draws);
    scores_.go_on(kept->numbers("scores"), out_.draws);
    scale_.go_on(kept->numbers("octaves"));
    out_.expected_of_noise = fits_of(kept->numbers("expected_of_noise"));
    for (int k = 0; settings_.keep && k < out_.draws; ++k) samples_.emplace_back();
    for (std::size_t p = 0; p < unknowns.size(); ++p) {
      Kokkos::deep_copy(squares_[p], kept->field("squares/" + unknowns[p].name, unknowns[p].grid));
      for (std::size_t k = 0; k < samples_.size(); ++k)
        samples_[k].push_back(kept->field(fmt::format("samples/{}_{}", unknowns[p].name, k + 1), unknowns[p].grid));
    }
  }

  /// A line where the last one is long ago.
  void say() {
    if (MPI_Wtime() - said_ < 5.0) return;
    said_ = MPI_Wtime();
    run::Step step;
    step.phase = "sample";
    step.iteration = out_.draws;
    step.of_at_most = most_draws();
    step.krylov = out_.krylov;
    problem_.progress.step(step);
  }

  /// What the fit would leave of these rows.
  void add_left(estimate::Rows const& rows, Vec x, std::vector<FitLeft>& out) {
    auto const moved = linear_.jacobian(x);
    estimate::Rows const left{difference(rows.data, moved.data), difference(rows.equation, moved.equation)};
    out.push_back(fit_left(problem_, left, weights_));
    if (&out != &out_.expected) return;
    terms_.add(left.equation, rows.equation);
    scores_.add(left.equation);
  }

  void add_squares(Vec x) {
    auto const parameters = problem_.space().make_vector();
    linear_.take_parameters(x, parameters);
    auto const pieces = problem_.space().scatter(parameters);
    std::vector<Field> sample;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      Squares::add_square(pieces[p], squares_[p]);
      if (!settings_.keep) continue;
      kernels::add_scaled(1.0, fitted_[p], pieces[p]);
      sample.push_back(parameters::value_of(problem_.space().unknowns()[p], pieces[p]));
    }
    if (settings_.keep) samples_.push_back(std::move(sample));
    if (!linear_.is_white()) Squares::add_outer(constants_.read(parameters), out_.constants.covariance);
  }

  /// Of weights that were chosen from the same data, of octaves that the prior has too small, of states that are smoothed.
  bool add_weights() {
    auto const by_draws = [&](Vec b, Vec x, std::string const& what) { return solve(b, x, draw_tolerance, what); };
    auto const further = [&, before = out_.krylov](int n) { return n < least_draws || (n < most_further && out_.krylov - before <= budget_); };
    Squares sums(fitted_, constants_.positions.size());
    int const draws = scale_.draw(estimate_.parameters, out_.draws, by_draws, further, [&](Vec x) { add_move(x, sums); });
    if (draws > 0) sums.scale(1.0 / draws);
    std::vector<petsc::Vector> moves;
    if (draws < 0 || !moves_of_weights(problem_, fitted_, linear_, by_draws, moves, &bent_) || !moves_of_states(linear_, by_draws, moves)) return false;
    out_.missing = terms_.result({out_.constants.covariance, &moves});
    for (auto const& move : moves) add_move(move, sums);
    of_weights_ = sums.fields;
    for (std::size_t i = 0; i < sums.constants.size(); ++i) out_.constants.covariance[i] += sums.constants[i];
    return true;
  }

  void add_move(Vec x, Squares& sums) {
    auto const parameters = problem_.space().make_vector();
    linear_.take_parameters(x, parameters);
    sums.add(problem_.space().scatter(parameters), constants_.read(parameters));
  }

  void finish() {
    out_.asked = out_.computed = out_.draws > 0;
    if (!out_.computed) return;
    double const widen = widening(out_.draws);
    if (!linear_.is_white())
      for (double& value : out_.constants.covariance) value *= widen * widen / out_.draws;
    add_misfit();
    undetermined_.add_variance(out_.constants.covariance);
    for (std::size_t p = 0; p < fitted_.size(); ++p) finish_field(p, widen);
    for (std::size_t p = 0; p < fitted_.size() && settings_.keep; ++p) {
      std::vector<Field> of_parameter;
      for (auto const& sample : samples_) of_parameter.push_back(sample[p]);
      out_.samples.emplace_back(problem_.space().unknowns()[p].name, of_parameter);
    }
  }

  /// Of constants, by what the fit leaves beyond its noise, and what a term that may be missing would move them by.
  void add_misfit() {
    auto const factors = scores_.result();
    for (std::size_t i = 0; i < factors.size(); ++i)
      for (std::size_t j = 0; j < factors.size(); ++j) out_.constants.covariance[i * factors.size() + j] *= factors[i] * factors[j];
    for (auto const& missing : out_.missing) Squares::add_outer(missing.moves, out_.constants.covariance);
  }

  void finish_field(std::size_t p, double widen) {
    auto const square = on_host(squares_[p]), of_weights = on_host(of_weights_[p]);
    auto const variance = make_host_field("variance", static_cast<Index>(square.extent(0)));
    bool const constant = problem_.space().unknowns()[p].axes.empty();
    auto const bent = constant || p >= bent_.size() || bent_[p].empty() ? HostField() : HostField(on_host(bent_[p][p]));
    Field const beyond = make_field("beyond", static_cast<Index>(square.extent(0)));
    auto const is_beyond = Kokkos::create_mirror_view(beyond);
    for (std::size_t i = 0; i < square.extent(0); ++i) {
      variance(i) = constant ? std::pow(out_.constants.deviation(index_of(p)), 2) : widen * widen * square(i) / out_.draws + of_weights(i) + std::pow(linear_.hidden(p), 2);
      double const taken = bent.extent(0) > 0 ? bent(i) * bent(i) : 0.0;
      is_beyond(i) = taken > bound * bound * variance(i) ? 1.0 : 0.0;
      variance(i) = std::max(variance(i), taken);  // the prior expects as much of it as there is on average: at a front there is more
    }
    Kokkos::deep_copy(beyond, is_beyond);
    out_.bent.push_back(scores::mean_of(problem_.space(), problem_.space().unknowns()[p], beyond, true));
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
  Settings settings_;
  int budget_;
  estimate::Linearisation& linear_;
  ConstantEntries constants_;
  Undetermined undetermined_;
  StateDraws states_;
  NoiseShare share_;
  MissingTerms terms_;
  BlockScores scores_;
  PriorScale scale_;
  std::vector<Field> fitted_, squares_;
  std::vector<std::vector<Field>> bent_;      ///< [field]: what its smoothness takes from it, as pieces of all parameters; empty where not known
  std::vector<Field> of_weights_;             ///< variance that is that of the chosen weights
  estimate::Rows weights_;
  bool any_field_ = false;
  std::vector<std::vector<Field>> samples_;   ///< [draw][unknown]
  Uncertainty out_;
  double said_ = MPI_Wtime();
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

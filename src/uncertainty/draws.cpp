#include "uncertainty/draws.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "uncertainty/chosen_weights.hpp"
#include "uncertainty/squares.hpp"
#include "uncertainty/student.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr int scale_draws = 5, few_draws = 3, white_draws = 8, field_draws = 24, constant_draws = 64;
constexpr int least_white = 4, least_mollified = 6;   ///< pooled, the map of a field by four scatters less than that by six that are not (docs/trust.md, "Cost")
/// Of draws of the prior: few, solved loosely, serve where many waves make up the error, so that they tell the scales, and where the first of them, solved closer, has
/// the same pulls; else what the data tell of bands that the prior holds is small beside what loose solves leave (docs/trust.md, "Cost").
constexpr double loose_tolerance = 1e-2, closer_tolerance = 1e-3, tight_tolerance = 1e-4, most_spoilt = 0.04, most_scatter = 0.05;
/// Where states are fitted: deviations are then those of solves to 1e-8 to 2 % on average (docs/trust.md, "Cost"). Mollified data: the noise by itself is
/// solved for first, and these solves are short.
constexpr double fitted_tolerance = 3e-3, mollified_tolerance = 1e-3;
constexpr char const *of_noise = "a draw of the noise", *of_prior = "a draw of the prior", *of_error = "a draw of the error";

}  // namespace

Draws::Draws(problem::Problem const& problem, estimate::Estimate const& estimate, Settings const& settings, int budget, ConstantEntries const& constants,
             Undetermined& undetermined, Solves& solves)
    : states(problem),
      share(problem, *estimate.linear, constants.positions),
      terms(problem, estimate),
      scores(problem, estimate, constants, undetermined),
      samples(problem.space(), settings.keep),
      followed(problem, *estimate.linear),
      problem_(problem),
      estimate_(estimate),
      settings_(settings),
      budget_(budget),
      moves_(estimate.linear->is_white() ? solves_of_moves(problem, *estimate.linear) : 0),
      linear_(*estimate.linear),
      constants_(constants),
      solves_(solves),
      scale_(problem, linear_, estimate.smoothness),
      fitted_(problem.space().scatter(estimate.parameters)),
      products_(constants.positions.size() * constants.positions.size(), 0.0),
      weights_{linear_.weights().data, estimate.weights},
      any_field_(constants.positions.size() < problem.space().unknowns().size()) {
  for (std::size_t p = 0; p < fitted_.size(); ++p) squares_.emplace_back(problem, p);
}

int Draws::most() const {
  if (auto const* given = std::get_if<int>(&settings_.samples)) return *given;
  return any_field_ ? field_draws : linear_.is_white() ? white_draws : constant_draws;
}

/// What weights move is still to be solved for, each about as long as a draw.
bool Draws::enough() const {
  if (!std::holds_alternative<run::Automatic>(settings_.samples) || count_ < (linear_.is_white() ? least_white : least_mollified)) return false;
  return solves_.krylov + moves_ * solves_.krylov / (scale_.draws() + count_) > budget_;
}

bool Draws::run(std::vector<double> covariance) {
  covariance_ = std::move(covariance);
  go_on();
  if (scale_.any() && !learn_scales()) return false;
  while (count_ < most() && !enough())
    if (!add(count_)) return false;
  keep();
  if (expected_of_noise.empty()) expected_of_noise = expected;
  return true;
}

/// What the prior's draws alone tell of the octaves.
bool Draws::learn_scales() {
  while (scale_.draws() < std::min(most(), scale_tolerance_ == loose_tolerance ? few_draws : scale_draws) && scale_.scales().empty()) {
    keep();
    auto const prior = linear_.make_vector(), x = linear_.make_vector();
    linear_.draw_prior(scale_.draws(), prior);
    if (!solve_prior(prior, x)) return false;
    scale_.add(x, prior);
    say();
  }
  if (!scale_.scales().empty() || most() == 0) return true;
  scale_.settle(estimate_.parameters);
  return true;
}

/// x = H^-1 r of the next draw of the prior; the first finds how closely all others are solved, and how many.
bool Draws::solve_prior(Vec prior, Vec x) {
  if (scale_.draws() > 0) return solves_.draw(prior, x, of_prior, scale_tolerance_);
  if (!solves_.draw(prior, x, of_prior, loose_tolerance)) return false;
  scale_.look(x, prior);
  if (!solves_(prior, x, closer_tolerance, of_prior)) return false;
  auto const first = scale_.first(x, prior, few_draws);
  scale_tolerance_ = first.spoilt < most_spoilt && first.scatter < most_scatter ? loose_tolerance : tight_tolerance;
  return scale_tolerance_ > closer_tolerance || solves_(prior, x, scale_tolerance_, of_prior);
}

bool Draws::add(int number) {
  keep();
  auto const noise = linear_.make_vector(), prior = linear_.make_vector(), x = linear_.make_vector();
  check(VecSet(x, 0.0));
  auto const rows = linear_.draw(number, noise, prior);
  double const tolerance = linear_.is_white() ? fitted_tolerance : mollified_tolerance;
  if (!linear_.is_white() && any_field_) {
    if (!solves_(noise, x, tolerance, of_noise)) return false;
    add_left(rows, x, expected_of_noise);
  }
  if (scale_.any()) scale_.apply(prior);
  check(VecAXPY(noise, 1.0, prior));
  if (!solves_(noise, x, tolerance, of_error)) return false;
  add_left(rows, x, expected);
  states.add(linear_, x);
  share.add(x, covariance_);
  auto const error = parameters_of(x);
  auto const pieces = problem_.space().scatter(error);
  for (std::size_t p = 0; p < pieces.size(); ++p) squares_[p].add(number, pieces[p]);
  samples.add(fitted_, pieces);
  followed.add(pieces);
  if (!linear_.is_white()) Squares::add_outer(constants_.read(error), products_);
  ++count_;
  say();
  return true;
}

/// What the fit would leave of these rows.
void Draws::add_left(estimate::Rows const& rows, Vec x, std::vector<FitLeft>& out) {
  auto const moved = linear_.jacobian(x);
  estimate::Rows const left{difference(rows.data, moved.data), difference(rows.equation, moved.equation)};
  out.push_back(fit_left(problem_, left, weights_));
  if (&out != &expected) return;
  terms.add(left.equation, rows.equation);
  scores.add(left.equation);
}

petsc::Vector Draws::parameters_of(Vec x) const {
  auto parameters = problem_.space().make_vector();
  linear_.take_parameters(x, parameters);
  return parameters;
}

Field Draws::variance(std::size_t unknown) const {
  auto const pooled = squares_[unknown].result(count_);
  kernels::scale(std::pow(widening(pooled.draws), 2), pooled.field);
  return pooled.field;
}

/// The draws so far, as a part of the checkpoint.
void Draws::keep() {
  checkpoint::Quantities kept;
  kept.put("numbers", {static_cast<double>(count_), static_cast<double>(solves_.krylov), scale_tolerance_});
  kept.put("covariance", products_);
  kept.put("expected", numbers_of(expected));
  kept.put("expected_of_noise", numbers_of(expected_of_noise));
  states.keep(kept);
  kept.put("slopes", share.sums());
  kept.put("terms", terms.sums());
  kept.put("scores", scores.sums());
  if (scale_.any()) scale_.keep(kept);
  samples.keep(kept);
  followed.keep(kept);
  for (auto const& squares : squares_) squares.keep(kept);
  problem_.keeper->keep("draws", kept);
  problem_.keeper->pause();
}

/// Takes up the draws that the run before has kept.
void Draws::go_on() {
  auto const* kept = problem_.keeper->kept("draws");
  if (kept == nullptr) return;
  auto const& numbers = kept->numbers("numbers");
  count_ = static_cast<int>(numbers.at(0));
  solves_.krylov = static_cast<int>(numbers.at(1));
  scale_tolerance_ = numbers.at(2);
  products_ = kept->numbers("covariance");
  expected = fits_of(kept->numbers("expected"));
  expected_of_noise = fits_of(kept->numbers("expected_of_noise"));
  states.go_on(*kept);
  share.go_on(kept->numbers("slopes"), count_);
  terms.go_on(kept->numbers("terms"), count_);
  scores.go_on(kept->numbers("scores"), count_);
  if (scale_.any()) scale_.go_on(*kept);
  samples.go_on(*kept, count_);
  followed.go_on(*kept, count_);
  for (auto& squares : squares_) squares.go_on(*kept, count_);
}

/// A line where the last one is long ago.
void Draws::say() {
  if (MPI_Wtime() - said_ < 5.0) return;
  said_ = MPI_Wtime();
  run::Step step;
  step.phase = "sample";
  step.iteration = count_;
  step.of_at_most = most();
  step.krylov = solves_.krylov;
  problem_.progress.step(step);
}

}  // namespace mollis::uncertainty

#include "uncertainty/draws.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "uncertainty/squares.hpp"
#include "uncertainty/student.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr int least_draws = 5, white_draws = 8, field_draws = 24, constant_draws = 64;
constexpr double part_tolerance = 1e-4;   ///< of parts, whose pull on octaves of little energy is asked for
constexpr char const *of_noise = "a draw of the noise", *of_prior = "a draw of the prior", *of_error = "a draw of the error";

}  // namespace

Draws::Draws(problem::Problem const& problem, estimate::Estimate const& estimate, Settings const& settings, int budget, ConstantEntries const& constants,
             Undetermined& undetermined, Solves& solves)
    : states(problem),
      share(problem, *estimate.linear, constants.positions),
      terms(problem, estimate),
      scores(problem, estimate, constants, undetermined),
      samples(problem.space(), settings.keep),
      problem_(problem),
      estimate_(estimate),
      settings_(settings),
      budget_(budget),
      linear_(*estimate.linear),
      constants_(constants),
      solves_(solves),
      scale_(problem, linear_),
      fitted_(problem.space().scatter(estimate.parameters)),
      split_(fitted_.size(), {0.0, 0.0}),
      products_(constants.positions.size() * constants.positions.size(), 0.0),
      of_octaves_(constants.positions.size(), 0.0),
      weights_{linear_.weights().data, estimate.weights},
      any_field_(constants.positions.size() < problem.space().unknowns().size()) {
  for (auto const& piece : fitted_) squares_.emplace_back("squares", piece.extent(0));
}

int Draws::most() const {
  if (auto const* given = std::get_if<int>(&settings_.samples)) return *given;
  return any_field_ ? field_draws : linear_.is_white() ? white_draws : constant_draws;
}

bool Draws::enough() const {
  return std::holds_alternative<run::Automatic>(settings_.samples) && count_ >= least_draws && solves_.krylov > budget_;
}

bool Draws::run(std::vector<double> covariance) {
  covariance_ = std::move(covariance);
  go_on();
  if (scale_.any() && !add_first(std::min(most(), least_draws))) return false;
  while (count_ < most() && !enough())
    if (!add_whole(count_)) return false;
  keep();
  if (expected_of_noise.empty()) expected_of_noise = expected;
  return true;
}

bool Draws::add_first(int first) {
  while (count_ < first)
    if (!add_parts(count_)) return false;
  if (first > 0 && scale_.scales().empty()) scale_.settle(estimate_.parameters);
  while (squared_ < first)
    if (!add_scaled(squared_)) return false;
  scale_.let_go();
  return true;
}

/// Its parts by the noise and by the prior, each for itself.
bool Draws::add_parts(int number) {
  keep();
  auto const x = linear_.make_vector();
  auto noise = linear_.make_vector();
  auto const rows = linear_.draw_noise(number, noise);
  if (!solves_.draw(noise, x, of_noise, part_tolerance)) return false;
  scale_.add_noise(x, noise);
  noise = {};
  auto const prior = linear_.make_vector(), by_prior = linear_.make_vector();
  linear_.draw_prior(number, prior);
  if (!solves_.draw(prior, by_prior, of_prior, part_tolerance)) return false;
  scale_.add_prior(by_prior, prior);
  add_of_octaves(parameters_of(by_prior), -1.0);
  check(VecAXPY(x, 1.0, by_prior));
  add_draw(rows, x);
  say();
  return true;
}

/// The error of one of the first, its prior's part with the scales that these tell.
bool Draws::add_scaled(int number) {
  keep();
  auto const prior = linear_.make_vector(), x = linear_.make_vector();
  linear_.draw_prior(number, prior);
  scale_.apply(prior);
  if (!solves_.draw(prior, x, of_prior)) return false;
  auto const error = parameters_of(x);
  auto const by_noise = scale_.by_noise(static_cast<std::size_t>(number));
  add_of_octaves(error, 1.0);
  add_split(by_noise, error);
  check(VecAXPY(error, 1.0, by_noise));
  samples.add(fitted_, problem_.space().scatter(error));
  ++squared_;
  say();
  return true;
}

bool Draws::add_whole(int number) {
  keep();
  auto const noise = linear_.make_vector(), prior = linear_.make_vector(), x = linear_.make_vector();
  check(VecSet(x, 0.0));
  auto const rows = linear_.draw(number, noise, prior);
  if (!linear_.is_white() && any_field_) {
    if (!solves_(noise, x, draw_tolerance, of_noise)) return false;
    add_left(rows, x, expected_of_noise);
  }
  if (scale_.any()) scale_.apply(prior);
  check(VecAXPY(noise, 1.0, prior));
  if (!solves_(noise, x, draw_tolerance, of_error)) return false;
  add_draw(rows, x);
  auto const error = parameters_of(x);
  auto const pieces = problem_.space().scatter(error);
  add_squares(pieces);
  samples.add(fitted_, pieces);
  if (!linear_.is_white()) Squares::add_outer(constants_.read(error), products_);
  ++squared_;
  say();
  return true;
}

void Draws::add_draw(estimate::Rows const& rows, Vec x) {
  add_left(rows, x, expected);
  states.add(linear_, x);
  share.add(x, covariance_);
  ++count_;
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

void Draws::add_squares(std::vector<Field> const& pieces) {
  for (std::size_t p = 0; p < pieces.size(); ++p) Squares::add_square(pieces[p], squares_[p]);
}

/// Squares of both parts, which are independent: their product is 0 on average, and left out.
void Draws::add_split(Vec by_noise, Vec by_prior) {
  auto const noise = problem_.space().scatter(by_noise), prior = problem_.space().scatter(by_prior);
  add_squares(noise);
  add_squares(prior);
  std::vector<double> sums;
  for (std::size_t p = 0; p < noise.size(); ++p) {
    bool const counts = problem_.space().unknowns()[p].owner;
    sums.push_back(counts ? kernels::dot(noise[p], noise[p]) : 0.0);
    sums.push_back(counts ? kernels::dot(prior[p], prior[p]) : 0.0);
  }
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  for (std::size_t p = 0; p < split_.size(); ++p) {
    split_[p].first += sums[2 * p];
    split_[p].second += sums[2 * p + 1];
  }
}

void Draws::add_of_octaves(Vec parameters, double sign) {
  auto const values = constants_.read(parameters);
  for (std::size_t i = 0; i < values.size(); ++i) of_octaves_[i] += sign * values[i] * values[i];
}

std::vector<double> Draws::more_of_constants() const {
  std::vector<double> more;
  for (double const sum : of_octaves_) more.push_back(count_ > 0 ? std::max(0.0, sum / std::min(count_, least_draws)) : 0.0);
  return more;
}

petsc::Vector Draws::parameters_of(Vec x) const {
  auto parameters = problem_.space().make_vector();
  linear_.take_parameters(x, parameters);
  return parameters;
}

/// Degrees of freedom of the mean square (Satterthwaite 1946): the parts of the first draws are twice as many, if of equal size.
double Draws::freedom(std::size_t unknown) const {
  auto const [noise, prior] = split_[unknown];
  if (!(noise + prior > 0.0)) return count_;
  int const first = std::min(count_, least_draws);
  double const share_of_noise = noise / (noise + prior);
  return first / (std::pow(share_of_noise, 2) + std::pow(1.0 - share_of_noise, 2)) + count_ - first;
}

Field Draws::variance(std::size_t unknown) const {
  Field const out = make_field("variance", static_cast<Index>(squares_[unknown].extent(0)));
  Kokkos::deep_copy(out, squares_[unknown]);
  kernels::scale(std::pow(widening(freedom(unknown)), 2) / count_, out);
  return out;
}

/// The draws so far, as a part of the checkpoint.
void Draws::keep() {
  auto const& unknowns = problem_.space().unknowns();
  checkpoint::Quantities kept;
  kept.put("numbers", {static_cast<double>(count_), static_cast<double>(solves_.krylov), static_cast<double>(squared_)});
  kept.put("covariance", products_);
  kept.put("expected", numbers_of(expected));
  kept.put("expected_of_noise", numbers_of(expected_of_noise));
  states.keep(kept);
  kept.put("slopes", share.sums());
  kept.put("terms", terms.sums());
  kept.put("scores", scores.sums());
  kept.put("of_octaves", of_octaves_);
  if (scale_.any()) scale_.keep(kept);
  samples.keep(kept);
  for (std::size_t p = 0; p < unknowns.size(); ++p) {
    kept.put("split/" + unknowns[p].name, {split_[p].first, split_[p].second});
    kept.put("squares/" + unknowns[p].name, unknowns[p].grid, squares_[p]);
  }
  problem_.keeper->keep("draws", kept);
  problem_.keeper->pause();
}

/// Takes up the draws that the run before has kept.
void Draws::go_on() {
  auto const* kept = problem_.keeper->kept("draws");
  if (kept == nullptr) return;
  auto const& unknowns = problem_.space().unknowns();
  auto const& numbers = kept->numbers("numbers");
  count_ = static_cast<int>(numbers.at(0));
  solves_.krylov = static_cast<int>(numbers.at(1));
  squared_ = static_cast<int>(numbers.at(2));
  products_ = kept->numbers("covariance");
  expected = fits_of(kept->numbers("expected"));
  expected_of_noise = fits_of(kept->numbers("expected_of_noise"));
  states.go_on(*kept);
  share.go_on(kept->numbers("slopes"), count_);
  terms.go_on(kept->numbers("terms"), count_);
  scores.go_on(kept->numbers("scores"), count_);
  of_octaves_ = kept->numbers("of_octaves");
  if (scale_.any()) scale_.go_on(*kept);
  samples.go_on(*kept, squared_);
  for (std::size_t p = 0; p < unknowns.size(); ++p) {
    split_[p] = {kept->numbers("split/" + unknowns[p].name).at(0), kept->numbers("split/" + unknowns[p].name).at(1)};
    Kokkos::deep_copy(squares_[p], kept->field("squares/" + unknowns[p].name, unknowns[p].grid));
  }
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

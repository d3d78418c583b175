#include "choices/tune.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <tuple>

#include "checkpoint/replay.hpp"
#include "choices/adaptive_radii.hpp"
#include "choices/found_radii.hpp"
#include "choices/line_search.hpp"
#include "choices/weak_radius.hpp"
#include "estimate/parameters.hpp"
#include "estimate/rounding.hpp"
#include "estimators/methods.hpp"
#include "mollifier/radius_map.hpp"
#include "petsc/options.hpp"

namespace mollis::choices {
namespace {

using petsc::check;

/// Of the fits of trials: what they leave moves a risk by less than 1, of thousands that its own scatter is.
constexpr double tuning_tolerance = 1e-6;
/// Radii that vary over those best for the derivatives, one rung: parameters average the noise of many points, but not their bias. The
/// risk finds as much for a single radius; a factor found by it would have to stand in the deck for a run to be repeated.
constexpr double undersmoothed = 2.0 / 3.0;
constexpr double pi = 3.14159265358979323846;
constexpr double fewest_cycles = -3.0;   ///< log2

/// Every radius in use times a factor, but at least 3 cells and what the degree asks for.
mollifier::Settings narrowed(mollifier::Settings mollifier, double factor) {
  Index const least = std::max(3, (mollifier.degree + 1) / 2);
  mollifier::for_each_radius(mollifier, [&](std::string const&, mollifier::AxisRadius& radii) {
    for (auto& [order, radius] : radii)
      if (radius > 0) radius = std::min(radius, std::max<Index>(least, std::lround(factor * static_cast<double>(radius))));
  });
  return mollifier;
}

/// Half of every radius in use (at least 3 cells and what the degree asks for): where the smoothing bias is small.
mollifier::Settings halved(mollifier::Settings mollifier) {
  return narrowed(std::move(mollifier), 0.5);
}

/// The search over smoothness weights, each by its scale m: beta = s / (2 pi m)^(2 q) gives a parameter feature of m
/// cycles across the domain as much weight as the data do.
class Tuner {
 public:
  explicit Tuner(problem::Problem const& problem)
      : problem_(problem), coupled_(estimators::method_named(problem.settings.inversion.method).couples_points),
        x_(parameters::first_guess(problem.space())),
        replay_(*problem.keeper, "tune", {[this](auto& kept) { put_rest(kept); }, [this](auto const& kept) { take_rest(kept); }}) {
    auto const& unknowns = problem.space().unknowns();
    if (!coupled_) beta_.assign(unknowns.size(), 0.0);  // each point for itself
    for (std::size_t p = beta_.size(); p < unknowns.size(); ++p) {
      auto const* given = std::get_if<double>(&unknowns[p].settings.smoothness_weight);
      beta_.push_back(given != nullptr ? *given : 0.0);
      if (given == nullptr && unknowns[p].grid.dimension() > 0) automatic_.push_back(p);
    }
  }

  Tuned run();

 private:
  /// equation_error::Candidate and trials for a mollifier, frozen at the current x.
  void use(mollifier::Settings const& mollifier) {
    trials_.reset();
    candidate_.reset();
    mollifier_ = mollifier;
    for (auto const p : automatic_)
      scale_[p] = replay_.number([&] { return estimate::rounded_weight(trials().mean_sensitivity(p)); });
  }
  /// The trials of the mollifier in use, made when a first step of them has to be done.
  RiskTrials& trials() {
    if (!trials_) {
      candidate_ = std::make_unique<equation_error::Candidate>(problem_, mollifier_, tuning_tolerance);
      trials_ = std::make_unique<RiskTrials>(problem_, *candidate_, *validation_, frozen_);
    }
    return *trials_;
  }
  void freeze() {
    replay_.step([&] {
      check(VecCopy(x_, frozen_));
      return std::vector<double>();
    });
    if (replay_.live()) validation_->freeze(frozen_);
  }
  /// Where a search that is taken up again stands besides its decisions.
  void put_rest(checkpoint::Quantities& kept) const {
    estimate::put_vector(problem_.space(), "x", x_, kept);
    estimate::put_vector(problem_.space(), "frozen", frozen_, kept);
  }
  void take_rest(checkpoint::Quantities const& kept) {
    x_ = estimate::take_vector(problem_.space(), "x", kept);
    frozen_ = estimate::take_vector(problem_.space(), "frozen", kept);
    if (validation_) validation_->freeze(frozen_);
  }
  double weight_of(std::size_t p, double cycles) const {
    return scale_[p] / std::pow(2.0 * pi * std::exp2(cycles), 2.0 * problem_.space().unknowns()[p].settings.smoothness_order);
  }
  /// The most cycles that a weight may leave free: those of the axis with the most points.
  double ceiling_of(std::size_t p) const {
    Index points = 2;
    for (auto const& axis : problem_.space().unknowns()[p].grid.axes()) points = std::max(points, axis.size());
    return std::log2(static_cast<double>(points));
  }
  void note_ends();
  double try_out();
  double tried_out();
  double search(double step, double lowest, double highest);
  double search_one(std::size_t p, double step, double lowest, double highest);
  void choose_radii();
  void choose_weights(bool moves_radii);
  void step_radii(double risk);
  double at_rung(std::vector<int> const& rung);
  mollifier::Settings with_rung(std::vector<int> const& rung) const {
    return mollifier::with_radii(problem_.grid, problem_.settings.mollifier, ladder_.radii(rung));
  }
  std::pair<std::vector<int>, std::vector<int>> take_found(std::vector<double> const& numbers);
  void adapt(Lepski& lepski, std::vector<int> const& of_validation);
  std::vector<int> validation_rung(Lepski& lepski, std::vector<int> const& rung) const;

  problem::Problem const& problem_;
  bool coupled_;
  petsc::Vector x_, frozen_ = petsc::like(x_);
  std::vector<double> beta_;
  std::vector<double> cycles_ = std::vector<double>(problem_.space().unknowns().size(), 2.0);  ///< log2 of the scale m
  std::vector<double> scale_ = std::vector<double>(problem_.space().unknowns().size(), 0.0);
  std::vector<std::size_t> automatic_;
  std::unique_ptr<Validation> validation_;
  std::unique_ptr<equation_error::Candidate> candidate_;
  std::unique_ptr<RiskTrials> trials_;
  mollifier::Settings mollifier_;   ///< of the trials
  Ladder ladder_{problem_.grid, problem_.weak() ? 2 * weak_least_radius - 1 : problem_.settings.mollifier.degree};
  std::vector<int> rung_;           ///< of the radii found
  mollifier::Settings start_ = problem_.settings.mollifier, narrow_ = halved(start_);   ///< that rung's; to validate by
  checkpoint::Replay replay_;
  Tuned tuned_;
};

double Tuner::try_out() {
  for (auto const p : automatic_) beta_[p] = weight_of(p, cycles_[p]);
  double const risk = replay_.number([&] { return tried_out(); });
  tuned_.risk_trials.push_back({largest_radii(problem_.grid, mollifier_), beta_, risk});
  return risk;
}

/// The risk at the present radii and weights, with a line for it.
double Tuner::tried_out() {
  int const before = problem_.progress.krylov();
  double const risk = trials().risk(beta_, x_);
  if (tuned_.risk_trials.empty()) petsc::reject_unused_options();  // all kinds of solvers have been set up by now
  run::Step step;
  step.phase = "tune";
  step.iteration = static_cast<int>(tuned_.risk_trials.size()) + 1;
  step.of_at_most = 60;
  step.objective = risk;
  step.weight = beta_.front();
  step.krylov = problem_.progress.krylov() - before;
  problem_.progress.step(step);
  return risk;
}

/// Least risk over log2 of the cycles of unknown p: points at `step` around the current one (or from lowest to highest where that is wider).
double Tuner::search_one(std::size_t p, double step, double lowest, double highest) {
  auto const risk_at = [&](double cycles) {
    cycles_[p] = cycles;
    return try_out();
  };
  LineSearch line(risk_at, fewest_cycles, ceiling_of(p));
  if (lowest < highest)
    line.scan(lowest, std::min(highest, ceiling_of(p) - 2.0), step);
  else
    line.bracket(cycles_[p], step);
  auto const least = line.least(step);
  cycles_[p] = least.at;
  return least.value;
}

double Tuner::search(double step, double lowest, double highest) {
  if (automatic_.empty()) return try_out();
  double risk = 0.0;
  int const rounds = automatic_.size() > 1 ? 2 : 1;
  for (int round = 0; round < rounds; ++round)
    for (auto const p : automatic_) risk = round == 0 ? search_one(p, step, lowest, highest) : search_one(p, step, 0.0, 0.0);
  for (auto const p : automatic_) beta_[p] = weight_of(p, cycles_[p]);
  return risk;
}

double Tuner::at_rung(std::vector<int> const& rung) {
  use(with_rung(rung));
  return search(0.5, 0.0, 0.0);
}

/// One rung of all groups down while the risk falls, else up; with several groups, then each group alone, twice.
void Tuner::step_radii(double risk) {
  auto const chosen_cycles = cycles_;
  auto best_cycles = cycles_;
  std::map<std::vector<int>, bool> seen{{rung_, true}};
  auto const walk = [&](std::vector<int> const& groups, int direction) {
    bool moved = false;
    for (;;) {
      auto next = rung_;
      for (int const g : groups)
        next[static_cast<std::size_t>(g)] = std::clamp(next[static_cast<std::size_t>(g)] + direction, 0, ladder_.rungs(g) - 1);
      if (seen.count(next) != 0) return moved;
      seen[next] = true;
      cycles_ = best_cycles;
      double const there = at_rung(next);
      if (there >= risk) return moved;
      risk = there;
      rung_ = next;
      best_cycles = cycles_;
      moved = true;
    }
  };
  std::vector<int> all(static_cast<std::size_t>(ladder_.groups()));
  std::iota(all.begin(), all.end(), 0);
  if (!walk(all, -1)) walk(all, 1);
  for (int round = 0; round < 2 && ladder_.groups() > 1; ++round)
    for (int const g : all)
      if (!walk({g}, -1)) walk({g}, 1);
  cycles_ = best_cycles;
}

std::vector<int> Tuner::validation_rung(Lepski& lepski, std::vector<int> const& rung) const {
  std::vector<int> narrow;
  for (int g = 0; g < ladder_.groups(); ++g) narrow.push_back(std::min(rung[static_cast<std::size_t>(g)], ladder_.scaled(g, rung[static_cast<std::size_t>(g)], 0.5)));
  while (narrow != rung && lepski.signal_to_noise(narrow) < 10.0)
    for (std::size_t g = 0; g < narrow.size(); ++g) narrow[g] = std::min(narrow[g] + 1, rung[g]);
  return narrow;
}

/// The rungs, and the trials into the tables.
std::pair<std::vector<int>, std::vector<int>> Tuner::take_found(std::vector<double> const& numbers) {
  auto found = radii_of(numbers, static_cast<std::size_t>(problem_.grid.dimension()));
  tuned_.radius_trials = std::move(found.trials);
  return {std::move(found.rung), std::move(found.narrow)};
}

/// The stiff end is that of parameters without features and no fault; at the other nothing is smoothed.
void Tuner::note_ends() {
  for (auto const p : automatic_) {
    auto const& name = problem_.space().unknowns()[p].name;
    if (cycles_[p] > ceiling_of(p) - 1.0) tuned_.ends.push_back("the smoothness weight of " + name + " fell until it smooths nothing");
  }
}

/// Radii that vary, and as much narrower ones for validation as the single radii found have. The map follows from the data and the rung
/// alone: it is made anew where a search is taken up again.
void Tuner::adapt(Lepski& lepski, std::vector<int> const& of_validation) {
  start_ = narrowed(adaptive_radii(problem_.grid, problem_.settings.mollifier, lepski, ladder_, rung_), coupled_ ? undersmoothed : 1.0);
  auto const radii = ladder_.radii(rung_), narrower = ladder_.radii(of_validation);
  double factor = 1.0;
  for (std::size_t a = 0; a < radii.size(); ++a)
    if (radii[a] > 0) factor = std::min(factor, static_cast<double>(narrower[a]) / static_cast<double>(radii[a]));
  narrow_ = narrowed(start_, factor);
}

/// Radii that nothing but the data's noise tells, and narrower ones to validate by.
void Tuner::choose_radii() {
  auto const& given = problem_.settings.mollifier;
  if (problem_.weak()) {
    ladder_.heed_gaps(problem_.grid, problem_.states, given.places);
    auto const found = replay_.step([&] {
      WeakRadius search(problem_, ladder_, beta_);
      auto const chosen = search.choose();
      return numbers_of({chosen, {}, search.trials()});
    });
    start_ = with_rung(take_found(found).first);
    return;
  }
  ladder_.heed_gaps(problem_.grid, problem_.states, given);
  std::optional<Lepski> made;
  auto const lepski = [&]() -> Lepski& {
    if (!made) made.emplace(problem_.grid, given, problem_.states, combinations_of(problem_, ladder_), ladder_);
    return *made;
  };
  auto const found = replay_.step([&] {
    auto const chosen = lepski().choose();
    return numbers_of({chosen, validation_rung(lepski(), chosen), lepski().trials()});
  });
  std::vector<int> of_validation;
  std::tie(rung_, of_validation) = take_found(found);
  start_ = with_rung(rung_);
  narrow_ = with_rung(of_validation);
  if (given.adaptive) adapt(lepski(), of_validation);
}

/// Weights of the smoothness by the least risk, from coarse steps to fine ones; the radii once more, if the risk may move them.
void Tuner::choose_weights(bool moves_radii) {
  validation_ = std::make_unique<Validation>(problem_, problem_.weak() ? start_ : narrow_);
  freeze();
  use(start_);
  replay_.step([&] {
    trials();
    equation_error::count_points(problem_, *candidate_);
    return std::vector<double>();
  });
  search(1.0, -1.0, 12.0);
  replay_.number([&] { return trials().risk(beta_, x_); });
  freeze();
  use(start_);
  double const risk = search(0.5, 0.0, 0.0);
  if (moves_radii) {
    step_radii(risk);
    start_ = with_rung(rung_);
  }
  use(start_);
  freeze();
  use(start_);
  search(0.25, 0.0, 0.0);
}

Tuned Tuner::run() {
  auto const& given = problem_.settings.mollifier;
  bool const moves_radii = given.automatic && !problem_.weak() && !given.adaptive;
  if (given.automatic) choose_radii();
  if (coupled_ && (moves_radii || !automatic_.empty())) choose_weights(moves_radii);
  note_ends();
  replay_.go_live();
  tuned_.mollifier = start_;
  tuned_.beta = beta_;
  tuned_.x = std::move(x_);
  return std::move(tuned_);
}

}  // namespace

Tuned tune(problem::Problem const& problem) { return Tuner(problem).run(); }

}  // namespace mollis::choices

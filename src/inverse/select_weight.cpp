#include "inverse/select_weight.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "forward/noise.hpp"

namespace mollis::inverse {
namespace {

using petsc::check;

constexpr int draws = 4;              ///< synthetic noise fields
constexpr double step_coarse = 10.0;  ///< of the ladder
constexpr int steps_down = 9;         ///< decades below the stiffest weight
constexpr int rounds = 2;             ///< the residual weights move with lam: choose again at the new ones

/// Response of every residual to synthetic noise of the data: sum_f dR_k/df * D[noise].
std::vector<Field> noise_residual(ResidualModel const& model, DataFeatures const& features,
                                  std::vector<observations::State> const& states, std::uint64_t seed) {
  auto const& grid = model.space().grid();
  std::vector<Field> changes;
  for (std::size_t s = 0; s < states.size(); ++s) {
    Field const zero("noise", static_cast<std::size_t>(grid.local_size()));
    changes.push_back(forward::with_noise(grid, zero, states[s].sigma, seed, static_cast<int>(s)));
  }
  auto const response = features.response(changes);
  auto const partials = model.state_partials();
  Field const one = make_field("one", grid.local_size());
  Kokkos::deep_copy(one, 1.0);
  std::vector<Field> n;
  for (int k = 0; k < model.system().residuals; ++k) n.emplace_back("noise", static_cast<std::size_t>(grid.local_size()));
  for (std::size_t j = 0; j < partials.size(); ++j) {
    auto const& partial = model.system().by_state[j];
    auto const& list = features.state_features();
    auto const at = std::find(list.begin(), list.end(), partial.feature);
    if (at == list.end()) continue;
    kernels::add_product(partials[j], response[static_cast<std::size_t>(at - list.begin())], one,
                         n[static_cast<std::size_t>(partial.residual)]);
  }
  return n;
}

double trace_of_diagonal(Mat matrix, ParameterSpace const& space, std::size_t p) {
  auto const diagonal = space.make_vector();
  check(MatGetDiagonal(matrix, diagonal));
  PetscScalar const* values = nullptr;
  double sum = 0.0;
  check(VecGetArrayRead(diagonal, &values));
  auto const& unknown = space.unknowns()[p];
  if (unknown.owner)
    for (Index i = 0; i < unknown.grid.local_size(); ++i) sum += values[unknown.offset + i];
  check(VecRestoreArrayRead(diagonal, &values));
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, space.grid().comm());
  return sum;
}

/// The search for one round: fixed residual weights, draws projected once.
class Search {
 public:
  Search(EquationError& problem, DataFeatures const& features, std::vector<observations::State> const& states, Fit& fit)
      : problem_(problem), fit_(fit), b_(problem.right_hand_side(fit.weights)) {
    for (int d = 0; d < draws; ++d) {
      projected_.push_back(problem.project(fit.weights, noise_residual(problem.model(), features, states, 7001u + static_cast<unsigned>(d))));
      response_.push_back(problem.space().make_vector());
    }
  }

  /// The risk of the current fit.beta with unknown p's weight replaced. Moves fit.x to that fit.
  WeightTrial trial(std::size_t p, double weight) {
    fit_.beta[p] = weight;
    int const before = problem_.progress().krylov();
    Mat const matrix = problem_.normal_matrix(fit_.x, fit_.weights, fit_.beta);
    problem_.solve(matrix, b_, fit_.x);
    double freedom = 0.0;
    for (int d = 0; d < draws; ++d) {
      auto const i = static_cast<std::size_t>(d);
      problem_.solve(matrix, projected_[i], response_[i]);
      PetscScalar dot = 0.0;
      check(VecDot(projected_[i], response_[i], &dot));
      freedom += 2.0 * dot / draws;
    }
    double const misfit = problem_.misfit(fit_.x, fit_.weights);
    WeightTrial const trial{static_cast<int>(p), weight, misfit, freedom, misfit + freedom};
    run::Step step;
    step.phase = "weight";
    step.iteration = ++count_;
    step.objective = trial.risk;
    step.misfit = misfit;
    step.weight = weight;
    step.krylov = problem_.progress().krylov() - before;
    problem_.progress().step(step);
    return trial;
  }

 private:
  EquationError& problem_;
  Fit& fit_;
  petsc::Vector b_;
  std::vector<petsc::Vector> projected_, response_;
  int count_ = 0;
};

/// Down a ladder of decades from `top` until the risk has clearly passed its minimum, then the half and third of a
/// decade around the best.
double search_weight(Search& search, std::size_t p, double top, std::vector<WeightTrial>& all) {
  std::vector<WeightTrial> mine;
  auto const best = [&] {
    return *std::min_element(mine.begin(), mine.end(), [](auto const& a, auto const& b) { return a.risk < b.risk; });
  };
  auto const attempt = [&](double weight) {
    mine.push_back(search.trial(p, weight));
    all.push_back(mine.back());
  };
  double weight = top;
  for (int k = 0; k <= steps_down; ++k, weight /= step_coarse) {
    attempt(weight);
    if (k >= 2 && best().weight > 50.0 * weight) break;  // two decades past the best
  }
  for (double const factor : {std::sqrt(10.0), std::pow(10.0, 0.25)}) {
    double const centre = best().weight;
    attempt(centre * factor);
    attempt(centre / factor);
  }
  return best().weight;
}

}  // namespace

std::vector<WeightTrial> select_weights(EquationError& problem, DataFeatures const& features,
                                        std::vector<observations::State> const& states, Fit& fit) {
  std::vector<WeightTrial> trials;
  auto const& space = problem.space();
  std::vector<std::size_t> automatic;
  for (std::size_t p = 0; p < space.unknowns().size(); ++p)
    if (std::holds_alternative<deck::Automatic>(space.unknowns()[p].deck.smoothness_weight) &&
        space.unknowns()[p].grid.dimension() > 0)
      automatic.push_back(p);
  if (automatic.empty()) return trials;

  std::vector<double> top(space.unknowns().size(), 0.0);
  for (int round = 0; round < rounds; ++round) {
    fit.weights = problem.weights_at(fit.x);
    if (round == 0) {
      auto const none = std::vector<double>(fit.beta.size(), 0.0), unit = std::vector<double>(fit.beta.size(), 1.0);
      auto const smooth = problem.matrix().smoothness(unit);
      Mat const data = problem.normal_matrix(fit.x, fit.weights, none);
      for (auto const p : automatic) {
        double const scale = trace_of_diagonal(smooth, space, p);
        top[p] = scale > 0.0 ? trace_of_diagonal(data, space, p) / scale : 0.0;
        // The stiffest weight of the ladder: a feature of half the domain (D ~ 2 pi / l) weighs as much as the data.
        top[p] *= 1.0;
        fit.beta[p] = top[p];
      }
    }
    Search search(problem, features, states, fit);
    for (auto const p : automatic) fit.beta[p] = search_weight(search, p, top[p] * 1e3, trials);
    problem.fit(fit, 1);
  }
  return trials;
}

}  // namespace mollis::inverse

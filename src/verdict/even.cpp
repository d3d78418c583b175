// Whether what is left of the data is as large everywhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "scores/score.hpp"
#include "verdict/checks.hpp"
#include "verdict/deviations.hpp"

namespace mollis::verdict {
namespace {

constexpr double most_uneven = 1.5;    ///< factor on the deviation of a section across the grid
constexpr double least_data = 8.0;     ///< that a section is judged by

/// Sums over the sections of a grid across each of its axes: data, squares.
struct Sections {
  std::vector<std::vector<double>> count, square;
};

/// Without single data far off, which have a check of their own. Collective.
Sections sections_of(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty, std::size_t s) {
  auto const& grid = problem.grid;
  auto const off = deviations(problem, estimate, s, uncertainty.taken.empty() ? Field() : uncertainty.taken[s]);
  Sections sums;
  Index inner = 1;
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    auto const own = grid.owned()[a];
    auto const length = static_cast<std::size_t>(grid.axis(a).size());
    std::vector<double> all(2 * length, 0.0);
    for (std::size_t i = 0; i < off.size(); ++i) {
      if (off[i].off == 0.0 || (off[i].alone && off[i].off > far_off)) continue;
      auto const at = static_cast<std::size_t>(own.lower + static_cast<Index>(i) / inner % own.size());
      all[at] += 1.0;
      all[length + at] += off[i].off * off[i].off;
    }
    MPI_Allreduce(MPI_IN_PLACE, all.data(), static_cast<int>(all.size()), MPI_DOUBLE, MPI_SUM, grid.comm());
    sums.count.emplace(sums.count.begin(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(length));
    sums.square.emplace(sums.square.begin(), all.begin() + static_cast<std::ptrdiff_t>(length), all.end());
    inner *= own.size();
  }
  return sums;
}

/// The factor on a mean square of `count` normal variables that chance does not reach, of the most out of `sections` (Wilson and Hilferty 1931).
double by_chance(double count, double sections) {
  double const spread = 2.0 / (9.0 * count), deviations = std::sqrt(certainty * certainty + 2.0 * std::log(std::max(sections, 1.0)));
  return std::pow(1.0 - spread + deviations * std::sqrt(spread), 3);
}

/// How many sections at each end of an axis belong to the rim of a field, of which nothing is said (scores::core_rim).
Index rim_of(Problem const& problem, int axis) {
  Index most = 0;
  for (auto const& unknown : problem.space().unknowns()) {
    auto const at = std::find(unknown.axes.begin(), unknown.axes.end(), axis);
    if (at != unknown.axes.end()) most = std::max(most, scores::core_rim(unknown.grid)[static_cast<std::size_t>(at - unknown.axes.begin())]);
  }
  return most;
}

Check check_of(Problem const& problem, std::size_t s, Sections const& sums) {
  auto const& state = problem.states[s];
  Check worst{"even", 0.0, most_uneven, "", ""};
  for (std::size_t a = 0; a < sums.count.size(); ++a) {
    double const sections = static_cast<double>(std::count_if(sums.count[a].begin(), sums.count[a].end(), [](double count) { return count >= least_data; }));
    double const count = std::accumulate(sums.count[a].begin(), sums.count[a].end(), 0.0), square = std::accumulate(sums.square[a].begin(), sums.square[a].end(), 0.0);
    auto const rim = static_cast<std::size_t>(rim_of(problem, static_cast<int>(a)));
    for (std::size_t i = rim; i + rim < sums.count[a].size(); ++i) {
      double const here = sums.count[a][i], rest = count - here;
      if (here < least_data || rest < least_data || !(square > sums.square[a][i])) continue;
      double const factor = std::sqrt(sums.square[a][i] / here / ((square - sums.square[a][i]) / rest));
      double const bound = std::max(most_uneven, std::sqrt(by_chance(here / std::max(state.alike, 1.0), sections)));
      if (factor / bound <= worst.value / worst.bound) continue;
      auto const& axis = problem.grid.axis(static_cast<int>(a));
      worst = {"even", factor, bound,
               fmt::format("what the fit leaves of {} at {} = {:.4g} is {:.2g} times what it leaves elsewhere", state.name, axis.name,
                           axis.coordinate(static_cast<Index>(i)), factor),
               fmt::format("states may change more there than the lattice can show ([grid] refine = {{ {} = 2 }}), the equation may fail there, or the noise be larger "
                           "there: then give it ([observations] noise)", axis.name)};
    }
  }
  return worst;
}

}  // namespace

Checks even(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty) {
  Checks checks;
  for (std::size_t s = 0; s < estimate.predicted.size(); ++s) {
    auto const& state = problem.states[s];
    if (state.points || state.localisations || state.unobserved || state.loss != observations::Loss::gaussian) continue;
    checks.push_back(check_of(problem, s, sections_of(problem, estimate, uncertainty, s)));
  }
  return checks;
}

}  // namespace mollis::verdict

#include "estimators/joint/averages.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace mollis::joint {
namespace {

using spectral::Basis;

double mean_over(Objective& objective, Field const& a, Field const& b) {
  auto const& grid = objective.problem().grid;
  double sum = kernels::triple_product(objective.mask(), a, b);
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return sum / static_cast<double>(grid.points());
}

/// Taps of the spline filter of a uniform axis of that spacing.
std::vector<double> taps(int degree, int order, double spacing) {
  Index const points = degree + 2;
  auto const axis = grid::uniform_axis("x", points, 0.0, static_cast<double>(points) * spacing, true);
  return mollifier::spline_filter(axis, degree, {order}).interior_row;
}

}  // namespace

std::vector<Basis> bases_of(Lattice const& lattice) {
  std::vector<Basis> bases;
  for (auto const& axis : lattice.extended().axes()) {
    if (axis.periodic)
      bases.push_back(Basis::fourier);
    else if (axis.reflection == grid::Reflection::odd)
      bases.push_back(Basis::odd);
    else
      bases.push_back(axis.reflection == grid::Reflection::even ? Basis::even : Basis::cosine);
  }
  return bases;
}

Symbols::Symbols(Lattice const& lattice, equation::System const& system)
    : Symbols(lattice, system, angles_of(lattice)) {}

Symbols::Angles Symbols::angles_of(Lattice const& lattice) {
  Angles angles;
  auto const bases = bases_of(lattice);
  for (std::size_t a = 0; a < bases.size(); ++a)
    angles.push_back(spectral::angles(bases[a], lattice.extended().axis(static_cast<int>(a)).size()));
  return angles;
}

Symbols::Symbols(Lattice const& lattice, equation::System const& system, Angles const& angles) {
  for (int a = 0; a < lattice.extended().dimension(); ++a) {
    int highest = 0;
    for (auto const& feature : system.features)
      if (feature.kind == equation::Feature::Kind::state) highest = std::max(highest, feature.order[static_cast<std::size_t>(a)]);
    auto const& axis = lattice.extended().axis(a);
    tables_.emplace_back();
    for (int order = 0; order <= highest; ++order) {
      auto const w = lattice.is_smooth(a) ? taps(lattice.degree(), order, axis.spacing()) : std::vector<double>{1.0};
      auto const half = static_cast<Index>(w.size() - 1) / 2;
      std::vector<double> symbol;
      for (double const angle : angles[static_cast<std::size_t>(a)]) {
        double sum = 0.0;
        for (Index j = -half; j <= half; ++j)
          sum += w[static_cast<std::size_t>(j + half)] *
                 (order % 2 == 0 ? std::cos(static_cast<double>(j) * angle) : std::sin(static_cast<double>(j) * angle));
        symbol.push_back(sum);
      }
      tables_.back().push_back(symbol);
    }
  }
}

std::vector<Term> terms_of(equation::System const& system) {
  std::vector<Term> terms;
  for (std::size_t j = 0; j < system.by_state.size(); ++j) {
    auto const& feature = system.features[static_cast<std::size_t>(system.by_state[j].feature)];
    terms.push_back({system.by_state[j].residual, feature.index, static_cast<int>(j), feature.order});
  }
  return terms;
}

Mode mode_of(grid::Box const& box, Index number) {
  Mode mode{};
  for (int a = box.dimension() - 1; a >= 0; --a) {
    mode[static_cast<std::size_t>(a)] = box[a].lower + number % box[a].size();
    number /= box[a].size();
  }
  return mode;
}

void put_symbols(Averages const& averages, Symbols const& symbols, Mode const& mode, int axes, int line,
                 std::vector<double>& products) {
  products.assign(averages.terms.size(), 1.0);
  for (std::size_t t = 0; t < products.size(); ++t)
    for (int a = 0; a < axes; ++a)
      if (a != line)
        products[t] *= symbols.at(a, averages.terms[t].order[static_cast<std::size_t>(a)], mode[static_cast<std::size_t>(a)]);
}

void put_symbols(Averages const& averages, Symbols const& symbols, Mode const& mode, std::vector<int> const& axes,
                 std::vector<double>& products) {
  products.assign(averages.terms.size(), 1.0);
  for (std::size_t t = 0; t < products.size(); ++t)
    for (int const a : axes)
      products[t] *= symbols.at(a, averages.terms[t].order[static_cast<std::size_t>(a)], mode[static_cast<std::size_t>(a)]);
}

double smoothing_of(Symbols const& symbols, Mode const& mode, int axes, int line) {
  double smoothing = 1.0;
  for (int a = 0; a < axes; ++a)
    if (a != line) smoothing *= symbols.at(a, 0, mode[static_cast<std::size_t>(a)]);
  return smoothing;
}

namespace {

bool of_one_parity(Term const& a, Term const& b) {
  for (std::size_t axis = 0; axis < max_axes; ++axis)
    if (a.order[axis] % 2 != b.order[axis] % 2) return false;
  return true;
}

}  // namespace

/// E P_a P_b of partials that are multiples of few expressions: each pair of these is averaged once.
class PairMeans {
 public:
  explicit PairMeans(Objective& objective) : objective_(objective) {}
  /// Collective.
  double of(std::size_t a, std::size_t b) {
    auto const& partials = objective_.partials().state;
    auto const& multiples = objective_.problem().system().multiples;
    auto const key = std::minmax(multiples[a].expression, multiples[b].expression);
    double const factors = multiples[a].factor * multiples[b].factor;
    auto at = means_.find(key);
    if (at == means_.end()) at = means_.emplace(key, mean_over(objective_, partials[a], partials[b]) / factors).first;
    return at->second * factors;
  }

 private:
  Objective& objective_;
  std::map<std::pair<int, int>, double> means_;   ///< of both expressions
};

Averages averages_of(Objective& objective) {
  auto const& problem = objective.problem();
  Averages averages;
  averages.terms = terms_of(problem.system());
  auto const& partials = objective.partials().state;
  PairMeans pairs(objective);
  for (std::size_t a = 0; a < partials.size(); ++a) {
    averages.mean.push_back(mean_over(objective, partials[a], objective.mask()));
    averages.second.emplace_back();
    for (std::size_t b = 0; b <= a; ++b) {
      auto const &left = averages.terms[a], &right = averages.terms[b];
      bool const counts = left.residual == right.residual && of_one_parity(left, right);
      averages.second[a].push_back(counts ? pairs.of(a, b) : 0.0);
    }
  }
  for (std::size_t a = 0; a < partials.size(); ++a)
    for (std::size_t b = a + 1; b < partials.size(); ++b) averages.second[a].push_back(averages.second[b][a]);
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    averages.data.push_back(objective.information(s));
    averages.prior.push_back(objective.prior_scales(s));
  }
  averages.equation = objective.weights().equation;
  std::size_t const states = averages.data.size();
  averages.of.assign(averages.equation.size(), std::vector<std::vector<int>>(states + 1));
  for (std::size_t t = 0; t < averages.terms.size(); ++t) {
    auto& own = averages.of[static_cast<std::size_t>(averages.terms[t].residual)];
    for (std::size_t const s : {static_cast<std::size_t>(averages.terms[t].state), states}) own[s].push_back(static_cast<int>(t));
  }
  return averages;
}

Averages of_means(Averages averages) {
  for (std::size_t a = 0; a < averages.terms.size(); ++a)
    for (std::size_t b = 0; b < averages.terms.size(); ++b) {
      auto const &left = averages.terms[a], &right = averages.terms[b];
      if (left.residual == right.residual && of_one_parity(left, right)) averages.second[a][b] = averages.mean[a] * averages.mean[b];
    }
  return averages;
}

double amplitude(Averages const& averages, std::vector<int> const& terms, std::vector<double> const& symbols) {
  double mean = 0.0;
  for (int const t : terms) mean += averages.mean[static_cast<std::size_t>(t)] * symbols[static_cast<std::size_t>(t)];
  double const size = std::sqrt(std::max(0.0, second_moment(averages, terms, symbols)));
  return mean < 0.0 ? -size : size;
}

double second_moment(Averages const& averages, std::vector<int> const& terms, std::vector<double> const& symbols) {
  double sum = 0.0;
  for (std::size_t a = 0; a < terms.size(); ++a) {
    auto const i = static_cast<std::size_t>(terms[a]);
    double row = averages.second[i][i] * symbols[i];
    for (std::size_t b = 0; b < a; ++b) {
      auto const j = static_cast<std::size_t>(terms[b]);
      row += 2.0 * averages.second[i][j] * symbols[j];
    }
    sum += row * symbols[i];
  }
  return sum;
}

double noise_in(Averages const& averages, std::vector<double> const& products, double smoothing, std::size_t residual,
                std::size_t state) {
  return second_moment(averages, averages.of[residual][state], products) / (averages.data[state] * smoothing * smoothing);
}

Symbols::Angles angles_of(grid::Grid const& grid) {
  Symbols::Angles angles;
  auto const bases = spectral::wave_bases(grid);
  for (std::size_t a = 0; a < bases.size(); ++a) angles.push_back(spectral::angles(bases[a], grid.axes()[a].size()));
  return angles;
}

Symbols::Angles tilted(Symbols::Angles angles, grid::Grid const& grid) {
  for (std::size_t a = 0; a < angles.size(); ++a) {
    auto const& axis = grid.axes()[a];
    bool const open = !axis.periodic && axis.reflection == grid::Reflection::none;
    if (open && angles[a].size() > 1) angles[a][0] = angles[a][1];
  }
  return angles;
}

}  // namespace mollis::joint

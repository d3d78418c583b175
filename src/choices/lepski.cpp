#include "choices/lepski.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "mollifier/blended_jets.hpp"
#include "run/ticker.hpp"

namespace mollis::choices {
namespace {

constexpr double kappa = 1.5;  ///< of the noise variance that a difference must exceed to count as bias

/// <row_a, row_b> at each row of a range, for rows of two filters of one axis.
std::vector<double> cross_gram(mollifier::LineFilter const& a, int slot_a, mollifier::LineFilter const& b, int slot_b,
                               grid::Range rows) {
  std::vector<double> products;
  for (Index i = rows.lower; i < rows.upper; ++i) products.push_back(mollifier::inner_product(a.taps(i, slot_a), b.taps(i, slot_b)));
  return products;
}

/// sum over the box of values[i] * prod_axes factors[axis][i_axis], contracted from the fastest axis.
double contract(std::vector<double> values, std::vector<std::vector<double>> const& factors) {
  for (auto axis = factors.rbegin(); axis != factors.rend(); ++axis) {
    std::size_t const n = axis->size(), rows = n == 0 ? 0 : values.size() / n;
    std::vector<double> sums(rows, 0.0);
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t i = 0; i < n; ++i) sums[row] += values[row * n + i] * (*axis)[i];
    values.swap(sums);
  }
  return values.empty() ? 0.0 : values.front();
}

/// Deviation of a combination through its rows over that of whole rows, whose variances are given.
std::vector<double> scale_of(mollifier::BlendedJets const& jets, Combination const& combination, double sigma, std::vector<double> const& whole) {
  kernels::VarianceTerms terms;
  for (std::size_t k = 0; k < combination.orders.size(); ++k) {
    terms.partials.push_back(make_field("coefficient", static_cast<Index>(whole.size())));
    Kokkos::deep_copy(terms.partials.back(), combination.coefficients[k]);
    terms.slots.push_back(jets.slots(k));
  }
  Field const variance("variance", whole.size());
  kernels::add_variance(terms, jets.gram(), sigma, jets.grid().owned().extents(), variance);
  auto const host = on_host(variance);
  std::vector<double> scale(whole.size(), 1.0);
  for (std::size_t i = 0; i < scale.size(); ++i)
    if (std::isfinite(host(i)) && whole[i] > 0.0) scale[i] = std::sqrt(host(i) / whole[i]);
  return scale;
}

double sum_over_ranks(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

}  // namespace

std::vector<Combination> combinations_of(problem::Problem const& problem, Ladder const& ladder) {
  equation_error::Candidate widest(problem, mollifier::with_radii(problem.grid, problem.settings.mollifier, ladder.radii(ladder.top())), 1e-3);
  std::vector<Combination> combinations;
  auto const partials = widest.model().state_partials();
  auto const& system = problem.system();
  for (std::size_t j = 0; j < partials.size(); ++j) {
    auto const host = on_host(partials[j]);
    double sums[3] = {0.0, 0.0, static_cast<double>(host.extent(0))};
    for (std::size_t i = 0; i < host.extent(0); ++i) {
      sums[0] += host(i);
      sums[1] += host(i) * host(i);
    }
    MPI_Allreduce(MPI_IN_PLACE, sums, 3, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
    double const coefficient = std::copysign(std::sqrt(sums[1] / sums[2]), sums[0]);
    if (coefficient == 0.0) continue;
    auto const& feature = system.features[static_cast<std::size_t>(system.by_state[j].feature)];
    int const residual = system.by_state[j].residual;
    auto at = std::find_if(combinations.begin(), combinations.end(), [&](Combination const& c) {
      return c.residual == residual && c.state == feature.index;
    });
    if (at == combinations.end()) at = combinations.insert(at, {residual, feature.index, {}, {}});
    at->orders.push_back(feature.order);
    at->coefficients.push_back(coefficient);
  }
  return combinations;
}

Lepski::Lepski(grid::Grid const& grid, mollifier::Settings const& mollifier, std::vector<observations::State> const& states,
               std::vector<Combination> combinations, Ladder const& ladder)
    : grid_(grid), mollifier_(mollifier), states_(states), ladder_(ladder), combinations_(std::move(combinations)) {
  set_weights();
}

std::vector<double> Lepski::covariances(std::vector<int> const& r, std::vector<int> const& q, std::size_t c) {
  auto const &left = at(r), &right = at(q);
  return scaled(of_whole_rows(left, right, c), left, right, c);
}

/// Values times what refitted rows make of two deviations.
std::vector<double> Lepski::scaled(std::vector<double> values, Estimate const& left, Estimate const& right, std::size_t c) const {
  for (auto const* estimate : {&left, &right})
    for (std::size_t i = 0; i < values.size() && !estimate->scale[c].empty(); ++i) values[i] *= estimate->scale[c][i];
  return values;
}

std::vector<double> Lepski::of_whole_rows(Estimate const& left, Estimate const& right, std::size_t c) const {
  auto const& combination = combinations_[c];
  double const sigma = states_[static_cast<std::size_t>(combination.state)].sigma;
  std::vector<double> out(static_cast<std::size_t>(grid_.local_size()), 0.0);
  for (std::size_t a = 0; a < combination.orders.size(); ++a)
    for (std::size_t b = 0; b < combination.orders.size(); ++b) {
      std::vector<std::vector<double>> factors;
      for (int axis = 0; axis < grid_.dimension(); ++axis) {
        auto const k = static_cast<std::size_t>(axis);
        auto const &fa = left.filters[c][k], &fb = right.filters[c][k];
        factors.push_back(cross_gram(fa, fa.slot(combination.orders[a][k]), fb, fb.slot(combination.orders[b][k]), grid_.owned()[axis]));
      }
      for (std::size_t i = 0; i < out.size(); ++i) {
        double product = sigma * sigma * combination.coefficients[a] * combination.coefficients[b];
        std::size_t rest = i;
        for (std::size_t axis = factors.size(); axis-- > 0;) {
          product *= factors[axis][rest % factors[axis].size()];
          rest /= factors[axis].size();
        }
        out[i] += product;
      }
    }
  return out;
}

void Lepski::set_weights() {
  for (std::size_t c = 0; c < combinations_.size(); ++c) {
    auto const variance = covariances(ladder_.top(), ladder_.top(), c);
    auto const &found = values(ladder_.top(), c), &narrow = values(std::vector<int>(ladder_.top().size(), 0), c);
    weights_.emplace_back(variance.size(), 0.0);
    for (std::size_t i = 0; i < variance.size(); ++i)
      if (std::isfinite(found[i]) && std::isfinite(narrow[i]) && variance[i] > 0.0) weights_[c][i] = 1.0 / variance[i];
  }
}

Lepski::Estimate const& Lepski::at(std::vector<int> const& rung) {
  auto const known = estimates_.find(rung);
  if (known != estimates_.end()) return known->second;
  Estimate estimate;
  auto const mollifier = mollifier::with_radii(grid_, mollifier_, ladder_.radii(rung));
  for (std::size_t c = 0; c < combinations_.size(); ++c) {
    auto const& combination = combinations_[c];
    auto const& state = states_[static_cast<std::size_t>(combination.state)];
    estimate.filters.push_back(mollifier::make_filters(grid_, mollifier, false, combination.orders));
    mollifier::BlendedJets jets(grid_, mollifier, false, combination.orders);
    auto const& data = jets.refits_single_gaps() ? state.data : state.to_mollify();
    if (!mollifier_.adaptive) jets.refit_around(data);
    auto const fields = jets.apply(mollifier_.adaptive ? state.to_mollify() : data);
    std::vector<double> sum(static_cast<std::size_t>(grid_.local_size()), 0.0);
    for (std::size_t k = 0; k < fields.size(); ++k) {
      auto const host = on_host(fields[k]);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += combination.coefficients[k] * host(i);
    }
    estimate.values.push_back(std::move(sum));
    estimate.scale.emplace_back();
    if (!jets.refitted_points().empty()) estimate.scale.back() = scale_of(jets, combination, state.sigma, of_whole_rows(estimate, estimate, c));
  }
  return estimates_.emplace(rung, std::move(estimate)).first->second;
}

double Lepski::distance(Estimate const& a, Estimate const& b) const {
  double sum = 0.0;
  for (std::size_t c = 0; c < combinations_.size(); ++c)
    for (std::size_t i = 0; i < a.values[c].size(); ++i) {
      double const weight = weights_[c][i];
      if (weight == 0.0) continue;
      double const difference = a.values[c][i] - b.values[c][i];
      if (std::isfinite(difference)) sum += weight * difference * difference;
    }
  return sum_over_ranks(grid_.comm(), sum);
}

double Lepski::covariance(Estimate const& a, Estimate const& b) const {
  double sum = 0.0;
  for (std::size_t c = 0; c < combinations_.size(); ++c) {
    auto const& combination = combinations_[c];
    auto const weights = scaled(weights_[c], a, b, c);
    double const sigma = states_[static_cast<std::size_t>(combination.state)].sigma;
    for (std::size_t p = 0; p < combination.orders.size(); ++p)
      for (std::size_t q = 0; q < combination.orders.size(); ++q) {
        std::vector<std::vector<double>> factors;
        for (int axis = 0; axis < grid_.dimension(); ++axis) {
          auto const k = static_cast<std::size_t>(axis);
          auto const &fa = a.filters[c][k], &fb = b.filters[c][k];
          factors.push_back(cross_gram(fa, fa.slot(combination.orders[p][k]), fb, fb.slot(combination.orders[q][k]), grid_.owned()[axis]));
        }
        sum += sigma * sigma * combination.coefficients[p] * combination.coefficients[q] * contract(weights, factors);
      }
  }
  return sum_over_ranks(grid_.comm(), sum);
}

std::size_t Lepski::best_of(std::vector<std::vector<int>> const& line) {
  if (auto const known = judged_.find(line); known != judged_.end()) return known->second;
  for (auto one = estimates_.begin(); one != estimates_.end();)   // two lines share a rung at most
    one = std::find(line.begin(), line.end(), one->first) == line.end() ? estimates_.erase(one) : std::next(one);
  std::vector<double> variance;
  run::Ticker tick(grid_.comm(), "radii");
  for (auto const& rung : line) {
    variance.push_back(covariance(at(rung), at(rung)));
    tick.next(static_cast<double>(line.size()));
  }
  std::size_t best = 0;
  double least = 0.0;
  for (std::size_t r = 0; r < line.size(); ++r) {
    double bias = 0.0;
    for (std::size_t q = 0; q < r; ++q) {
      double const noise = variance[r] + variance[q] - 2.0 * covariance(at(line[r]), at(line[q]));
      bias = std::max(bias, distance(at(line[r]), at(line[q])) - kappa * noise);
    }
    trials_.push_back({ladder_.radii(line[r]), bias, variance[r]});
    double const risk = std::isfinite(bias + variance[r]) ? bias + variance[r] : INFINITY;
    if (r == 0 || risk < least) {
      least = risk;
      best = r;
    }
  }
  judged_.emplace(line, best);
  return best;
}

double Lepski::signal_to_noise(std::vector<int> const& rung) {
  auto const& estimate = at(rung);
  double power = 0.0;
  for (std::size_t c = 0; c < combinations_.size(); ++c)
    for (std::size_t i = 0; i < estimate.values[c].size(); ++i) {
      double const weight = weights_[c][i];
      if (weight != 0.0 && std::isfinite(estimate.values[c][i])) power += weight * estimate.values[c][i] * estimate.values[c][i];
    }
  power = sum_over_ranks(grid_.comm(), power);
  double const noise = covariance(estimate, estimate);
  return noise > 0.0 ? (power - noise) / noise : 1e300;
}

std::vector<int> Lepski::choose() {
  return ladder_.best([this](std::vector<Ladder::Rung> const& line) { return best_of(line); });
}

}  // namespace mollis::choices

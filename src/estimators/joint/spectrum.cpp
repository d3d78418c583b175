#include "estimators/joint/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimators/joint/local_values.hpp"

namespace mollis::joint {
namespace {

/// Dimension of the polynomials of degree below `order` over open axes, the constant left out.
double free_polynomials(grid::Grid const& grid, int order) {
  int open = 0;
  for (auto const& axis : grid.axes()) open += axis.periodic ? 0 : 1;
  double count = 1.0;
  for (int i = 1; i <= open; ++i) count *= static_cast<double>(order - 1 + i) / i;
  return count - 1.0;
}

/// Power of a field, an entry for each of this rank's waves.
std::vector<double> power_of(grid::Grid const& grid, Field const& field) {
  auto data = values_of(field);
  spectral::SpectralBox(grid, spectral::wave_bases(grid), -1).forward(data);
  std::vector<double> power(data.data(), data.data() + data.size());
  for (double& value : power) value *= value;
  return power;
}

HostField host_field_of(std::vector<double> const& values) {
  auto const field = make_host_field("power", static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), field.data());
  return field;
}

/// The mean over all other waves of power that has an entry for each of this rank's waves: that of the field along these axes, the
/// mean over its places along the others.
std::vector<double> mean_along(WavesAlong const& along, grid::Grid const& grid, grid::Box const& waves, std::vector<int> const& axes,
                               std::vector<double> const& power) {
  std::vector<double> mean(along.size(), 0.0);
  for (std::size_t m = 0; m < power.size(); ++m) mean[along.at(mode_of(waves, static_cast<Index>(m)))] += power[m];
  along.add_up(mean);
  double others = static_cast<double>(grid.points());
  for (int const a : axes) others /= static_cast<double>(grid.axis(a).size());
  for (double& value : mean) value /= others;
  return mean;
}

}  // namespace

Spectrum::Spectrum(Objective const& objective)
    : grid_(objective.problem().grid), symbols_(objective.lattice(), objective.problem().system(), tilted(angles_of(grid_), grid_)),
      angles_(angles_of(grid_)) {
  auto const lines = spectral::SpectralBox(grid_, spectral::wave_bases(grid_), -1).lines();
  waves_ = lines.box;
  count_ = lines.outer * lines.points * lines.inner;
  for (auto const& unknown : objective.problem().space().unknowns()) {
    std::vector<int> missing;
    for (int a = 0; a < grid_.dimension(); ++a)
      if (std::find(unknown.axes.begin(), unknown.axes.end(), a) == unknown.axes.end()) missing.push_back(a);
    Unknown own{unknown.grid.points(), missing.empty(), unknown.axes, missing, {grid_.comm(), waves_, unknown.axes}, {grid_.comm(), waves_, missing},
                unknown.settings.smoothness_order, free_polynomials(unknown.grid, unknown.settings.smoothness_order), {}, {}};
    unknowns_.push_back(std::move(own));
  }
}

double Spectrum::over_ranks(double value) const {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, grid_.comm());
  return value;
}

/// (sum_a (2 l_a/h_a sin(theta/2))^2)^q of this rank's waves along a parameter's axes.
std::vector<double> Spectrum::symbol_of_smoothness(Unknown const& unknown) const {
  std::vector<std::vector<double>> squares(angles_.size());
  for (int const a : unknown.axes) {
    auto const& axis = grid_.axis(a);
    double const cells = axis.spacing() > 0.0 ? axis.extent() / axis.spacing() : 0.0;
    for (double const theta : angles_[static_cast<std::size_t>(a)]) squares[static_cast<std::size_t>(a)].push_back(std::pow(2.0 * cells * std::sin(0.5 * theta), 2));
  }
  std::vector<double> symbol(unknown.along.size());
  for (std::size_t m = 0; m < symbol.size(); ++m) {
    auto const mode = unknown.along.mode(m);
    double sum = 0.0, power = 1.0;
    for (int const a : unknown.axes) sum += squares[static_cast<std::size_t>(a)][static_cast<std::size_t>(mode[static_cast<std::size_t>(a)])];
    for (int q = 0; q < unknown.order; ++q) power *= sum;
    symbol[m] = power;
  }
  return symbol;
}

void Spectrum::set_down() {
  noise_ = HostField();
  for (auto& unknown : unknowns_) {
    std::vector<double>().swap(unknown.smoothness);   // an empty list would keep the memory
    unknown.power.clear();
  }
}

std::size_t Spectrum::own_wave(Unknown const& unknown, std::size_t local) const {
  return unknown.field ? local : unknown.along.at(mode_of(waves_, static_cast<Index>(local)));
}

std::size_t Spectrum::missing_wave(Unknown const& unknown, std::size_t local) const {
  return unknown.field ? 0 : unknown.across.at(mode_of(waves_, static_cast<Index>(local)));
}

/// What all states bring a residual in a wave.
double Spectrum::noise_of(std::size_t residual, Index wave) const {
  double sum = 0.0;
  for (std::size_t s = 0; s < states_; ++s) sum += noise_[at(residual, s, wave)];
  return sum;
}

/// Sums over the waves of a parameter, each counted once.
double Spectrum::over_waves(Unknown const& unknown, double value) const { return over_ranks(unknown.along.counts() ? value : 0.0); }

/// A state that was not observed follows the residuals that it stands in with observed ones: to these
/// it brings no noise of its own, to others that of the surest of them, or where there is none what it may be before
/// the fit.
void Spectrum::put_unobserved(Objective const& objective, Averages const& averages, Index wave) {
  auto const& states = objective.problem().states;
  if (std::none_of(states.begin(), states.end(), [](auto const& state) { return state.unobserved; })) return;
  std::vector<double> observed(residuals_, 0.0);
  for (std::size_t k = 0; k < residuals_; ++k)
    for (std::size_t s = 0; s < states.size(); ++s)
      if (!states[s].unobserved) observed[k] += noise(k, s, wave);
  for (std::size_t s = 0; s < states.size(); ++s) {
    if (!states[s].unobserved) continue;
    unobserved_ = true;
    double variance = 1.0 / (averages.data[s] * static_cast<double>(grid_.points()));
    std::vector<double> gain;
    for (std::size_t k = 0; k < residuals_; ++k) {
      gain.push_back(noise(k, s, wave) * averages.data[s]);
      if (gain[k] > 0.0 && observed[k] > 0.0) variance = std::min(variance, observed[k] / gain[k]);
    }
    for (std::size_t k = 0; k < residuals_; ++k) noise(k, s, wave) = observed[k] > 0.0 ? 0.0 : gain[k] * variance;
  }
}

void Spectrum::update(Objective& objective) {
  told_ = objective.told();
  auto const averages = averages_of(objective);
  residuals_ = averages.equation.size();
  states_ = averages.data.size();
  noise_ = make_host_field("noise", static_cast<Index>(residuals_ * states_) * count_);
  joint::over_waves(waves_, averages, symbols_, symbols_, [&](Index wave, std::vector<double> const& products, double smoothing) {
    for (std::size_t k = 0; k < residuals_; ++k)
      for (std::size_t s = 0; s < states_; ++s) noise(k, s, wave) = noise_in(averages, products, smoothing, k, s);
    put_unobserved(objective, averages, wave);
  });
  // A wave that no state can move would pin the parameter without limit.
  for (std::size_t k = 0; k < residuals_; ++k) {
    double logs = 0.0;
    for (Index m = 0; m < count_; ++m) logs += std::log(std::max(noise_of(k, m), 1e-300));
    double const floor = 1e-12 * std::exp(over_ranks(logs) / static_cast<double>(grid_.points())) / static_cast<double>(states_);
    for (std::size_t s = 0; s < states_; ++s)
      for (Index m = 0; m < count_; ++m) noise(k, s, m) = std::max(noise(k, s, m), floor);
  }
  for (std::size_t u = 0; u < unknowns_.size(); ++u) {
    auto& unknown = unknowns_[u];
    if (unknown.smoothness.empty()) unknown.smoothness = symbol_of_smoothness(unknown);
    unknown.power.clear();
    for (std::size_t k = 0; k < residuals_; ++k) {
      Field const a = objective.slope(k, u);
      if (!unknown.field) {
        unknown.power.push_back(host_field_of(mean_along(unknown.across, grid_, waves_, unknown.missing, power_of(grid_, a))));
        continue;
      }
      unknown.power.push_back(host_field_of({over_ranks(kernels::triple_product(objective.mask(), a, a)) / static_cast<double>(grid_.points())}));
    }
  }
}

std::vector<double> Spectrum::information(std::size_t u, std::vector<double> const& w) const {
  auto const& unknown = unknowns_[u];
  std::vector<double> info(unknown.smoothness.size(), 0.0);
  for (Index m = 0; m < count_; ++m) {
    auto const local = static_cast<std::size_t>(m);
    auto const own = own_wave(unknown, local);
    auto const missing = missing_wave(unknown, local);
    for (std::size_t k = 0; k < residuals_; ++k) {
      double const n = noise_of(k, m) + (w.empty() ? 0.0 : 1.0 / w[k]);
      if (unknown.power[k][missing] > 0.0) info[own] += unknown.power[k][missing] / n;
    }
  }
  if (!unknown.field) unknown.along.add_up(info);
  return info;
}

namespace {

double sum_of_shares(std::vector<double> const& info, std::vector<double> const& smoothness, double beta) {
  double sum = 0.0;
  for (std::size_t m = 0; m < info.size(); ++m)
    if (smoothness[m] > 0.0 && info[m] > 0.0) sum += info[m] / (info[m] + beta * smoothness[m]);
  return sum;
}

}  // namespace

double Spectrum::freedom(std::size_t u, double beta, std::vector<double> const& w) const {
  auto const& unknown = unknowns_[u];
  double const sum = sum_of_shares(information(u, w), unknown.smoothness, beta);
  return std::max(told_[u] * (over_waves(unknown, sum) - unknown.free), least_freedom);
}

double Spectrum::beta_for(std::size_t u, double target) const {
  auto const& unknown = unknowns_[u];
  auto const info = information(u, {});
  double const sums[2] = {over_waves(unknown, std::accumulate(info.begin(), info.end(), 0.0)),
                          over_waves(unknown, std::accumulate(unknown.smoothness.begin(), unknown.smoothness.end(), 0.0))};
  double const size = sums[0] > 0.0 && sums[1] > 0.0 ? std::log10(sums[0] / sums[1]) : 0.0;
  double const wanted = std::min(target / told_[u], std::max(target, 0.5 * rank(u))) + unknown.free;
  double low = size - 40.0, high = size + 40.0;
  for (int step = 0; step < 60; ++step) {
    double const middle = 0.5 * (low + high);
    double const sum = sum_of_shares(info, unknown.smoothness, std::pow(10.0, middle));
    (over_waves(unknown, sum) > wanted ? low : high) = middle;
  }
  return std::pow(10.0, low);
}

double Spectrum::deviation_at(std::size_t u, double target) const {
  auto const& unknown = unknowns_[u];
  auto const info = information(u, {});
  double const beta = beta_for(u, target);
  double sum = 0.0;
  for (std::size_t m = 0; m < info.size(); ++m)
    if (unknown.smoothness[m] > 0.0) sum += 1.0 / (info[m] + beta * unknown.smoothness[m]);
  return std::sqrt(over_waves(unknown, sum) / static_cast<double>(unknown.entries));
}

std::vector<double> Spectrum::equation_weights(std::vector<double> const& beta, double c) const {
  std::vector<double> weights;
  for (std::size_t k = 0; k < residuals_; ++k) {
    double sums[2] = {0.0, 0.0};  // of v log n, of v
    for (std::size_t u = 0; u < unknowns_.size(); ++u) {
      auto const& unknown = unknowns_[u];
      auto const info = information(u, {});
      double own_sums[2] = {0.0, 0.0};
      for (Index m = 0; m < count_; ++m) {
        auto const local = static_cast<std::size_t>(m);
        auto const own = own_wave(unknown, local);
        auto const missing = missing_wave(unknown, local);
        double const n = noise_of(k, m);
        double const smooth = beta[u] * unknown.smoothness[own], seen = unknown.power[k][missing] / n;
        double const v = unknown.axes.empty() ? unknown.power[k][missing] : seen * smooth / std::pow(info[own] + smooth, 2);
        if (!(v > 0.0)) continue;
        own_sums[0] += v * std::log(n);
        own_sums[1] += v;
      }
      double const own_total = over_ranks(own_sums[1]), own_logs = over_ranks(own_sums[0]);
      if (own_total > 0.0) {  // each parameter counts alike
        sums[0] += own_logs / own_total;
        sums[1] += 1.0;
      }
    }
    if (sums[1] == 0.0 && unobserved_) {  // of no parameter, but others follow by it: all waves count alike
      for (Index m = 0; m < count_; ++m) sums[0] += std::log(noise_of(k, m));
      sums[0] = over_ranks(sums[0]);
      sums[1] = static_cast<double>(grid_.points());
    }
    weights.push_back(sums[1] > 0.0 ? c / std::exp(sums[0] / sums[1]) : 1.0);
  }
  return weights;
}

double Spectrum::data_freedom(std::vector<double> const& beta, std::vector<double> const& w) const {
  double trace = 0.0;
  for (Index m = 0; m < count_; ++m) {
    auto const local = static_cast<std::size_t>(m);
    std::vector<double> stiffness;
    for (std::size_t k = 0; k < residuals_; ++k) {
      double give = 1.0 / w[k];
      for (std::size_t u = 0; u < unknowns_.size(); ++u) {
        auto const& unknown = unknowns_[u];
        if (unknown.axes.empty()) continue;
        auto const own = own_wave(unknown, local);
        auto const missing = missing_wave(unknown, local);
        double const smooth = beta[u] * unknown.smoothness[own];
        give += unknown.power[k][missing] / std::max(smooth, 1e-300);
      }
      stiffness.push_back(1.0 / give);
    }
    for (std::size_t s = 0; s < states_; ++s) {
      double held = 1.0;
      for (std::size_t k = 0; k < residuals_; ++k) held += noise_[at(k, s, m)] * stiffness[k];
      trace += 1.0 / held;
    }
  }
  return over_ranks(trace);
}

}  // namespace mollis::joint

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

Index product_of(grid::Grid const& grid, std::vector<int> const& axes) {
  Index size = 1;
  for (int const a : axes) size *= grid.axis(a).size();
  return size;
}

/// Sums over all ranks, in pieces that MPI's counts hold.
void add_over_ranks(MPI_Comm comm, std::vector<double>& values) {
  constexpr std::size_t piece = std::size_t{1} << 30;
  for (std::size_t at = 0; at < values.size(); at += piece)
    MPI_Allreduce(MPI_IN_PLACE, values.data() + at, static_cast<int>(std::min(piece, values.size() - at)), MPI_DOUBLE, MPI_SUM, comm);
}

/// Power of a field, an entry for each of this rank's waves.
std::vector<double> power_of(grid::Grid const& grid, Field const& field) {
  auto data = values_of(field);
  spectral::SpectralBox(grid, free_bases(grid), -1).forward(data);
  std::vector<double> power(data.data(), data.data() + data.size());
  for (double& value : power) value *= value;
  return power;
}

/// Power of a field along some axes, the mean over the others: one entry a wave along these axes, all of them on every rank.
std::vector<double> power_along(grid::Grid const& grid, std::vector<int> const& missing, Field const& field) {
  auto bases = free_bases(grid);
  for (int a = 0; a < grid.dimension(); ++a)
    if (std::find(missing.begin(), missing.end(), a) == missing.end()) bases[static_cast<std::size_t>(a)] = spectral::Basis::none;
  spectral::SpectralBox const box(grid, bases, -1);
  auto data = values_of(field);
  box.forward(data);
  std::vector<double> power(static_cast<std::size_t>(product_of(grid, missing)), 0.0);
  for (std::size_t m = 0; m < data.size(); ++m) {
    auto const mode = mode_of(box.lines().box, static_cast<Index>(m));
    Index wave = 0;
    for (int const a : missing) wave = wave * grid.axis(a).size() + mode[static_cast<std::size_t>(a)];
    power[static_cast<std::size_t>(wave)] += data[m] * data[m];
  }
  add_over_ranks(grid.comm(), power);
  double const kept = static_cast<double>(grid.points()) / static_cast<double>(power.size());
  for (double& value : power) value /= kept;
  return power;
}

}  // namespace

Spectrum::Spectrum(Objective const& objective)
    : grid_(objective.problem().grid), symbols_(objective.lattice(), objective.problem().system(), tilted(angles_of(grid_), grid_)),
      angles_(angles_of(grid_)) {
  auto const lines = spectral::SpectralBox(grid_, free_bases(grid_), -1).lines();
  waves_ = lines.box;
  count_ = lines.outer * lines.points * lines.inner;
  for (auto const& unknown : objective.problem().space().unknowns()) {
    Unknown own{unknown.grid.points() - 1, static_cast<int>(unknown.axes.size()) == grid_.dimension(), unknown.axes, {}, unknown.settings.smoothness_order,
                free_polynomials(unknown.grid, unknown.settings.smoothness_order), {}, {}};
    for (int a = 0; a < grid_.dimension(); ++a)
      if (std::find(own.axes.begin(), own.axes.end(), a) == own.axes.end()) own.missing.push_back(a);
    if (own.field)
      for (Index m = 0; m < count_; ++m) own.smoothness.push_back(symbol_of_smoothness(own, mode_of(waves_, m)));
    else
      own.smoothness.assign(static_cast<std::size_t>(product_of(grid_, own.axes)), 0.0);
    for (Index m = 0; !own.field && m < static_cast<Index>(own.smoothness.size()); ++m) {
      Mode mode{};
      Index rest = m;
      for (auto a = own.axes.rbegin(); a != own.axes.rend(); ++a) {
        mode[static_cast<std::size_t>(*a)] = rest % grid_.axis(*a).size();
        rest /= grid_.axis(*a).size();
      }
      own.smoothness[static_cast<std::size_t>(m)] = symbol_of_smoothness(own, mode);
    }
    unknowns_.push_back(std::move(own));
  }
}

double Spectrum::over_ranks(double value) const {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, grid_.comm());
  return value;
}

/// (sum_a (2 l_a/h_a sin(theta/2))^2)^q.
double Spectrum::symbol_of_smoothness(Unknown const& unknown, Mode const& mode) const {
  double sum = 0.0;
  for (int const a : unknown.axes) {
    auto const& axis = grid_.axis(a);
    double const cells = axis.spacing() > 0.0 ? axis.extent() / axis.spacing() : 0.0;
    double const theta = angles_[static_cast<std::size_t>(a)][static_cast<std::size_t>(mode[static_cast<std::size_t>(a)])];
    sum += std::pow(2.0 * cells * std::sin(0.5 * theta), 2);
  }
  return std::pow(sum, unknown.order);
}

std::size_t Spectrum::wave_along(std::vector<int> const& axes, Mode const& mode) const {
  Index wave = 0;
  for (int const a : axes) wave = wave * grid_.axis(a).size() + mode[static_cast<std::size_t>(a)];
  return static_cast<std::size_t>(wave);
}

std::size_t Spectrum::own_wave(Unknown const& unknown, std::size_t local) const {
  return unknown.field ? local : wave_along(unknown.axes, mode_of(waves_, static_cast<Index>(local)));
}

std::size_t Spectrum::missing_wave(Unknown const& unknown, std::size_t local) const {
  if (unknown.field) return 0;
  return unknown.axes.empty() ? local : wave_along(unknown.missing, mode_of(waves_, static_cast<Index>(local)));
}

/// Of the last wave. A state that was not observed follows the residuals that it stands in with observed ones: to these
/// it brings no noise of its own, to others that of the surest of them, or where there is none what it may be before
/// the fit.
void Spectrum::put_unobserved(Objective const& objective, Averages const& averages) {
  auto const& states = objective.problem().states;
  std::vector<double> observed(noise_.size(), 0.0);
  for (std::size_t k = 0; k < noise_.size(); ++k)
    for (std::size_t s = 0; s < states.size(); ++s)
      if (!states[s].unobserved) observed[k] += noise_[k][s].back();
  for (std::size_t s = 0; s < states.size(); ++s) {
    if (!states[s].unobserved) continue;
    unobserved_ = true;
    double variance = 1.0 / (averages.data[s] * static_cast<double>(grid_.points()));
    std::vector<double> gain;
    for (std::size_t k = 0; k < noise_.size(); ++k) {
      gain.push_back(noise_[k][s].back() * averages.data[s]);
      if (gain[k] > 0.0 && observed[k] > 0.0) variance = std::min(variance, observed[k] / gain[k]);
    }
    for (std::size_t k = 0; k < noise_.size(); ++k) noise_[k][s].back() = observed[k] > 0.0 ? 0.0 : gain[k] * variance;
  }
}

void Spectrum::update(Objective& objective) {
  told_ = objective.told();
  auto const averages = averages_of(objective);
  std::size_t const residuals = averages.equation.size(), states = averages.data.size();
  noise_.assign(residuals, std::vector<std::vector<double>>(states));
  for (auto& of_states : noise_)
    for (auto& noise : of_states) noise.reserve(static_cast<std::size_t>(count_));
  std::vector<double> products;
  for (Index m = 0; m < count_; ++m) {
    auto const mode = mode_of(waves_, m);
    put_symbols(averages, symbols_, mode, grid_.dimension(), -1, products);
    double const smoothing = smoothing_of(symbols_, mode, grid_.dimension());
    for (std::size_t k = 0; k < residuals; ++k)
      for (std::size_t s = 0; s < states; ++s) noise_[k][s].push_back(noise_in(averages, products, smoothing, k, s));
    put_unobserved(objective, averages);
  }
  // A wave that no state can move would pin the parameter without limit.
  for (std::size_t k = 0; k < residuals; ++k) {
    double logs = 0.0;
    for (Index m = 0; m < count_; ++m) {
      double sum = 0.0;
      for (std::size_t s = 0; s < states; ++s) sum += noise_[k][s][static_cast<std::size_t>(m)];
      logs += std::log(std::max(sum, 1e-300));
    }
    double const floor = 1e-12 * std::exp(over_ranks(logs) / static_cast<double>(grid_.points())) / static_cast<double>(states);
    for (auto& noise : noise_[k])
      for (double& n : noise) n = std::max(n, floor);
  }
  for (std::size_t u = 0; u < unknowns_.size(); ++u) {
    auto& unknown = unknowns_[u];
    unknown.power.clear();
    for (std::size_t k = 0; k < residuals; ++k) {
      Field const a = objective.slope(k, u);
      if (!unknown.field) {
        unknown.power.push_back(unknown.axes.empty() ? power_of(grid_, a) : power_along(grid_, unknown.missing, a));
        continue;
      }
      unknown.power.push_back({over_ranks(kernels::triple_product(objective.mask(), a, a)) / static_cast<double>(grid_.points())});
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
    for (std::size_t k = 0; k < noise_.size(); ++k) {
      double n = w.empty() ? 0.0 : 1.0 / w[k];
      for (auto const& noise : noise_[k]) n += noise[local];
      if (unknown.power[k][missing] > 0.0) info[own] += unknown.power[k][missing] / n;
    }
  }
  if (!unknown.field) add_over_ranks(grid_.comm(), info);
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
  return std::max(told_[u] * ((unknown.field ? over_ranks(sum) : sum) - unknown.free), least_freedom);
}

double Spectrum::beta_for(std::size_t u, double target) const {
  auto const& unknown = unknowns_[u];
  auto const info = information(u, {});
  double sums[2] = {std::accumulate(info.begin(), info.end(), 0.0), std::accumulate(unknown.smoothness.begin(), unknown.smoothness.end(), 0.0)};
  if (unknown.field) MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, grid_.comm());
  double const size = sums[0] > 0.0 && sums[1] > 0.0 ? std::log10(sums[0] / sums[1]) : 0.0;
  double low = size - 40.0, high = size + 40.0;
  for (int step = 0; step < 60; ++step) {
    double const middle = 0.5 * (low + high);
    double const sum = sum_of_shares(info, unknown.smoothness, std::pow(10.0, middle));
    ((unknown.field ? over_ranks(sum) : sum) > target + unknown.free ? low : high) = middle;
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
  return std::sqrt((unknown.field ? over_ranks(sum) : sum) / static_cast<double>(product_of(grid_, unknown.axes)));
}

std::vector<double> Spectrum::equation_weights(std::vector<double> const& beta, double c) const {
  std::vector<double> weights;
  for (std::size_t k = 0; k < noise_.size(); ++k) {
    double sums[2] = {0.0, 0.0};  // of v log n, of v
    for (std::size_t u = 0; u < unknowns_.size(); ++u) {
      auto const& unknown = unknowns_[u];
      auto const info = information(u, {});
      double own_sums[2] = {0.0, 0.0};
      for (Index m = 0; m < count_; ++m) {
        auto const local = static_cast<std::size_t>(m);
        auto const own = own_wave(unknown, local);
        auto const missing = missing_wave(unknown, local);
        double n = 0.0;
        for (auto const& noise : noise_[k]) n += noise[local];
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
      for (Index m = 0; m < count_; ++m) {
        double n = 0.0;
        for (auto const& noise : noise_[k]) n += noise[static_cast<std::size_t>(m)];
        sums[0] += std::log(n);
      }
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
    for (std::size_t k = 0; k < noise_.size(); ++k) {
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
    for (std::size_t s = 0; s < noise_.front().size(); ++s) {
      double held = 1.0;
      for (std::size_t k = 0; k < noise_.size(); ++k) held += noise_[k][s][local] * stiffness[k];
      trace += 1.0 / held;
    }
  }
  return over_ranks(trace);
}

}  // namespace mollis::joint

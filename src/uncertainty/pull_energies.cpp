#include "uncertainty/pull_energies.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mollis::uncertainty {
namespace {

constexpr double most_unsolved = 0.25;   ///< of R_b: beyond, it is what solves have left

}  // namespace

PullEnergies::PullEnergies(Bands count, Bands whole, std::vector<Octave> octaves)
    : count_(std::move(count)), whole_(std::move(whole)), octaves_(std::move(octaves)), sums_(sums * count_.size(), 0.0), pairs_(count_.size(), 0.0), whole_pairs_(octaves_.size(), 0.0) {}

void PullEnergies::add(Draw const& draw) {
  for (std::size_t b = 0; b < count_.size(); ++b) {
    auto const to = [&](Sum of) -> double& { return sums_[of * count_.size() + b]; };
    double const both = draw.of_prior[b] + draw.of_noise[b], energy = draw.energy[b];
    to(of_prior) += draw.of_prior[b];
    to(of_noise) += draw.of_noise[b];
    to(unsolved) += draw.unsolved[b];
    to(drawn) += energy;
    to(both_squared) += both * both;
    to(both_drawn) += both * energy;
    to(drawn_squared) += energy * energy;
  }
  ++draws_;
}

void PullEnergies::add_pair(Bands const& along) {
  auto const whole = over_octaves(along);
  for (std::size_t b = 0; b < along.size(); ++b) pairs_[b] += along[b] * along[b];
  for (std::size_t o = 0; o < whole.size(); ++o) whole_pairs_[o] += whole[o] * whole[o];
}

std::vector<double> PullEnergies::over_octaves(Bands const& of_bands) const {
  std::vector<double> out;
  for (auto const& octave : octaves_) {
    auto const first = of_bands.begin() + static_cast<std::ptrdiff_t>(octave.first);
    out.push_back(std::accumulate(first, first + static_cast<std::ptrdiff_t>(octave.count), 0.0));
  }
  return out;
}

template <class Visit>
void PullEnergies::each_field(Visit const& visit) const {
  std::size_t first = 0;
  for (auto const& octave : octaves_) {
    std::size_t const end = octave.first + octave.count;
    if (!octave.last) continue;
    visit(first, end);
    first = end;
  }
}

double PullEnergies::relative(Bands const& a, Draw const& draw) const {
  double most = 0.0;
  each_field([&](std::size_t first, std::size_t end) {
    double mean = 0.0, whole = 0.0;
    for (std::size_t b = first; b < end; ++b) {
      if (!(draw.of_prior[b] > 0.0)) continue;
      mean += draw.error[b] * a[b] / draw.of_prior[b];
      whole += draw.error[b];
    }
    if (whole > 0.0) most = std::max(most, mean / whole);
  });
  return most;
}

double PullEnergies::scatter(Bands const& error, int draws) const {
  double most = 0.0;
  each_field([&](std::size_t first, std::size_t end) {
    double squares = 0.0, whole = 0.0;
    for (std::size_t b = first; b < end; ++b) {
      if (!(count_[b] > 0.0)) continue;
      squares += error[b] * error[b] * 2.0 / (count_[b] * draws);
      whole += error[b];
    }
    if (whole > 0.0) most = std::max(most, 0.5 * std::sqrt(squares) / whole);
  });
  return most;
}

/// Variance of N_b + R_b by its ratio to the energy of r, of which the mean is known, over the square of N_b + R_b.
double PullEnergies::scatter_by_ratio(std::size_t band) const {
  double const both = sum(of_prior, band) + sum(of_noise, band), ratio = both / sum(drawn, band);
  double const apart = sum(both_squared, band) - 2.0 * ratio * sum(both_drawn, band) + ratio * ratio * sum(drawn_squared, band);
  return std::max(apart, 0.0) * draws_ / ((draws_ - 1.0) * both * both);
}

/// No waves make up a band whose energies solves have spoilt, or that is told by a single draw.
WaveEnergy PullEnergies::energy_of(std::size_t band) const {
  WaveEnergy out;
  if (draws_ < 2 || !(sum(drawn, band) > 0.0) || !(sum(unsolved, band) < most_unsolved * sum(of_prior, band))) return out;
  double const noise = std::max(sum(of_noise, band), 0.0), mean = (noise + sum(of_prior, band)) / draws_;
  out.freedom = pairs_[band] > 0.0 ? std::min(count_[band], mean * mean * pairs() / pairs_[band]) : count_[band];
  double const by_ratio = scatter_by_ratio(band), by_mean = 2.0 / (draws_ * out.freedom);
  double const to_all = by_ratio < by_mean ? whole_[band] / sum(drawn, band) : 1.0 / draws_;
  out.of_noise = to_all * noise;
  out.of_prior = to_all * sum(of_prior, band);
  out.known = 2.0 / std::min(by_ratio, by_mean);
  return out;
}

/// Waves that move by themselves in an octave over the sum of those of its bands, each by its energy; at most 1. `whole`: squares over its pairs.
double PullEnergies::together(Octave const& octave, double whole, std::vector<WaveEnergy> const& of_bands) const {
  double apart = 0.0;   // as E^2 / n of bands by themselves is the sum of E_b^2 / n_b
  for (std::size_t b = octave.first; b < octave.first + octave.count; ++b)
    if (of_bands[b].freedom > 0.0) apart += pairs_[b];
  return whole > apart && apart > 0.0 ? apart / whole : 1.0;
}

std::vector<WaveEnergy> PullEnergies::expected() const {
  std::vector<WaveEnergy> out;
  for (std::size_t b = 0; b < count_.size(); ++b) out.push_back(energy_of(b));
  for (std::size_t o = 0; o < octaves_.size(); ++o) {
    double const share = together(octaves_[o], whole_pairs_[o], out);
    for (std::size_t b = octaves_[o].first; b < octaves_[o].first + octaves_[o].count; ++b) out[b].freedom *= share;
  }
  return out;
}

void PullEnergies::keep(checkpoint::Quantities& kept) const {
  kept.put("octaves", sums_);
  kept.put("octaves/pairs", pairs_);
  kept.put("octaves/whole_pairs", whole_pairs_);
  kept.put("octaves/draws", {static_cast<double>(draws_)});
}

void PullEnergies::go_on(checkpoint::Quantities const& kept) {
  sums_ = kept.numbers("octaves");
  pairs_ = kept.numbers("octaves/pairs");
  whole_pairs_ = kept.numbers("octaves/whole_pairs");
  draws_ = static_cast<int>(kept.numbers("octaves/draws").at(0));
}

}  // namespace mollis::uncertainty

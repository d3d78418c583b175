#include "uncertainty/prior_scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/pointwise.hpp"
#include "parameters/free_polynomials.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr double first_octave = 1.5;     ///< half waves
constexpr std::size_t bands = 4;         ///< an octave
constexpr std::uint8_t flat = 255;       ///< the band of the mean: no derivative of it, so no prior holds it
constexpr double most_unsolved = 0.25;   ///< of R_b: beyond, it is what solves have left

/// 0 below the first octave, bands 1 to 4 make up the next.
std::uint8_t band_of(double waves) {
  return waves < first_octave ? 0 : static_cast<std::uint8_t>(1.0 + std::floor(bands * std::log2(waves / first_octave)));
}

std::vector<spectral::Basis> bases_of(grid::Grid const& grid) {
  std::vector<spectral::Basis> bases;
  for (auto const& axis : grid.axes()) bases.push_back(axis.periodic ? spectral::Basis::fourier : spectral::Basis::cosine);
  return bases;
}

/// Half waves across the grid of each of a box's coefficients.
std::vector<double> half_waves(grid::Grid const& grid, spectral::SpectralBox const& box) {
  auto const& lines = box.lines();
  std::vector<double> out(static_cast<std::size_t>(lines.outer * lines.points * lines.inner), 0.0);
  std::vector<std::vector<double>> along;
  for (int a = 0; a < grid.dimension(); ++a) along.push_back(spectral::angles(box.bases()[static_cast<std::size_t>(a)], grid.axis(a).size()));
  for (std::size_t m = 0; m < out.size(); ++m) {
    auto rest = static_cast<Index>(m);
    double square = 0.0;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const range = lines.box[a];
      double const theta = along[static_cast<std::size_t>(a)][static_cast<std::size_t>(range.lower + rest % range.size())];
      square += std::pow(theta * static_cast<double>(grid.axis(a).size()) / M_PI, 2);
      rest /= range.size();
    }
    out[m] = std::sqrt(square);
  }
  return out;
}

std::size_t octaves_of(grid::Grid const& grid) {
  double square = 0.0;
  for (auto const& axis : grid.axes()) square += std::pow(static_cast<double>(axis.size()), 2);
  return (band_of(std::sqrt(square)) + bands - 1) / bands + 1;
}

std::string name_of(parameters::Unknown const& unknown, std::size_t draw) { return fmt::format("octaves/{}_{}", unknown.name, draw + 1); }

std::vector<double> over_ranks(std::vector<double> values, MPI_Comm comm) {
  MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, comm);
  return values;
}

}  // namespace

PriorScale::PriorScale(problem::Problem const& problem, estimate::Linearisation& linear) : problem_(problem), linear_(linear) {
  if (!linear.is_white()) return;   // its draws are not those that moments are made of
  std::size_t next = 0;
  for (auto const& unknown : problem.space().unknowns()) {
    waves_.emplace_back();
    if (unknown.axes.empty()) continue;
    std::size_t const first = next, octave = octaves_.size(), octaves = octaves_of(unknown.grid);
    for (std::size_t i = 0; i < octaves; ++i) {
      octaves_.push_back({next, i == 0 ? 1 : bands, i == 0});
      next += octaves_.back().count;
    }
    count_.resize(next, 0.0);
    if (unknown.grid.local_size() == 0) continue;
    auto const& waves = *(waves_.back() = std::make_unique<Waves>(Waves{spectral::SpectralBox(unknown.grid, bases_of(unknown.grid), -1), {}, first, octave}));
    for (double const k : half_waves(unknown.grid, waves.box)) {
      waves_.back()->band.push_back(k > 0.0 ? band_of(k) : flat);
      if (unknown.owner && k > 0.0) count_[first + band_of(k)] += 1.0;
    }
  }
  count_ = over_ranks(std::move(count_), problem.grid.comm());
  sums_.assign(sums * count_.size(), 0.0);
  pairs_.assign(octaves_.size(), 0.0);
}

/// Of fields, their waves; nothing for constants and where a rank has none.
PriorScale::Coefficients PriorScale::coefficients_of(std::vector<Field> const& pieces) const {
  Coefficients out(pieces.size());
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (!waves_[p]) continue;
    out[p] = make_host_field("waves", static_cast<Index>(pieces[p].extent(0)));
    Kokkos::deep_copy(out[p], pieces[p]);
    waves_[p]->box.forward(out[p]);
  }
  return out;
}

/// And back.
std::vector<Field> PriorScale::pieces_of(Coefficients waves) const {
  std::vector<Field> out(waves.size());
  for (std::size_t p = 0; p < waves.size(); ++p) {
    out[p] = make_field("piece", problem_.space().unknowns()[p].grid.local_size());
    if (!waves_[p]) continue;
    waves_[p]->box.backward(waves[p]);
    Kokkos::deep_copy(out[p], waves[p]);
  }
  return out;
}

std::vector<Field> PriorScale::pieces_of(Vec x) const {
  auto const parameters = problem_.space().make_vector();
  linear_.take_parameters(x, parameters);
  return problem_.space().scatter(parameters);
}

/// sum a_k b_k of every band, of all parameters.
std::vector<double> PriorScale::products(Coefficients const& a, Coefficients const& b) const {
  std::vector<double> out(count_.size(), 0.0);
  for (std::size_t p = 0; p < a.size(); ++p) {
    if (!waves_[p] || !problem_.space().unknowns()[p].owner) continue;
    auto const& waves = *waves_[p];
    for (std::size_t m = 0; m < waves.band.size(); ++m)
      if (waves.band[m] != flat) out[waves.first + waves.band[m]] += a[p](m) * b[p](m);
  }
  return over_ranks(std::move(out), problem_.grid.comm());
}

std::vector<double> PriorScale::over_octaves(std::vector<double> const& of_bands) const {
  std::vector<double> out;
  for (auto const& octave : octaves_) {
    auto const first = of_bands.begin() + static_cast<std::ptrdiff_t>(octave.first);
    out.push_back(std::accumulate(first, first + static_cast<std::ptrdiff_t>(octave.count), 0.0));
  }
  return out;
}

void PriorScale::add_sum(Sum sum, std::vector<double> const& of_bands, double sign) {
  for (std::size_t i = 0; i < of_bands.size(); ++i) sums_[sum * of_bands.size() + i] += sign * of_bands[i];
}

void PriorScale::add(Vec x, Vec r) {
  auto const q = linear_.make_vector();
  auto const drawn = coefficients_of(r);
  linear_.prior(x, q);
  check(VecAXPY(q, -1.0, r));
  auto const by_prior = coefficients_of(q);
  linear_.hessian(x, q);
  check(VecAYPX(r, -1.0, q));
  auto missed = [&] {
    auto const left = coefficients_of(r);
    return products(left, left);
  }();
  linear_.prior(x, r);
  check(VecAXPY(r, -1.0, q));
  auto pull = least_spoilt(by_prior, coefficients_of(r), std::move(missed), products(drawn, drawn));
  add_sum(of_prior, products(pull, pull));
  add_sum(of_noise, products(pull, by_prior), -1.0);   // P x = (P x - r) + r
  add_sum(of_noise, products(pull, drawn), -1.0);
  add_pairs(drawn, std::move(pull));
  ++draws_;
}

/// q_r in two forms, P x - r and -D x, exact where the data outweigh the prior and where this outweighs the data: octave by octave the one that the solve has
/// spoilt least. It has left H x - r, of energy `missed`, of which the prior's form keeps the share p / (h + p) and the rows' form h / (h + p) = |q_r| / |r|,
/// h the data's and p the prior's part of H on these waves. Returned in place of by_rows; `drawn`: energy of r.
PriorScale::Coefficients PriorScale::least_spoilt(Coefficients const& by_prior, Coefficients by_rows, std::vector<double> missed, std::vector<double> const& drawn) {
  auto const first = over_octaves(products(by_prior, by_prior)), second = over_octaves(products(by_rows, by_rows)), whole = over_octaves(drawn);
  std::vector<bool> takes_prior(count_.size(), false);
  for (std::size_t o = 0; o < octaves_.size(); ++o) {
    double const of_data = std::min(1.0, std::sqrt(std::min(first[o], second[o]) / whole[o])), kept = of_data > 0.5 ? 1.0 - of_data : of_data;
    for (std::size_t i = octaves_[o].first; i < octaves_[o].first + octaves_[o].count; ++i) {
      takes_prior[i] = of_data > 0.5;
      missed[i] *= kept * kept;
    }
  }
  add_sum(unsolved, missed);
  for (std::size_t p = 0; p < by_rows.size(); ++p) {
    if (!waves_[p]) continue;
    for (std::size_t m = 0; m < waves_[p]->band.size(); ++m)
      if (auto const band = waves_[p]->band[m]; band != flat && takes_prior[waves_[p]->first + band]) by_rows[p](m) = by_prior[p](m);
  }
  return by_rows;
}

void PriorScale::add_pairs(Coefficients const& drawn, Coefficients pull) {
  for (auto const& other : pulls_) {
    auto const along = over_octaves(products(drawn, coefficients_of(other)));
    for (std::size_t o = 0; o < along.size(); ++o) pairs_[o] += along[o] * along[o];
  }
  pulls_.push_back(pieces_of(std::move(pull)));
}

/// No waves make up an octave whose energies solves have spoilt.
std::vector<OctaveEnergy> PriorScale::expected() const {
  auto const of = [&](Sum sum) {
    auto const first = sums_.begin() + static_cast<std::ptrdiff_t>(sum * count_.size());
    std::vector<double> means(first, first + static_cast<std::ptrdiff_t>(count_.size()));
    for (double& mean : means) mean /= draws_;
    return means;
  };
  auto const prior = of(of_prior), noise = of(of_noise);
  auto const priors = over_octaves(prior), noises = over_octaves(noise), missed = over_octaves(of(unsolved));
  std::vector<double> squares;
  for (std::size_t i = 0; i < count_.size(); ++i) squares.push_back(count_[i] > 0.0 ? std::pow(noise[i] + prior[i], 2) / count_[i] : 0.0);
  squares = over_octaves(squares);
  double const pairs = 0.5 * draws_ * (draws_ - 1.0);
  std::vector<OctaveEnergy> out;
  for (std::size_t o = 0; o < octaves_.size(); ++o) {
    out.push_back({0.0, std::max(noises[o], 0.0), priors[o], 0.0});
    if (!(missed[o] < most_unsolved * priors[o]) || !(squares[o] > 0.0)) continue;
    double const whole = std::pow(out[o].of_noise + out[o].of_prior, 2);
    out[o].freedom = whole / squares[o];
    if (pairs_[o] > 0.0) out[o].freedom = std::min(out[o].freedom, whole * pairs / pairs_[o]);
  }
  return out;
}

void PriorScale::settle(petsc::Vector const& parameters) {
  auto const x = linear_.make_vector(), q = linear_.make_vector();
  check(VecSet(x, 0.0));
  linear_.put_parameters(parameters, x);
  linear_.prior(x, q);
  auto const pull = coefficients_of(q);
  auto const found = over_octaves(products(pull, pull));
  auto energies = expected();
  scales_.clear();
  for (std::size_t o = 0; o < octaves_.size(); ++o) {
    energies[o].found = found[o];
    scales_.push_back(octave_scale(energies[o], octaves_[o].longest ? 1.0 : scales_.back()));
  }
  pulls_.clear();
}

void PriorScale::keep(checkpoint::Quantities& kept) const {
  kept.put("octaves", sums_);
  kept.put("octaves/pairs", pairs_);
  kept.put("octaves/scales", scales_);
  kept.put("octaves/draws", {static_cast<double>(draws_), static_cast<double>(pulls_.size())});
  for (std::size_t n = 0; n < pulls_.size(); ++n)
    for (std::size_t p = 0; p < pulls_[n].size(); ++p)
      kept.put_still(name_of(problem_.space().unknowns()[p], n), problem_.space().unknowns()[p].grid, pulls_[n][p]);
}

void PriorScale::go_on(checkpoint::Quantities const& kept) {
  sums_ = kept.numbers("octaves");
  pairs_ = kept.numbers("octaves/pairs");
  scales_ = kept.numbers("octaves/scales");
  draws_ = static_cast<int>(kept.numbers("octaves/draws").at(0));
  pulls_.clear();
  for (std::size_t n = 0; n < static_cast<std::size_t>(kept.numbers("octaves/draws").at(1)); ++n) {
    pulls_.emplace_back();
    for (auto const& unknown : problem_.space().unknowns()) pulls_.back().push_back(kept.field(name_of(unknown, n), unknown.grid));
  }
}

/// r := its part that the smoothness does not leave free: what a draw of its pull has none of, and waves of it have.
void PriorScale::take_free(std::size_t p, Field const& r) const {
  auto const& unknown = problem_.space().unknowns()[p];
  auto const over_owners = [&](Field const& a, Field const& b) {
    return over_ranks({unknown.owner ? kernels::dot(a, b) : 0.0}, problem_.grid.comm()).front();
  };
  std::vector<Field> found;
  for (auto const& free : parameters::free_polynomials(unknown.grid, unknown.settings.smoothness_order)) {
    for (auto const& other : found) kernels::add_scaled(-over_owners(other, free), other, free);
    kernels::scale(1.0 / std::sqrt(over_owners(free, free)), free);
    kernels::add_scaled(-over_owners(free, r), free, r);
    found.push_back(free);
  }
}

void PriorScale::apply(Vec r) const {
  auto const parameters = problem_.space().make_vector();
  auto pieces = pieces_of(r);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (problem_.space().unknowns()[p].axes.empty()) continue;
    if (waves_[p]) scale_waves(*waves_[p], pieces[p]);
    take_free(p, pieces[p]);
  }
  check(VecSet(parameters, 0.0));
  problem_.space().gather(own(std::move(pieces)), parameters);
  linear_.put_parameters(parameters, r);
}

double PriorScale::more_of(Vec column) const {
  auto const x = linear_.make_vector(), q = linear_.make_vector();
  auto pieces = problem_.space().scatter(column);
  for (std::size_t p = 0; p < pieces.size(); ++p)
    if (problem_.space().unknowns()[p].axes.empty()) Kokkos::deep_copy(pieces[p], 0.0);
  auto const variance = [&] {
    auto const parameters = problem_.space().make_vector();
    check(VecSet(parameters, 0.0));
    check(VecSet(x, 0.0));
    problem_.space().gather(own(pieces), parameters);
    linear_.put_parameters(parameters, x);
    linear_.prior(x, q);
    PetscReal value = 0.0;
    check(VecDot(x, q, &value));
    return value;
  };
  double const before = variance();
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (problem_.space().unknowns()[p].axes.empty()) continue;
    take_free(p, pieces[p]);
    if (waves_[p]) scale_waves(*waves_[p], pieces[p]);
  }
  return variance() - before;
}

void PriorScale::scale_waves(Waves const& waves, Field const& piece) const {
  auto coefficients = make_host_field("waves", static_cast<Index>(piece.extent(0)));
  Kokkos::deep_copy(coefficients, piece);
  waves.box.forward(coefficients);
  for (std::size_t m = 0; m < waves.band.size(); ++m)
    if (waves.band[m] != flat) coefficients(m) *= std::sqrt(scales_[waves.first_octave + (waves.band[m] + bands - 1) / bands]);
  waves.box.backward(coefficients);
  Kokkos::deep_copy(piece, coefficients);
}

/// One of the ranks that share a piece gives it, as gather() sums.
std::vector<Field> PriorScale::own(std::vector<Field> pieces) const {
  for (std::size_t p = 0; p < pieces.size(); ++p)
    if (!problem_.space().unknowns()[p].owner) pieces[p] = Field("none", pieces[p].extent(0));
  return pieces;
}

}  // namespace mollis::uncertainty

#include "uncertainty/prior_scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/pointwise.hpp"
#include "parameters/free_polynomials.hpp"
#include "uncertainty/prior_energies.hpp"

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr double first_octave = 1.5;     ///< half waves
constexpr std::size_t bands = 4;         ///< an octave
constexpr std::uint8_t flat = 255;       ///< the band of the mean: no derivative of it, so no prior holds it

/// 0 below the first octave, bands 1 to 4 make up the next.
std::uint8_t band_of(double waves) {
  return waves < first_octave ? 0 : static_cast<std::uint8_t>(1.0 + std::floor(bands * std::log2(waves / first_octave)));
}

/// Half waves across the grid of each of a box's coefficients.
HostField half_waves(grid::Grid const& grid, spectral::SpectralBox const& box) {
  std::vector<double> factors;
  for (auto const& axis : grid.axes()) factors.push_back(static_cast<double>(axis.size()) / M_PI);
  auto const out = spectral::squared_angles(box, factors);
  for (std::size_t m = 0; m < out.extent(0); ++m) out(m) = std::sqrt(out(m));
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

PriorScale::PriorScale(problem::Problem const& problem, estimate::Linearisation& linear, std::vector<double> const& smoothness) : problem_(problem), linear_(linear) {
  if (!linear.is_white()) return;   // its draws are not those that moments are made of
  std::vector<PullEnergies::Octave> octaves;
  std::vector<double> count, whole;
  for (std::size_t p = 0; p < problem_.space().unknowns().size(); ++p) {
    auto const& unknown = problem_.space().unknowns()[p];
    waves_.emplace_back();
    if (unknown.axes.empty()) continue;
    std::size_t const first = count.size(), most = octaves_of(unknown.grid);
    for (std::size_t i = 0; i < most; ++i) {
      octaves.push_back({count.size(), i == 0 ? 1 : bands, i + 1 == most});
      count.resize(count.size() + octaves.back().count, 0.0);
    }
    whole.resize(count.size(), 0.0);
    if (unknown.grid.local_size() == 0) continue;
    auto const& waves = *(waves_.back() = std::make_unique<Waves>(Waves{spectral::SpectralBox(unknown.grid, spectral::wave_bases(unknown.grid), -1), {}, first}));
    auto const energies = prior_energies(unknown.grid, unknown.settings.smoothness_order, smoothness[p], waves.box);
    auto const k = half_waves(unknown.grid, waves.box);
    for (std::size_t m = 0; m < k.extent(0); ++m) {
      waves_.back()->band.push_back(k(m) > 0.0 ? band_of(k(m)) : flat);
      if (!unknown.owner || !(k(m) > 0.0)) continue;
      count[first + band_of(k(m))] += 1.0;
      whole[first + band_of(k(m))] += energies[m];
    }
  }
  bands_ = count.size();
  energies_ = PullEnergies(over_ranks(std::move(count), problem.grid.comm()), over_ranks(std::move(whole), problem.grid.comm()), std::move(octaves));
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
  std::vector<double> out(bands_, 0.0);
  for (std::size_t p = 0; p < a.size(); ++p) {
    if (!waves_[p] || !problem_.space().unknowns()[p].owner) continue;
    auto const& waves = *waves_[p];
    for (std::size_t m = 0; m < waves.band.size(); ++m)
      if (waves.band[m] != flat) out[waves.first + waves.band[m]] += a[p](m) * b[p](m);
  }
  return over_ranks(std::move(out), problem_.grid.comm());
}

/// Overwrites r.
PriorScale::Pull PriorScale::pull_of(Vec x, Vec r) const {
  Pull out;
  auto const q = linear_.make_vector();
  {
    auto const error = coefficients_of(x);
    out.draw.error = products(error, error);
  }
  out.of_r = coefficients_of(r);
  out.draw.energy = products(out.of_r, out.of_r);
  linear_.prior(x, q);
  check(VecAXPY(q, -1.0, r));
  out.by_prior = coefficients_of(q);
  linear_.hessian(x, q);
  check(VecAYPX(r, -1.0, q));
  out.draw.unsolved = [&] {
    auto const left = coefficients_of(r);
    return products(left, left);
  }();
  linear_.prior(x, r);
  check(VecAXPY(r, -1.0, q));
  out.best = least_spoilt(out.by_prior, coefficients_of(r), out.draw);
  out.draw.of_prior = products(out.best, out.best);
  return out;
}

PriorScale::First PriorScale::first(Vec x, Vec r, int draws) {
  auto const pull = pull_of(x, petsc::copy_of(r));
  for (std::size_t p = 0; p < loose_.size(); ++p)
    for (std::size_t m = 0; m < loose_[p].extent(0); ++m) loose_[p](m) -= pull.best[p](m);
  auto const change = products(loose_, loose_);
  loose_.clear();
  return {energies_.relative(change, pull.draw), energies_.scatter(pull.draw.error, draws)};
}

void PriorScale::add(Vec x, Vec r) {
  auto pull = pull_of(x, r);
  auto const less_prior = products(pull.best, pull.by_prior), less_drawn = products(pull.best, pull.of_r);   // P x = (P x - r) + r
  for (std::size_t b = 0; b < bands_; ++b) pull.draw.of_noise.push_back(-less_prior[b] - less_drawn[b]);
  energies_.add(pull.draw);
  add_pairs(pull.of_r, std::move(pull.best));
}

/// q_r in two forms, P x - r and -D x, exact where the data outweigh the prior and where this outweighs the data: octave by octave the one that the solve has
/// spoilt least. It has left H x - r, of energy draw.unsolved, of which the prior's form keeps the share p / (h + p) and the rows' form h / (h + p) = |q_r| / |r|,
/// h the data's and p the prior's part of H on these waves. Returned in place of by_rows; draw.unsolved is left what is kept.
PriorScale::Coefficients PriorScale::least_spoilt(Coefficients const& by_prior, Coefficients by_rows, PullEnergies::Draw& draw) const {
  auto const over = [&](std::vector<double> const& of_bands) { return energies_.over_octaves(of_bands); };
  auto const first = over(products(by_prior, by_prior)), second = over(products(by_rows, by_rows)), whole = over(draw.energy);
  std::vector<bool> takes_prior(bands_, false);
  for (std::size_t o = 0; o < energies_.octaves().size(); ++o) {
    auto const& octave = energies_.octaves()[o];
    double const of_data = std::min(1.0, std::sqrt(std::min(first[o], second[o]) / whole[o])), kept = of_data > 0.5 ? 1.0 - of_data : of_data;
    for (std::size_t i = octave.first; i < octave.first + octave.count; ++i) {
      takes_prior[i] = of_data > 0.5;
      draw.unsolved[i] *= kept * kept;
    }
  }
  for (std::size_t p = 0; p < by_rows.size(); ++p) {
    if (!waves_[p]) continue;
    for (std::size_t m = 0; m < waves_[p]->band.size(); ++m)
      if (auto const band = waves_[p]->band[m]; band != flat && takes_prior[waves_[p]->first + band]) by_rows[p](m) = by_prior[p](m);
  }
  return by_rows;
}

void PriorScale::add_pairs(Coefficients const& of_r, Coefficients pull) {
  for (auto const& other : pulls_) energies_.add_pair(products(of_r, coefficients_of(other)));
  pulls_.push_back(pieces_of(std::move(pull)));
}

void PriorScale::settle(petsc::Vector const& parameters) {
  auto const x = linear_.make_vector(), q = linear_.make_vector();
  check(VecSet(x, 0.0));
  linear_.put_parameters(parameters, x);
  linear_.prior(x, q);
  auto const pull = coefficients_of(q);
  auto const found = products(pull, pull);
  auto energies = expected();
  for (std::size_t b = 0; b < energies.size(); ++b) energies[b].found = found[b];
  scales_.clear();
  auto field = energies.begin();
  for (auto const& octave : energies_.octaves()) {
    if (!octave.last) continue;
    auto const end = energies.begin() + static_cast<std::ptrdiff_t>(octave.first + octave.count);
    for (double const scale : wave_scales({field, end})) scales_.push_back(scale);
    field = end;
  }
  pulls_.clear();
}

void PriorScale::keep(checkpoint::Quantities& kept) const {
  energies_.keep(kept);
  kept.put("octaves/scales", scales_);
  kept.put("octaves/pulls", {static_cast<double>(pulls_.size())});
  for (std::size_t n = 0; n < pulls_.size(); ++n)
    for (std::size_t p = 0; p < pulls_[n].size(); ++p)
      kept.put_still(name_of(problem_.space().unknowns()[p], n), problem_.space().unknowns()[p].grid, pulls_[n][p]);
}

void PriorScale::go_on(checkpoint::Quantities const& kept) {
  energies_.go_on(kept);
  scales_ = kept.numbers("octaves/scales");
  pulls_.clear();
  for (std::size_t n = 0; n < static_cast<std::size_t>(kept.numbers("octaves/pulls").at(0)); ++n) {
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
    if (waves.band[m] != flat) coefficients(m) *= std::sqrt(scales_[waves.first + waves.band[m]]);
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

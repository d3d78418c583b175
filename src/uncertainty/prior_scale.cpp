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
  sums_.assign(parts * forms * count_.size(), 0.0);
}

/// Of fields, their waves; nothing for constants and where a rank has none.
std::vector<HostField> PriorScale::coefficients_of(Vec x) const {
  auto const pieces = pieces_of(x);
  std::vector<HostField> out(pieces.size());
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (!waves_[p]) continue;
    out[p] = make_host_field("waves", static_cast<Index>(pieces[p].extent(0)));
    Kokkos::deep_copy(out[p], pieces[p]);
    waves_[p]->box.forward(out[p]);
  }
  return out;
}

std::vector<Field> PriorScale::pieces_of(Vec x) const {
  auto const parameters = problem_.space().make_vector();
  linear_.take_parameters(x, parameters);
  return problem_.space().scatter(parameters);
}

/// P of these parameters.
std::vector<HostField> PriorScale::pull_of(petsc::Vector const& parameters) const {
  auto const x = linear_.make_vector(), q = linear_.make_vector();
  check(VecSet(x, 0.0));
  linear_.put_parameters(parameters, x);
  linear_.prior(x, q);
  return coefficients_of(q);
}

/// sum a_k b_k of every band, of all parameters.
std::vector<double> PriorScale::products(std::vector<HostField> const& a, std::vector<HostField> const& b) const {
  std::vector<double> out(count_.size(), 0.0);
  for (std::size_t p = 0; p < a.size(); ++p) {
    if (!waves_[p] || !problem_.space().unknowns()[p].owner) continue;
    auto const& waves = *waves_[p];
    for (std::size_t m = 0; m < waves.band.size(); ++m)
      if (waves.band[m] != flat) out[waves.first + waves.band[m]] += a[p](m) * b[p](m);
  }
  return over_ranks(std::move(out), problem_.grid.comm());
}

void PriorScale::add_energies(Part part, Form form, Vec q) {
  auto const waves = coefficients_of(q);
  auto const found = products(waves, waves);
  for (std::size_t i = 0; i < found.size(); ++i) sums_[(part * forms + form) * found.size() + i] += found[i];
}

/// The pull of x = H^-1 b in two forms, exact where the data outweigh the prior and where this outweighs the data, and what is between them, H x - b.
void PriorScale::add_part(Part part, Vec x, Vec b) {
  auto const q = linear_.make_vector();
  add_energies(part, drawn, b);
  linear_.prior(x, q);
  if (part == prior_part) check(VecAXPY(q, -1.0, b));
  add_energies(part, by_prior, q);
  linear_.hessian(x, q);
  check(VecAYPX(b, -1.0, q));
  add_energies(part, unsolved, b);
  if (part == noise_part) check(VecCopy(b, q));   // n - (H x - P x) = P x - (H x - n), and - (H x - P x) of the prior
  linear_.prior(x, b);
  check(VecAXPY(b, -1.0, q));
  add_energies(part, by_rows, b);
}

void PriorScale::add_noise(Vec x, Vec b) {
  add_part(noise_part, x, b);
  by_noise_.push_back(pieces_of(x));
  ++draws_;
}

petsc::Vector PriorScale::by_noise(std::size_t draw) const {
  auto out = problem_.space().make_vector();
  check(VecSet(out, 0.0));
  problem_.space().gather(own(by_noise_[draw]), out);
  return out;
}

/// What an octave's energies come to, by the form that solves have spoilt least, and the waves that make them up: none where both are spoilt. What a solve has
/// left is (H_b x - b) of which the prior's form keeps the share p / (h + p) and the rows' form h / (h + p) = |q_r| / |r|, h the data's and p the
/// prior's part of H on these waves.
OctaveEnergy PriorScale::energy_of(Octave const& octave, std::vector<double> const& found) const {
  auto const of = [&](Part part, Form form, std::size_t i) { return sums_[(part * forms + form) * count_.size() + octave.first + i] / draws_; };
  double sum[parts][forms] = {};
  for (auto const part : {noise_part, prior_part})
    for (auto const form : {by_prior, by_rows, unsolved, drawn})
      for (std::size_t i = 0; i < octave.count; ++i) sum[part][form] += of(part, form, i);
  double const of_data = std::min(1.0, std::sqrt(std::min(sum[prior_part][by_prior], sum[prior_part][by_rows]) / sum[prior_part][drawn]));
  auto const form = of_data > 0.5 ? by_prior : by_rows;
  double const spoilt = std::pow(of_data > 0.5 ? 1.0 - of_data : of_data, 2);
  OctaveEnergy energy{0.0, sum[noise_part][form], sum[prior_part][form], 0.0};
  double squares = 0.0;
  bool solved = true;
  for (auto const part : {noise_part, prior_part}) solved = solved && spoilt * sum[part][unsolved] < most_unsolved * sum[part][form];
  for (std::size_t i = 0; i < octave.count; ++i) {
    energy.found += found[octave.first + i];
    double const waves = count_[octave.first + i];
    if (waves > 0.0) squares += std::pow(of(noise_part, form, i) + of(prior_part, form, i), 2) / waves;
  }
  if (solved && squares > 0.0) energy.freedom = std::pow(energy.of_noise + energy.of_prior, 2) / squares;
  return energy;
}

/// n of every octave, by pairs of draws.
std::vector<double> PriorScale::freedoms() const {
  std::vector<double> energies(octaves_.size(), 0.0), squares(octaves_.size(), 0.0);
  auto const add = [&](std::vector<double> const& product, std::vector<double>& out, int power) {
    for (std::size_t b = 0; b < octaves_.size(); ++b) {
      auto const first = product.begin() + static_cast<std::ptrdiff_t>(octaves_[b].first);
      out[b] += std::pow(std::accumulate(first, first + static_cast<std::ptrdiff_t>(octaves_[b].count), 0.0), power);
    }
  };
  for (std::size_t i = 0; i < by_noise_.size(); ++i) {
    auto const one = pull_of(by_noise(i));
    add(products(one, one), energies, 1);
    for (std::size_t j = 0; j < i; ++j) add(products(one, pull_of(by_noise(j))), squares, 2);
  }
  auto const draws = static_cast<double>(by_noise_.size());
  std::vector<double> out;
  for (std::size_t b = 0; b < octaves_.size(); ++b)
    out.push_back(squares[b] > 0.0 ? std::pow(energies[b] / draws, 2) / (2.0 * squares[b] / (draws * (draws - 1.0))) : HUGE_VAL);
  return out;
}

void PriorScale::settle(petsc::Vector const& parameters) {
  auto const fitted = pull_of(parameters);
  auto const found = products(fitted, fitted), most = freedoms();
  scales_.clear();
  for (std::size_t b = 0; b < octaves_.size(); ++b) {
    auto energy = energy_of(octaves_[b], found);
    energy.freedom = std::min(energy.freedom, most[b]);
    scales_.push_back(octave_scale(energy, octaves_[b].longest ? 1.0 : scales_.back()));
  }
}

void PriorScale::keep(checkpoint::Quantities& kept) const {
  kept.put("octaves", sums_);
  kept.put("octaves/scales", scales_);
  kept.put("octaves/draws", {static_cast<double>(draws_), static_cast<double>(by_noise_.size())});
  for (std::size_t n = 0; n < by_noise_.size(); ++n)
    for (std::size_t p = 0; p < by_noise_[n].size(); ++p)
      kept.put_still(name_of(problem_.space().unknowns()[p], n), problem_.space().unknowns()[p].grid, by_noise_[n][p]);
}

void PriorScale::go_on(checkpoint::Quantities const& kept) {
  sums_ = kept.numbers("octaves");
  scales_ = kept.numbers("octaves/scales");
  draws_ = static_cast<int>(kept.numbers("octaves/draws").at(0));
  by_noise_.clear();
  for (std::size_t n = 0; n < static_cast<std::size_t>(kept.numbers("octaves/draws").at(1)); ++n) {
    by_noise_.emplace_back();
    for (auto const& unknown : problem_.space().unknowns()) by_noise_.back().push_back(kept.field(name_of(unknown, n), unknown.grid));
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

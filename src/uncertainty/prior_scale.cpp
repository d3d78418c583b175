#include "uncertainty/prior_scale.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::uncertainty {
namespace {

using petsc::check;

constexpr double first_octave = 1.5;   ///< half waves
constexpr int first_draw = 1 << 20;    ///< others than those that the sums were made of
constexpr std::uint8_t flat = 255;     ///< the octave of the mean: no derivative of it, so no prior holds it

std::uint8_t octave_of(double waves) {
  return waves < first_octave ? 0 : static_cast<std::uint8_t>(1.0 + std::floor(std::log2(waves / first_octave)));
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
  return std::size_t{octave_of(std::sqrt(square))} + 1;
}

}  // namespace

PriorScale::PriorScale(problem::Problem const& problem, estimate::Linearisation& linear) : problem_(problem), linear_(linear) {
  if (!linear.is_white()) return;   // its draws are not those that moments are made of
  std::size_t next = 0;
  for (auto const& unknown : problem.space().unknowns()) {
    waves_.emplace_back();
    if (unknown.axes.empty()) continue;
    std::size_t const first = next, count = octaves_of(unknown.grid);
    next += count;
    if (unknown.grid.local_size() == 0) continue;
    waves_.back() = std::make_unique<Waves>(Waves{spectral::SpectralBox(unknown.grid, bases_of(unknown.grid), -1), {}, first, count});
    for (double const k : half_waves(unknown.grid, waves_.back()->box)) waves_.back()->octave.push_back(k > 0.0 ? octave_of(k) : flat);
  }
  octaves_ = next;
  largest_.assign(octaves_, 0.0);
}

/// |q_k|^2 of every octave, of all parameters.
std::vector<double> PriorScale::energies(Vec x) const {
  auto const parameters = problem_.space().make_vector();
  linear_.take_parameters(x, parameters);
  auto const pieces = problem_.space().scatter(parameters);
  std::vector<double> out(octaves_, 0.0);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (!waves_[p]) continue;
    auto const& waves = *waves_[p];
    HostField const piece = make_host_field("piece", static_cast<Index>(pieces[p].extent(0)));
    Kokkos::deep_copy(piece, pieces[p]);
    auto const coefficients = waves.box.forward_of(piece);
    for (std::size_t m = 0; problem_.space().unknowns()[p].owner && m < waves.octave.size(); ++m)
      if (waves.octave[m] != flat) out[waves.first + waves.octave[m]] += coefficients(m) * coefficients(m);
  }
  MPI_Allreduce(MPI_IN_PLACE, out.data(), static_cast<int>(out.size()), MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return out;
}

/// |q_k|^2 of a draw.
std::vector<double> PriorScale::pulls(Vec x, Vec r) const {
  auto const q = linear_.make_vector();
  linear_.prior(x, q);
  check(VecAXPY(q, -1.0, r));
  return energies(q);
}

void PriorScale::add(Vec x, Vec r) {
  if (octaves_ == 0 || !linear_.is_white()) return;
  auto const found = pulls(x, r);
  for (std::size_t i = 0; i < octaves_; ++i) largest_[i] = std::max(largest_[i], found[i]);
}

std::vector<double> PriorScale::excess(Vec parameters, int draws) const {
  std::vector<double> excess(octaves_, 0.0);
  if (octaves_ == 0 || draws == 0) return excess;
  auto const x = linear_.make_vector(), q = linear_.make_vector();
  linear_.put_parameters(parameters, x);
  linear_.prior(x, q);
  auto const found = energies(q);
  for (std::size_t i = 0; i < octaves_; ++i) excess[i] = std::max(0.0, found[i] - largest_[i]);
  return excess;
}

/// r := its parameters, 0 elsewhere.
void PriorScale::keep_parameters(Vec r) const {
  auto const parameters = problem_.space().make_vector();
  linear_.take_parameters(r, parameters);
  check(VecSet(r, 0.0));
  linear_.put_parameters(parameters, r);
}

void PriorScale::weigh(Vec x, std::vector<double> const& variances) const {
  auto const parameters = problem_.space().make_vector();
  linear_.take_parameters(x, parameters);
  auto pieces = problem_.space().scatter(parameters);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    auto values = make_host_field("octaves", static_cast<Index>(pieces[p].extent(0)));
    Kokkos::deep_copy(values, 0.0);
    if (waves_[p]) {
      auto const& waves = *waves_[p];
      HostField piece = make_host_field("piece", static_cast<Index>(pieces[p].extent(0)));
      Kokkos::deep_copy(piece, pieces[p]);
      auto coefficients = waves.box.forward_of(piece);
      for (std::size_t m = 0; m < waves.octave.size(); ++m)
        coefficients(m) *= waves.octave[m] == flat ? 0.0 : std::sqrt(variances[waves.first + waves.octave[m]]);
      waves.box.backward(coefficients);
      if (problem_.space().unknowns()[p].owner) values = coefficients;
    }
    Field const weighed = make_field("octaves", static_cast<Index>(pieces[p].extent(0)));
    Kokkos::deep_copy(weighed, values);
    pieces[p] = weighed;
  }
  check(VecSet(parameters, 0.0));
  problem_.space().gather(pieces, parameters);
  check(VecSet(x, 0.0));
  linear_.put_parameters(parameters, x);
}

int PriorScale::draw(Vec parameters, int draws, Solve const& solve, std::function<bool(int)> const& further, std::function<void(Vec)> const& take) const {
  auto variances = excess(parameters, draws);
  if (std::none_of(variances.begin(), variances.end(), [](double value) { return value > 0.0; })) return 0;
  auto const r = linear_.make_vector(), x = linear_.make_vector();
  std::vector<petsc::Vector> of_prior;
  std::vector<double> pulled(octaves_, 0.0);
  for (int n = 0; further(n); ++n) {
    linear_.draw_prior(first_draw + n, r);
    keep_parameters(r);
    check(VecSet(x, 0.0));
    if (!solve(r, x, "a draw of what the prior lacks")) return -1;
    auto const pull = pulls(x, r);
    for (std::size_t i = 0; i < octaves_; ++i) pulled[i] += pull[i];
    of_prior.push_back(problem_.space().make_vector());
    linear_.take_parameters(x, of_prior.back());
  }
  auto const count = static_cast<double>(of_prior.size());
  for (std::size_t i = 0; i < octaves_; ++i) variances[i] = pulled[i] > 0.0 ? variances[i] * count / pulled[i] : 0.0;
  for (auto const& drawn : of_prior) {
    check(VecSet(x, 0.0));
    linear_.put_parameters(drawn, x);
    weigh(x, variances);
    take(x);
  }
  return static_cast<int>(of_prior.size());
}

}  // namespace mollis::uncertainty

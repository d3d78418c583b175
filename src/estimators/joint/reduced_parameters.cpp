#include "estimators/joint/reduced_parameters.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/joint/local_values.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {

using petsc::check;

ReducedParameters::ReducedParameters(Objective& objective, AveragedWaves const& waves, std::vector<std::size_t> const& unknowns)
    : objective_(objective), waves_(waves) {
  for (auto const u : unknowns) {
    One one{u, nullptr, {}, {}, nullptr};
    auto const& own = unknown(one).grid;
    std::vector<spectral::Basis> bases;
    for (auto const& axis : own.axes()) bases.push_back(axis.periodic ? spectral::Basis::fourier : spectral::Basis::cosine);
    if (own.dimension() > 0) one.box = std::make_unique<spectral::SpectralBox>(own, bases, -1);
    all_.push_back(std::move(one));
  }
}

bool ReducedParameters::are_constants() const {
  return std::all_of(all_.begin(), all_.end(), [](One const& one) { return !one.box; });
}

bool ReducedParameters::can_own() const {
  return std::all_of(all_.begin(), all_.end(), [&](One const& one) { return OwnInverse::serves(objective_, one.unknown); });
}

void ReducedParameters::own() {
  owned_ = true;
  for (auto& one : all_)
    if (one.box) one.own = std::make_unique<OwnInverse>(objective_, one.unknown);
}

void ReducedParameters::update(Averages const& averages) {
  for (auto& one : all_) {
    if (one.own) one.own->update();
    if (owned_) continue;
    bool const whole = static_cast<int>(unknown(one).axes.size()) == objective_.problem().grid.dimension();
    one.sensitivity = whole ? sensitivity_of_field(averages, one) : sensitivity_of_fewer_axes(averages, one);
    if (one.box && one.smoothness.data() == nullptr) one.smoothness = smoothness_of(one);
  }
}

/// The symbol of sum_a l_a^2 D_a^T D_a to the power of the order, l_a the cells along an axis.
HostField ReducedParameters::smoothness_of(One const& one) const {
  auto const& grid = unknown(one).grid;
  auto const& box = one.box->lines().box;
  auto const angles = angles_of(grid);
  HostField const symbols = make_host_field("symbols", box.size());
  for (Index m = 0; m < box.size(); ++m) {
    auto const mode = mode_of(box, m);
    double symbol = 0.0;
    for (int a = 0; a < box.dimension(); ++a) {
      auto const& axis = grid.axis(a);
      double const theta = angles[static_cast<std::size_t>(a)][static_cast<std::size_t>(mode[static_cast<std::size_t>(a)])];
      double const cells = axis.spacing() > 0.0 ? axis.extent() / axis.spacing() : 1.0;
      symbol += std::pow(2.0 * cells * std::sin(0.5 * theta), 2);
    }
    symbols[static_cast<std::size_t>(m)] = std::pow(symbol, unknown(one).settings.smoothness_order);
  }
  return symbols;
}

/// Waves of the parameter meet waves of the states of the same length.
HostField ReducedParameters::sensitivity_of_field(Averages const& averages, One const& one) const {
  auto const& grid = objective_.problem().grid;
  Symbols const symbols(objective_.lattice(), objective_.problem().system(), tilted(angles_of(grid), grid));
  auto const& box = one.box->lines().box;
  std::vector<double> square;
  for (std::size_t k = 0; k < averages.equation.size(); ++k) {
    Field const a = objective_.slope(k, one.unknown);
    square.push_back(sum_over(grid.comm(), kernels::triple_product(objective_.mask(), a, a)) / static_cast<double>(grid.points()));
  }
  HostField const sensitivity("sensitivity", static_cast<std::size_t>(box.size()));
  over_waves(box, averages, symbols, symbols, [&](Index m, std::vector<double> const& products, double smoothing) {
    for (std::size_t k = 0; k < square.size(); ++k) {
      double moved = 1.0 / averages.equation[k];
      for (std::size_t s = 0; s < averages.data.size(); ++s) moved += noise_in(averages, products, smoothing, k, s);
      sensitivity[static_cast<std::size_t>(m)] += square[k] / moved + 1e-9 * averages.equation[k] * square[k];
    }
  });
  return sensitivity;
}

/// One number: the mean over its entries.
HostField ReducedParameters::sensitivity_of_fewer_axes(Averages const& averages, One const& one) const {
  auto const& grid = objective_.problem().grid;
  std::vector<HostField> spectra;
  double plain = 0.0;
  for (std::size_t k = 0; k < averages.equation.size(); ++k) {
    Field const a = objective_.slope(k, one.unknown);
    plain += averages.equation[k] * sum_over(grid.comm(), kernels::dot(a, a));
    spectra.push_back(waves_.spectrum_of(a));
  }
  auto const entries = static_cast<double>(unknown(one).grid.points());
  double const seen = std::max(waves_.seen_by_data(averages, spectra, spectra), 1e-12 * plain) / entries;
  HostField const sensitivity = make_host_field("sensitivity", 1);
  sensitivity[0] = seen > 0.0 ? seen : 1.0;
  return sensitivity;
}

/// values := S^-1 values.
void ReducedParameters::divide(One const& one, HostField& values) const {
  if (one.own) return one.own->apply(values);
  bool const alike = one.sensitivity.extent(0) == 1;
  double const weight = objective_.weights().smoothness[one.unknown];
  if (one.box) one.box->forward(values);
  for (std::size_t m = 0; m < values.extent(0); ++m) values[m] /= one.sensitivity[alike ? 0 : m] + (one.box ? weight * one.smoothness[m] : 0.0);
  if (one.box) one.box->backward(values);
}

void ReducedParameters::apply(Vec r, Vec z, bool constants) const {
  auto const& space = objective_.problem().space();
  auto const pieces = space.scatter(r, objective_.layout().parameters);
  check(VecSet(z, 0.0));
  petsc::Writing entries(z);
  for (auto const& one : all_) {
    if (!one.box && !constants) continue;
    auto values = values_of(pieces[one.unknown]);
    divide(one, values);
    auto const& of = unknown(one);
    if (of.owner) Kokkos::deep_copy(entries.piece(objective_.layout().parameters + of.offset, of.grid.local_size()), values);
  }
}

}  // namespace mollis::joint

#include "estimators/joint/sampled_inverse.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/joint/averages.hpp"
#include "grid/open_axis.hpp"
#include "petsc/access.hpp"
#include "spectral/eigen.hpp"

namespace mollis::joint {
namespace {

/// Operations a point of the conjugate gradients that this spares: some three hundred products with two passes of the splines. Eigenvectors of an
/// axis of n points take about as many as n^3.
constexpr double spared = 1e4;

/// S_a^T S_a of an axis, dense.
std::vector<double> gram_of(mollifier::LineFilter const& filter, Index margin, Index points, Index size) {
  std::vector<double> gram(static_cast<std::size_t>(size * size), 0.0);
  for (Index i = margin; i < margin + points; ++i) {
    double const* const taps = filter.row(i, filter.slot(0));
    for (Index j = 0; j < filter.width; ++j)
      for (Index k = 0; k < filter.width; ++k)
        gram[static_cast<std::size_t>(((filter.start(i) + j + size) % size) * size + (filter.start(i) + k + size) % size)] += taps[j] * taps[k];
  }
  return gram;
}

}  // namespace

SampledInverse::Line SampledInverse::line_of(Lattice const& lattice, mollifier::Jets const& jets, int axis) {
  auto const& along = lattice.extended().axis(axis);
  auto const n = static_cast<std::size_t>(along.size());
  if (!lattice.is_smooth(axis)) return {spectral::Basis::none, nullptr, std::vector<double>(n, 1.0)};
  auto const gram = gram_of(jets.filter(axis), lattice.margin(axis), lattice.grid().axis(axis).size(), along.size());
  Line line;
  if (along.periodic && along.uniform) {   // a circulant: the Fourier series of its first row
    line.basis = spectral::Basis::fourier;
    for (double const angle : spectral::angles(line.basis, along.size())) {
      line.values.push_back(0.0);
      for (std::size_t j = 0; j < n; ++j) line.values.back() += gram[j] * std::cos(angle * static_cast<double>(j));
    }
    return line;
  }
  auto const eigen = spectral::is_reflected(gram, n) ? spectral::reflected_eigen(gram, n) : spectral::symmetric_eigen(gram, n);
  auto columns = std::make_shared<std::vector<double>>(n * n);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i) (*columns)[i * n + k] = eigen.vectors[k * n + i];
  return {spectral::Basis::modes, std::move(columns), eigen.values};
}

std::optional<SampledInverse> SampledInverse::make(Lattice const& lattice, double ridge) {
  double operations = 0.0;
  for (int a = 0; a < lattice.grid().dimension(); ++a) {
    auto const& axis = lattice.extended().axis(a);
    if (axis.reflection != grid::Reflection::none) return {};
    bool const fast = !lattice.is_smooth(a) || (axis.periodic && axis.uniform);
    if (!fast) operations += std::pow(static_cast<double>(axis.size()), 3);
  }
  if (operations > spared * static_cast<double>(lattice.extended().points())) return {};
  auto const jets = lattice.jets(mollifier::sums_of({mollifier::MultiIndex{}}));
  std::vector<Line> lines;
  for (int a = 0; a < lattice.grid().dimension(); ++a) lines.push_back(line_of(lattice, jets, a));
  return SampledInverse(lattice, lines, ridge);
}

SampledInverse::SampledInverse(Lattice const& lattice, std::vector<Line> const& lines, double ridge)
    : box_([&] {
        std::vector<spectral::Basis> bases;
        std::vector<spectral::Modes> modes;
        for (auto const& line : lines) {
          bases.push_back(line.basis);
          modes.push_back(line.modes);
        }
        return spectral::SpectralBox(lattice.extended(), bases, -1, modes);
      }()),
      inverse_("inverse", static_cast<std::size_t>(box_.lines().box.size())) {
  auto const& box = box_.lines().box;
  for (std::size_t m = 0; m < inverse_.extent(0); ++m) {
    auto const mode = mode_of(box, static_cast<Index>(m));
    double value = 1.0;
    for (std::size_t a = 0; a < lines.size(); ++a) value *= lines[a].values[static_cast<std::size_t>(mode[a])];
    inverse_[m] = 1.0 / (std::max(value, 0.0) + ridge);
  }
}

void SampledInverse::apply(Vec r, Vec z) {
  petsc::Reading const from(r);
  petsc::Writing to(z);
  PetscInt size = 0;
  petsc::check(VecGetLocalSize(r, &size));
  HostField modes = box_.forward_of(on_host(from.piece(0, size)));
  for (std::size_t m = 0; m < modes.extent(0); ++m) modes[m] *= inverse_[m];
  box_.backward(modes);
  Kokkos::deep_copy(to.piece(0, size), modes);
}

}  // namespace mollis::joint

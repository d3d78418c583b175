#include "estimators/section.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "estimators/dissection.hpp"

namespace mollis::estimators {
namespace {

constexpr double most_operations = 1e11;   ///< of one factorisation: a minute or two by the reference BLAS, ten seconds by a tuned one
constexpr double cheap_operations = 2e9;   ///< below, the Hessian itself is preferred to waves

/// Without the axis `wave`, if it is one: real matrices of twice the size, one for a pair of waves.
Dissection lattice_of(SectionShape const& shape, int wave) {
  Dissection lattice{{}, {}, shape.wraps, shape.states + shape.whole, shape.profiles};
  for (std::size_t a = 0; a < shape.points.size(); ++a) {
    bool const apart = static_cast<int>(a) == wave;
    lattice.points.push_back(apart ? 0.5 * static_cast<double>(shape.points[a]) : static_cast<double>(shape.points[a]));
    lattice.reach.push_back(apart ? 0.0 : static_cast<double>(shape.reach[a]));
  }
  if (wave >= 0) lattice.fields = 2.0 * shape.states, lattice.profiles = 0.0;
  return lattice;
}

/// A domain of any shape as the box of as many points and the same margins.
SectionShape inside_of(SectionShape shape) {
  double const side = std::pow(shape.inside, 1.0 / static_cast<double>(shape.points.size()));
  for (std::size_t a = 0; a < shape.points.size(); ++a) {
    auto const margin = static_cast<double>(shape.wraps[a] ? 0 : std::min(shape.reach[a], shape.points[a]));
    shape.points[a] = static_cast<Index>(std::ceil(side * (static_cast<double>(shape.points[a]) - margin) + margin));
  }
  return shape;
}

/// Of the whole Hessian: states stand on the lattice, fields on the points of the grid alone.
double unknowns_of(SectionShape const& shape) {
  double states = shape.states, fields = shape.whole;
  for (std::size_t a = 0; a < shape.points.size(); ++a) {
    states *= static_cast<double>(shape.points[a]);
    fields *= static_cast<double>(shape.points[a] - (shape.wraps[a] ? 0 : std::min(shape.reach[a], shape.points[a])));
  }
  return states + fields + shape.profiles;
}

/// By the separator of the whole, which takes most of it; nested dissection with measured constants of wide stencils. A dense factor, of n^3 / 3,
/// is the most that it can be: in boxes of few splines across, as in space of three axes, it is less than that.
double operations_of(Dissection const& lattice, double unknowns) {
  double apart = 1.0, together = lattice.fields;
  for (std::size_t a = 0; a < lattice.points.size(); ++a) (lattice.reach[a] == 0.0 ? apart : together) *= lattice.points[a];
  double cut = together;
  for (std::size_t a = 0; a < lattice.points.size(); ++a)
    if (lattice.reach[a] > 0.0) cut = std::min(cut, together * lattice.reach[a] / lattice.points[a]);
  together += lattice.profiles;
  cut += lattice.profiles;
  return apart * std::min(8.0 * std::pow(cut, 3), std::pow(std::min(together, unknowns), 3) / 3.0);
}

/// Rows, and entries: states reach each other by two rows of splines, fields by one, and themselves by their smoothness at most.
void count_matrices(SectionShape const& shape, Dissection const& lattice, SectionChoice& choice) {
  double points = 1.0, states = 1.0, fields = 1.0;
  for (std::size_t a = 0; a < lattice.points.size(); ++a) {
    points *= lattice.points[a];
    states *= std::min(2.0 * lattice.reach[a] + 1.0, std::max(lattice.points[a], 1.0));
    fields *= std::min(lattice.reach[a] + 1.0, std::max(lattice.points[a], 1.0));
  }
  double const own = lattice.fields - shape.whole, smooth = 13.0;
  double const whole = choice.wave < 0 ? shape.whole : 0.0;
  choice.rows = points * lattice.fields + lattice.profiles;
  choice.entries = points * (own * own * states + 2.0 * own * whole * fields + whole * (whole - 1.0 + smooth)) +
                   (choice.wave < 0 ? 2.0 * shape.crossed * lattice.fields : 0.0);
}

SectionChoice cost_of(SectionShape const& shape, int wave) {
  auto const inside = inside_of(shape);
  auto const lattice = lattice_of(inside, wave);
  SectionChoice choice;
  choice.wave = wave;
  choice.operations = operations_of(lattice, wave < 0 ? unknowns_of(inside) : std::numeric_limits<double>::infinity());
  return choice;
}

}  // namespace

std::optional<SectionChoice> choose_section(SectionShape const& shape) {
  auto choice = cost_of(shape, -1);
  if (shape.has_waves && choice.operations > cheap_operations)
    if (auto const waves = cost_of(shape, 0); waves.operations < choice.operations) choice = waves;
  if (choice.operations > most_operations) return {};
  auto const lattice = lattice_of(inside_of(shape), choice.wave);
  auto const bytes = factor_bytes(lattice);
  choice.bytes = bytes.factor;
  choice.stack = bytes.stack;
  count_matrices(shape, lattice, choice);
  return choice;
}

}  // namespace mollis::estimators

#include "estimators/section.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "estimators/dissection.hpp"

namespace mollis::estimators {
namespace {

constexpr double few_operations = 2e11;    ///< of one factorisation: a minute or two by the reference BLAS, seconds by a tuned one;
constexpr double most_operations = 2e12;   ///< a quarter of an hour, or a minute
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

/// Of the whole domain: rows outside it hold the smoothness alone, but stand there.
double rows_of(SectionShape const& shape, int wave) {
  if (wave < 0) return unknowns_of(shape);
  auto const lattice = lattice_of(shape, wave);
  return std::accumulate(lattice.points.begin(), lattice.points.end(), lattice.fields, std::multiplies<>());
}

/// Entries: states reach each other by two rows of splines, fields by one, and themselves by their smoothness at most.
void count_entries(SectionShape const& shape, Dissection const& lattice, SectionChoice& choice) {
  double points = 1.0, states = 1.0, fields = 1.0;
  for (std::size_t a = 0; a < lattice.points.size(); ++a) {
    points *= lattice.points[a];
    states *= std::min(2.0 * lattice.reach[a] + 1.0, std::max(lattice.points[a], 1.0));
    fields *= std::min(lattice.reach[a] + 1.0, std::max(lattice.points[a], 1.0));
  }
  double const own = lattice.fields - shape.whole, smooth = 13.0;
  double const whole = choice.wave < 0 ? shape.whole : 0.0;
  choice.entries = points * (own * own * states + 2.0 * own * whole * fields + whole * (whole - 1.0 + smooth)) +
                   (choice.wave < 0 ? 2.0 * shape.crossed * lattice.fields : 0.0);
}

/// A dense factor, of n^3 / 3, is the most that it can be: in boxes of few splines across, as in space of three axes, it may be less than
/// what dissection comes to, whose fields stand on the extended lattice.
SectionChoice cost_of(SectionShape const& shape, int wave) {
  auto const inside = inside_of(shape);
  auto const lattice = lattice_of(inside, wave);
  auto const cost = factor_cost(lattice);
  SectionChoice choice;
  choice.wave = wave;
  choice.operations = wave < 0 ? std::min(cost.operations, std::pow(unknowns_of(inside), 3) / 3.0) : cost.operations;
  choice.is_dear = choice.operations > few_operations;
  choice.bytes = cost.bytes;
  choice.stack = cost.stack;
  choice.rows = rows_of(shape, wave);
  count_entries(shape, lattice, choice);
  return choice;
}

}  // namespace

double bytes_of_entry(bool for_evidence) { return for_evidence ? 12.0 + 12.0 + 12.0 + 2.0 * 8.0 + 6.0 : 12.0 + 12.0 + 8.0 + 6.0; }

double SectionChoice::peak(bool for_evidence) const { return bytes_of_entry(for_evidence) * entries + (for_evidence ? 2.0 : 1.0) * bytes + stack; }

std::optional<SectionChoice> choose_section(SectionShape const& shape) {
  auto choice = cost_of(shape, -1);
  if (shape.has_waves && choice.operations > cheap_operations)
    if (auto const waves = cost_of(shape, 0); waves.operations < choice.operations) choice = waves;
  if (choice.operations > most_operations) return {};
  return choice;
}

}  // namespace mollis::estimators

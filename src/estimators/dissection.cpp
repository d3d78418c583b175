#include "estimators/dissection.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace mollis::estimators {
namespace {

/// Of a front of pivots and as many more rows as rest.
double operations_of(double pivots, double rest) { return pivots * (pivots * pivots / 3.0 + pivots * rest + rest * rest); }

/// A box and all that is eliminated inside it, in doubles.
struct Tree {
  double factor = 0.0;
  double peak = 0.0;    ///< of factor, fronts and what waits for its parent, at any time
  double passed = 0.0;  ///< to its parent: a square of the unknowns beside it
  double operations = 0.0;
};

/// Boxes of a depth are alike but for the sides beyond which others are eliminated later.
class Boxes {
 public:
  explicit Boxes(Dissection const& lattice) : lattice_(lattice) {}

  Tree of(std::vector<double> const& length, std::vector<int> const& sides) {
    auto const known = trees_.find({length, sides});
    if (known != trees_.end()) return known->second;
    return trees_[{length, sides}] = make(length, sides);
  }

 private:
  double volume(std::vector<double> const& length) const {
    double points = lattice_.fields;
    for (double const n : length) points *= n;
    return points;
  }

  double beside(std::vector<double> const& length, std::vector<int> const& sides) const {
    auto around = length;
    for (std::size_t a = 0; a < length.size(); ++a)
      around[a] += lattice_.reach[a] * ((sides[a] & 1) + (sides[a] >> 1));
    return volume(around) - volume(length) + lattice_.profiles;
  }

  /// The front of `pivots` unknowns that two boxes leave, or none.
  static Tree join(double pivots, double rest, Tree const& first, Tree const& second) {
    double const front = (pivots + rest) * (pivots + rest), factor = first.factor + second.factor;
    return {factor + pivots * (pivots + rest),
            std::max({first.peak, first.factor + first.passed + second.peak, factor + first.passed + second.passed + front}), rest * rest,
            first.operations + second.operations + operations_of(pivots, rest)};
  }

  Tree make(std::vector<double> const& length, std::vector<int> const& sides) {
    std::size_t longest = length.size();
    double most = 2.0;
    for (std::size_t a = 0; a < length.size(); ++a)
      if (lattice_.reach[a] > 0.0 && length[a] > most * lattice_.reach[a]) most = length[a] / lattice_.reach[a], longest = a;
    double const rest = beside(length, sides);
    if (longest == length.size()) return join(volume(length), rest, {}, {});
    auto half = length, separator = length;
    auto lower = sides, upper = sides;
    separator[longest] = lattice_.reach[longest];
    half[longest] = 0.5 * (length[longest] - separator[longest]);
    lower[longest] |= 2;
    upper[longest] |= 1;
    return join(volume(separator), rest, of(half, lower), of(half, upper));
  }

  Dissection const& lattice_;
  std::map<std::pair<std::vector<double>, std::vector<int>>, Tree> trees_;
};

}  // namespace

FactorCost factor_cost(Dissection const& lattice) {
  auto length = lattice.points;
  std::vector<int> sides(length.size(), 0);
  double copies = 1.0, pivots = 0.0;
  for (std::size_t a = 0; a < length.size(); ++a)
    if (lattice.reach[a] == 0.0) copies *= std::exchange(length[a], 1.0);
  for (std::size_t a = 0; a < length.size(); ++a)  // a ring is cut open first
    if (lattice.wraps[a] && length[a] > 3.0 * lattice.reach[a] && lattice.reach[a] > 0.0) {
      double cut = lattice.fields * lattice.reach[a];
      for (std::size_t b = 0; b < length.size(); ++b) cut *= b == a ? 1.0 : length[b];
      pivots += cut;
      length[a] -= lattice.reach[a];
      sides[a] = 3;
    }
  pivots += lattice.profiles;
  auto const tree = Boxes(lattice).of(length, sides);
  double const factor = tree.factor + pivots * pivots;
  double const peak = std::max(tree.peak, tree.factor + tree.passed + pivots * pivots);
  constexpr double bytes = sizeof(double);
  return {bytes * copies * factor, bytes * std::max(peak - factor, 0.0), copies * (tree.operations + operations_of(pivots, 0.0))};
}

}  // namespace mollis::estimators

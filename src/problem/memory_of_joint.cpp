// A joint fit at its peak, in a linear solve: of a step, or for one of the first draws of its error or what a chosen weight moves.
#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>
#include <vector>

#include "estimators/methods.hpp"
#include "grid/open_axis.hpp"
#include "mollifier/pass_order.hpp"
#include "problem/coarse_lattice.hpp"
#include "problem/memory_parts.hpp"
#include "problem/section.hpp"
#include "spectral/line_transform.hpp"

namespace mollis::problem {
namespace {

/// Rows of a line's factors that are kept, the mean over its waves (spectral::BandedSystems): those near its ends, which are not alike, and
/// those until factors settle to what single precision tells, 1.2e-7. A wave of m half turns across the n points of another axis decays along the line by exp(-pi m / n) a row,
/// and factors settle by the square of that: after c n / m rows, c = log(1 / 1.2e-7) / (2 pi). For m over one other axis and over two.
double rows_kept(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, int axis) {
  auto const points = static_cast<double>(grid.axis(axis).size());
  if (!grid.axis(axis).uniform || grid.dimension() == 1) return points;
  int order = 0;
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::state) order = std::max(order, feature.order[static_cast<std::size_t>(axis)]);
  double const c = -std::log(std::numeric_limits<float>::epsilon()) / (2.0 * std::acos(-1.0)), ends = 2.0 * (2.0 * (order + 2.0) + 1.0) + deck.joint.spline_degree;
  return std::min(points, ends + c * (grid.dimension() == 2 ? 1.0 + std::log(std::max(points / c, 1.0)) : 2.0));
}

/// The lattice of the coefficients over the grid, and its open axes.
struct Lattice {
  double size = 1.0;          ///< points over those of the grid
  double open = 0.0;          ///< axes
  double lines = 0.0;         ///< of the factors along all of them, in single precision: rows kept over points, times the band
};

Lattice lattice_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  Lattice out;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (!is_open(grid.axis(a))) continue;
    auto const points = static_cast<double>(grid.axis(a).size());
    double const longer = 1.0 + (deck.joint.spline_degree - 1.0) / points;
    out.size *= longer;
    out.lines += 0.5 * deck.joint.spline_degree * rows_kept(deck, grid, system, a) / points;
    out.open += 1.0;
  }
  return out;
}

/// Inverses where the ends of two lines meet (joint::EdgeModel), doubles a point: the triangle of a root for each wave along the other axes, at four places.
double edges(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, double states, double fields) {
  double const reach = deck.joint.spline_degree - 1.0, size = reach * reach * states + 0.25 * reach * reach * fields;
  auto const lines = model_lines(grid, system, axes_of_parameters(deck, grid));
  double sum = 0.0;
  for (std::size_t b = 0; b < lines.size(); ++b)
    for (std::size_t a = 0; a < b; ++a)
      sum += 2.0 * size * (size + 1.0) / (static_cast<double>(grid.axis(lines[a]).size()) * static_cast<double>(grid.axis(lines[b]).size()));
  return sum;
}

/// Matrices of transforms (spectral::by_matrix), doubles a point: of those along all axes, and of each line's along the others.
double matrices(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const lines = model_lines(grid, system, axes_of_parameters(deck, grid));
  double sum = 0.0;
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    if (axis.reflection != grid::Reflection::none) continue;
    bool const longer = is_open(axis) && is_differentiated(system, static_cast<std::size_t>(a));
    Index const length = axis.size() + (longer ? deck.joint.spline_degree - 1 : 0);
    if (!spectral::by_matrix(axis.periodic ? spectral::Basis::fourier : spectral::Basis::cosine, length)) continue;
    bool const continued = is_open(axis) && length > spectral::longest_by_matrix;   // to a quick length, by the lines
    auto const others = static_cast<double>(lines.size() - std::count(lines.begin(), lines.end(), a));
    sum += (1.0 + (continued ? 0.0 : std::max(others, lines.empty() ? 1.0 : 0.0))) * static_cast<double>(length * length);
  }
  return sum / static_cast<double>(grid.points());
}

/// Points along each axis that derivatives on the lattice read and make.
mollifier::PassBox passes_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  mollifier::PassBox box;
  for (int a = 0; a < grid.dimension(); ++a) {
    bool const filtered = is_differentiated(system, static_cast<std::size_t>(a)), longer = filtered && (is_open(grid.axis(a)) || grid.axis(a).periodic);
    box.made.push_back(grid.axis(a).size());
    box.read.push_back(box.made.back() + (longer ? deck.joint.spline_degree - 1 : 0));
    box.taps.push_back(filtered ? deck.joint.spline_degree : 0);
  }
  return box;
}

/// A state and its derivatives, each by itself.
std::vector<mollifier::Sum> derivatives_of(equation::System const& system, int state) {
  std::vector<mollifier::MultiIndex> set{mollifier::MultiIndex{}};
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::state && feature.index == state && feature.order != mollifier::MultiIndex{}) set.push_back(feature.order);
  return mollifier::sums_of(set);
}

double product(std::vector<Index> const& points, std::size_t from, std::size_t to) {
  double product = 1.0;
  for (std::size_t a = from; a < to; ++a) product *= static_cast<double>(points[a]);
  return product;
}

/// Values that the last pass reads, fastest axis first; none where it is the only one.
double read_by_last(mollifier::PassBox const& box, std::vector<mollifier::Sum> const& sums) {
  auto const axes = mollifier::filtered_axes(box);
  if (axes.size() < 2) return 0.0;
  auto const next = static_cast<std::size_t>(axes.back()) + 1;
  return static_cast<double>(mollifier::plan_passes(sums, axes).back().size()) * product(box.read, 0, next) * product(box.made, next, box.made.size());
}

/// Doubles a point that passes hand on (mollifier::JetPasses): what the last of them reads, or the results along the slowest axis where that is filtered
/// first, and what the last of the others reads at one of them.
double handed_on(mollifier::PassBox box, std::vector<mollifier::Sum> const& sums) {
  double const points = product(box.made, 0, box.made.size());
  if (!mollifier::is_slowest_first(box, sums)) return read_by_last(box, sums) / points;
  auto const slowest = static_cast<std::size_t>(mollifier::filtered_axes(box).back());
  auto const rests = mollifier::by_order(sums, slowest);
  box.read[slowest] = box.made[slowest];
  box.taps[slowest] = 0;
  double largest = 0.0;
  for (auto const& [order, rest] : rests) largest = std::max(largest, read_by_last(box, rest.sums));
  double const results = static_cast<double>(rests.size()) * product(box.read, 0, box.read.size());
  auto const others = mollifier::filtered_axes(box);
  return (results + largest / product(box.read, 0, static_cast<std::size_t>(others.back()))) / points;
}

/// Values of parameters over some of the axes, as their share of the points.
double reduced_values(deck::Deck const& deck, grid::Grid const& grid) {
  double sum = 0.0;
  for (auto const& axes : axes_of_parameters(deck, grid)) {
    if (static_cast<int>(axes.size()) == grid.dimension()) continue;
    double values = 1.0;
    for (int const a : axes) values *= static_cast<double>(grid.axis(a).size());
    sum += values / static_cast<double>(grid.points());
  }
  return sum;
}

constexpr double of_tao = 7.0;               ///< vectors of TAONLS and its line search
/// Draws of the prior that tell the scales of octaves (uncertainty::PriorScale).
double draws_of_prior(deck::Deck const& deck) {
  constexpr double most = 5.0;
  auto const* const samples = std::get_if<int>(&deck.uncertainty.samples);
  return samples == nullptr ? most : std::min(most, static_cast<double>(*samples));
}

constexpr double fields_of_last = 3.0;   ///< beyond the pulls of the draws before: two forms of its own pull, itself and what is read, less the one that is kept

}  // namespace

double joint_doubles(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  Counts const n(deck, grid, system);
  auto const lattice = lattice_of(deck, grid, system);
  double const both = n.states + n.fields, x = lattice.size * n.states + n.fields + reduced_values(deck, grid), ghosts = n.ghosts ? 1.0 : 0.0;
  // Observations as read, their weights, the mask; sums of derivatives and the states on the grid, which jets share between steps; passes, of one state
  // or parameter at a time.
  double const data = 2.0 * n.states + 1.0;
  auto const box = passes_of(deck, grid, system);
  double between = 0.0;
  for (int s = 0; s < static_cast<int>(n.states); ++s) between = std::max(between, handed_on(box, derivatives_of(system, s)));
  double const block = product(box.read, 0, box.read.size()) / static_cast<double>(grid.points());   // with its halo
  double const jets = n.sums + n.states + n.other_features + block * ghosts * n.states + std::max(between, n.smoothness_passes);
  double const roughness = lattice.open > 0.0 ? lattice.size : 0.0;
  double const smoothness = n.fields * ghosts;
  double const linearised = n.by_state + n.by_parameter + n.residuals;
  // x and a checkpoint's copy, where parameters started, twice.
  double const point = 2.0 * x + 2.0 * n.fields;
  double const preconditioner = both * lattice.size * (lattice.open > 0.0 ? both * lattice.lines : 0.25 * (both + 1.0)) +
                                (lattice.open > 0.0 ? 0.0 : lattice.size * n.states) + n.fields +   // factors; amplitudes, scales
                                (lattice.open > 1.0 ? edges(deck, grid, system, n.states, n.fields) : 0.0);
  double const transforms = matrices(deck, grid, system);
  bool const kept = x * static_cast<double>(grid.points()) <= estimators::most_unknowns_with_directions;
  double const conjugate_gradients = (3.0 + (kept ? 2.0 * estimators::directions_from_the_start : 0.0)) * x;
  // A step: what TAO holds, where it began, parameters before it.
  double const step = (of_tao + 1.0) * x + n.fields;
  // Draws: the estimate with its weights and sensitivities; squares and their copy, variances, octaves of waves, a byte each; three vectors of a draw, beside
  // rows, or pulls of octaves; or what a weight moves, once and twice. Stiff directions, in single precision.
  double const stiff = 0.5 * n.fields * x * (lattice.open > 0.0 ? 1.0 + lattice.open : 1.0);
  double const draws = n.residuals + 2.0 * n.fields + 3.125 * n.fields + stiff +
                       std::max((2.0 + n.fields) * x + n.fields * n.fields, 3.0 * x + std::max(n.states + n.residuals, (draws_of_prior(deck) + fields_of_last) * n.fields));
  // In the preconditioner: fields in and out, transforms; or in the saddle point, where one model serves: three pairs of vectors and a product, and what
  // parameters over some of the axes take: their correction, what is coupled to it, its waves, one more in a transform.
  double const by_models = lattice.size * (2.0 * n.fields + both + 1.0);
  bool const reduced = static_cast<double>(deck.parameters.size()) > n.fields;
  double const by_saddle = 3.0 * x + n.states + 4.0 * n.residuals + 3.0 * n.fields + 2.0 +
                           (reduced ? 3.0 * x + lattice.size * (both + 1.0) + 2.0 * n.residuals : 0.0);
  return data + jets + roughness + smoothness + linearised + point + preconditioner + transforms + conjugate_gradients + std::max(step, draws_of_prior(deck) > 0.0 ? draws : 0.0) +
         (lattice.open > 1.0 ? by_models : std::max(by_models, by_saddle));
}

double second_level_doubles(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  CoarseBlock lattice;
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    bool const runs = is_open(axis) && is_differentiated(system, static_cast<std::size_t>(a));
    lattice.axes.push_back(a);
    lattice.lines.push_back({axis.size() + (runs ? deck.joint.spline_degree - 1 : 0), axis.periodic});
    if (axis.reflection != grid::Reflection::none) return 0.0;
  }
  if (!wants_second_level(grid, system)) return 0.0;
  CoarseBlocks parameters;
  for (auto const& axes : axes_of_parameters(deck, grid)) {
    parameters.push_back({axes, {}});
    for (int const a : axes) parameters.back().lines.push_back({grid.axis(a).size(), grid.axis(a).periodic});
  }
  double sum = 0.0, largest = 0.0;   // a matrix each, and a copy of the one that is factorised
  for (auto const& blocks : coarse_sets(CoarseBlocks(deck.observations.size(), lattice), parameters)) {
    double size = 0.0;
    for (auto const& block : blocks) size += static_cast<double>(block.size());
    sum += size * size;
    largest = std::max(largest, size * size);
  }
  return sum + largest;
}

}  // namespace mollis::problem

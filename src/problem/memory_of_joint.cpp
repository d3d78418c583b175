// A joint fit at its peak: while the standard errors solve for what a chosen weight moves, or while the last draw of the prior tells the scales of octaves. Its own
// steps come a few vectors below that.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "estimators/methods.hpp"
#include "grid/open_axis.hpp"
#include "mollifier/pass_plan.hpp"
#include "problem/coarse_lattice.hpp"
#include "problem/memory_parts.hpp"
#include "problem/section.hpp"
#include "spectral/line_transform.hpp"

namespace mollis::problem {
namespace {

/// Rows of a line's factors that are kept, the mean over its waves (spectral::BandedSystems): those near its ends, which are not alike, and
/// those until factors settle to 1e-9. A wave of m half turns across the n points of another axis decays along the line by exp(-pi m / n) a row,
/// and factors settle by the square of that: after c n / m rows, c = log(1e9) / (2 pi). For m over one other axis and over two.
double rows_kept(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, int axis) {
  auto const points = static_cast<double>(grid.axis(axis).size());
  if (!grid.axis(axis).uniform || grid.dimension() == 1) return points;
  int order = 0;
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::state) order = std::max(order, feature.order[static_cast<std::size_t>(axis)]);
  double const c = std::log(1e9) / (2.0 * std::acos(-1.0)), ends = 2.0 * (2.0 * (order + 2.0) + 1.0) + deck.joint.spline_degree;
  return std::min(points, ends + c * (grid.dimension() == 2 ? 1.0 + std::log(std::max(points / c, 1.0)) : 2.0));
}

/// The lattice of the coefficients over the grid, and its open axes.
struct Lattice {
  double size = 1.0;          ///< points over those of the grid
  double open = 0.0;          ///< axes
  double lines = 0.0;         ///< of the factors along all of them, rows kept over points, times the band
};

Lattice lattice_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  Lattice out;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (!is_open(grid.axis(a))) continue;
    auto const points = static_cast<double>(grid.axis(a).size());
    double const longer = 1.0 + (deck.joint.spline_degree - 1.0) / points;
    out.size *= longer;
    out.lines += deck.joint.spline_degree * rows_kept(deck, grid, system, a) / points;
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

/// States that no residual reads themselves, whose values are made all the same.
double unread(equation::System const& system, double states) {
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::state && feature.order == mollifier::MultiIndex{}) states -= 1.0;
  return states;
}

/// One state's derivatives on the lattice: axes with passes, their points with what the passes read beyond them, those of the grid.
struct Passes {
  std::vector<mollifier::Sum> set;
  std::vector<int> axes;                ///< fastest first
  std::array<double, max_axes> read{}, made{};
};

Passes passes_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, int state) {
  Passes out{{{{mollifier::MultiIndex{}, 1.0}}}, {}, {}, {}};
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::state && feature.index == state && feature.order != mollifier::MultiIndex{}) out.set.push_back({{feature.order, 1.0}});
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    auto const at = static_cast<std::size_t>(a);
    bool const filtered = is_differentiated(system, at);
    out.made[at] = static_cast<double>(grid.axis(a).size());
    out.read[at] = out.made[at] + (filtered && (is_open(grid.axis(a)) || grid.axis(a).periodic) ? deck.joint.spline_degree - 1.0 : 0.0);
    if (filtered) out.axes.push_back(a);
  }
  return out;
}

/// What passes write over axes from the fastest on, and the fields that the last of them reads.
struct Written {
  double values = 0.0, last = 0.0;
};

Written written(Passes const& passes, std::vector<mollifier::Sum> const& set, std::vector<int> const& axes) {
  Written out;
  auto const plan = mollifier::plan_passes(set, axes);
  double points = 1.0;
  for (double const read : passes.read) points *= read > 0.0 ? read : 1.0;
  for (std::size_t l = 0; l < axes.size(); ++l) {
    auto const a = static_cast<std::size_t>(axes[l]);
    points *= passes.made[a] / passes.read[a];
    for (auto const& node : plan[l]) out.values += static_cast<double>(node.size()) * points;
  }
  if (axes.size() > 1) out.last = static_cast<double>(plan.back().size()) * points * passes.read[static_cast<std::size_t>(axes.back())] / passes.made[static_cast<std::size_t>(axes.back())];
  return out;
}

/// Doubles a point that passes hand on: what the last of them reads, or the results along the slowest axis where that is filtered first, and what the last
/// of the others reads at one of them (mollifier::JetPasses).
double handed_on(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, int state) {
  auto passes = passes_of(deck, grid, system, state);
  if (passes.axes.size() < 2) return 0.0;
  auto const points = static_cast<double>(grid.points());
  auto const fastest_first = written(passes, passes.set, passes.axes);
  auto const slowest = static_cast<std::size_t>(passes.axes.back());
  std::map<int, std::vector<mollifier::Sum>> by_order;
  for (auto const& sum : passes.set) by_order[sum.front().order[slowest]].push_back(sum);
  passes.read[slowest] = passes.made[slowest];
  double first = static_cast<double>(by_order.size()), largest = 0.0;
  for (double const read : passes.read) first *= read > 0.0 ? read : 1.0;
  double values = first;
  std::vector<int> const others(passes.axes.begin(), passes.axes.end() - 1);
  for (auto const& [order, set] : by_order) {
    auto const rest = written(passes, set, others);
    values += rest.values;
    largest = std::max(largest, rest.last);
  }
  double slices = 1.0;
  for (int a = 0; a < others.back(); ++a) slices *= passes.read[static_cast<std::size_t>(a)];
  return (values < fastest_first.values ? first + largest / slices : fastest_first.last) / points;
}

constexpr double fields_of_octaves = 8.0;   ///< the pulls of four draws; of the fifth two forms of its pull, itself and what is read (uncertainty::PriorScale)

}  // namespace

double joint_doubles(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  Counts const n(deck, grid, system);
  auto const lattice = lattice_of(deck, grid, system);
  double const both = n.states + n.fields, x = lattice.size * n.states + n.fields, ghosts = n.ghosts ? 1.0 : 0.0;
  // Observations as read, their weights, the mask; jets, the state itself among them, and the states on the grid; passes, of one state or
  // parameter at a time.
  double const data = 2.0 * n.states + 1.0;
  double between = 0.0;
  for (int s = 0; s < static_cast<int>(n.states); ++s) between = std::max(between, handed_on(deck, grid, system, s));
  double const jets = n.state_features + unread(system, n.states) + n.states + n.other_features + lattice.size * ghosts * n.states +
                      std::max(between, n.smoothness_passes);
  double const roughness = lattice.open > 0.0 ? lattice.size * (n.states + 1.0) : 0.0;
  double const smoothness = n.fields * ghosts;
  double const linearised = n.by_state + n.by_parameter + n.residuals + 2.0 * n.fields;   // parameters and L p at this point
  // x, states, predictions, weights; parameters, their start and sensitivities; a checkpoint's copy of the fit, the estimate, the draws.
  double const estimate = x + 2.0 * n.states + n.residuals + 3.0 * n.fields + x + 3.0 * n.fields;
  double const preconditioner = both * both * lattice.size * (lattice.open > 0.0 ? lattice.lines : 0.5) +
                                (lattice.open > 0.0 ? 0.0 : lattice.size * n.states) + n.fields +   // factors; amplitudes, scales
                                (lattice.open > 1.0 ? edges(deck, grid, system, n.states, n.fields) : 0.0);
  double const transforms = matrices(deck, grid, system);
  bool const kept = x * static_cast<double>(grid.points()) <= estimators::most_unknowns_with_directions;
  double const conjugate_gradients = (3.0 + (kept ? 2.0 * estimators::directions_from_the_start : 0.0)) * x;
  // The fit, squares, variances and what weights take, octaves of waves, a byte each; the larger of what a weight moves, once and twice, as fields
  // too, and what was found before, or a draw of the prior, its solution and its pull, and fields.
  double const errors = 4.125 * n.fields + std::max((3.0 + 2.0 * n.fields) * x + n.fields, 3.0 * x + fields_of_octaves * n.fields);
  double const stiff = lattice.open > 0.0 ? n.fields * (1.0 + lattice.open) * x : x * n.fields;   // what a smoothness of order 2 leaves free, for draws
  // In the preconditioner: fields in and out, transforms; or in the saddle point, where one model serves: four pairs of vectors and a product.
  double const by_models = lattice.size * (n.fields + both + 3.0);
  double const by_saddle = 5.0 * x + n.states + 5.0 * n.residuals + 3.0 * n.fields + 2.0;
  return data + jets + roughness + smoothness + linearised + estimate + preconditioner + transforms + conjugate_gradients + errors +
         (lattice.open > 1.0 ? by_models + stiff : std::max(by_models + stiff, by_saddle));
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

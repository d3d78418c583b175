#include "mollifier/masked_jets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "halo/plan.hpp"
#include "kernels/pointwise.hpp"
#include "mollifier/derivative_tree.hpp"
#include "mollifier/gap_walk.hpp"
#include "mollifier/local_rows.hpp"
#include "mollifier/on_device.hpp"

namespace mollis::mollifier {
namespace {

constexpr double tolerable = 100.0;  ///< standard deviation of a jet over that without gaps

/// Stretches of neighbours among increasing positions.
struct Stretches {
  kernels::LinePatches::Table first, size;
};

Stretches stretches(std::vector<Index> const& positions) {
  std::vector<Index> first, size;
  for (Index const position : positions) {
    if (first.empty() || position != first.back() + size.back()) {
      first.push_back(position);
      size.push_back(0);
    }
    ++size.back();
  }
  return {on_device(first), on_device(size)};
}

void put(double value, Stretches const& there, Field const& field) {
  auto const first = there.first, size = there.size;
  Kokkos::parallel_for(
      "mollis::masked", Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(0, static_cast<Index>(first.extent(0))),
      KOKKOS_LAMBDA(Index n) {
        for (Index i = first(n); i < first(n) + size(n); ++i) field(i) = value;
      });
}

Index widest(Radii const& radii) {
  Index most = 0;
  for (auto const& entry : radii) most = std::max(most, entry.second);
  return most;
}

/// What rows at the edge of a mask reach: twice the radius to each side.
halo::Needs wider(grid::Grid const& grid, std::vector<Radii> const& radii) {
  halo::Needs needs(static_cast<std::size_t>(grid.dimension()));
  for (int a = 0; a < grid.dimension(); ++a)
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      grid::Range range = grid.block_range(a, b);
      Index const reach = 2 * widest(radii[static_cast<std::size_t>(a)]);
      if (range.size() > 0) range = {range.lower - reach, range.upper + reach};
      if (!grid.axis(a).periodic) range = {std::max<Index>(range.lower, 0), std::min(range.upper, grid.axis(a).size())};
      needs[static_cast<std::size_t>(a)].push_back(range);
    }
  return needs;
}

constexpr Index lanes = kernels::LinePatches::lanes;

LevelPatches level_of(Patched const& from, std::vector<double> const& weights, std::vector<Index> const& offsets) {
  return {{on_device(from.outer), on_device(from.at), on_device(from.column), on_device(from.first), on_device(from.size), on_device(from.block), on_device(from.counts),
           on_device(offsets), on_device(weights)},
          from.begin};
}

LevelPatches level_of(Patched const& from) { return level_of(from, from.weights, from.offsets); }

/// The same places with the elementwise products of two orders' rows, as one order: carries covariances.
LevelPatches products(Patched const& from, int a, int b) {
  std::vector<double> weights;
  std::vector<Index> offsets;
  for (std::size_t n = 0; n < from.counts.size(); ++n) {
    offsets.push_back(static_cast<Index>(weights.size()));
    Index const count = from.counts[n] * lanes;
    double const* const block = from.weights.data() + from.offsets[n];
    for (Index j = 0; j < count; ++j) weights.push_back(block[a * count + j] * block[b * count + j]);
  }
  return level_of(from, weights, offsets);
}

}  // namespace

struct MaskedJets::Data {
  Data(Jets const& jets_, std::vector<Radii> const& radii) : jets(jets_), plan(jets_.grid(), wider(jets_.grid(), radii)) {
    for (int a = 0; a < jets.grid().dimension(); ++a) filters.push_back(jets.filter(a));
  }

  Jets jets;
  halo::Plan plan;
  std::vector<LineFilter> filters;
  Field exists;                    ///< 1 or 0, ghosted box
  bool reads_missing = false;      ///< with weight 0: these hold 0 then, else NaN, which the passes carry on to all that has no jets
  Stretches missing, without;      ///< points of the ghosted box that do not exist, local ones that have no jets (and no NaN from passes)
  std::vector<Patched> patched;    ///< of each filtered axis, fastest first
  mutable std::optional<DerivativeTree> tree;
  mutable Field ghosted;           ///< workspace
  std::vector<Index> points;
  std::vector<double> covariances;

  void mark(Field const& data);
  Marks find_rows(MomentFit const& fit, std::vector<Radii> const& radii);
  void find_noise(std::vector<Index> const& changed, Marks& kept);
  std::vector<double> covariance(std::size_t k, std::size_t l) const;
};

/// exists := where data are finite.
void MaskedJets::Data::mark(Field const& data) {
  Field const here = make_field("mollis::exists", jets.grid().local_size());
  Kokkos::deep_copy(here, 1.0);
  kernels::clear_where_not_finite(data, here);
  exists = make_field("mollis::exists", plan.ghosted_size());
  ghosted = make_field("mollis::masked", plan.ghosted_size());
  plan.forward(here, exists);
  auto const host = on_host(exists);
  std::vector<Index> none;
  for (std::size_t i = 0; i < host.extent(0); ++i)
    if (host(i) == 0.0) none.push_back(static_cast<Index>(i));
  missing = stretches(none);
}

/// Rows, and which points of the local box have them all (1: as Jets has them, 2: others).
Marks MaskedJets::Data::find_rows(MomentFit const& fit, std::vector<Radii> const& radii) {
  auto const& grid = jets.grid();
  auto const host = on_host(exists);
  Marks marks(host.extent(0)), touched(host.extent(0), 0);
  for (std::size_t i = 0; i < marks.size(); ++i) marks[i] = host(i) != 0.0 ? 1 : 0;
  int march = grid.dimension();
  for (int a = grid.dimension() - 1; a >= 0; --a)
    if (!is_identity(filters[static_cast<std::size_t>(a)])) march = a;
  for (int a = grid.dimension() - 1; a >= march; --a) {
    auto const at = static_cast<std::size_t>(a);
    if (is_identity(filters[at])) continue;
    GapWalk walk(grid, plan.ghosted(), a, filters[at], fit, radii[at]);
    walk.run(marks, touched, a == march ? 1 : product(plan.ghosted(), march + 1, a));
    patched.push_back(std::move(walk.patched));
    reads_missing = reads_missing || walk.reads_missing;
  }
  for (std::size_t i = 0; i < marks.size(); ++i) marks[i] = marks[i] == 0 ? 0 : touched[i] == 0 ? 1 : 2;
  return marks;
}

/// Of two members at every local point: products of their rows, pass by pass, over what exists.
std::vector<double> MaskedJets::Data::covariance(std::size_t k, std::size_t l) const {
  auto const &a = jets.set()[k], &b = jets.set()[l];
  std::vector<LineFilter> both;
  std::vector<LevelPatches> levels;
  for (std::size_t axis = 0; axis < filters.size(); ++axis)
    both.push_back(is_identity(filters[axis]) ? filters[axis] : product_filter(filters[axis], a[axis], b[axis]));
  for (auto const& along : patched) {
    auto const axis = static_cast<std::size_t>(along.axis);
    levels.push_back(products(along, filters[axis].slot(a[axis]), filters[axis].slot(b[axis])));
  }
  DerivativeTree carry(both, {{{MultiIndex{}, 1.0}}}, plan.ghosted(), jets.grid().owned());
  carry.set_patches(std::move(levels));
  std::vector<Field> const out{make_field("mollis::covariance", jets.grid().local_size())};
  carry.apply(exists, out);
  auto const host = on_host(out.front());
  return {host.data(), host.data() + host.extent(0)};
}

/// Keeps the changed points whose noise is tolerable, with their covariances.
void MaskedJets::Data::find_noise(std::vector<Index> const& changed, Marks& kept) {
  auto const& own = jets.grid().owned();
  std::size_t const members = jets.set().size();
  std::vector<double> all(changed.size() * members * members);
  std::vector<char> tolerated(changed.size(), 1);
  for (std::size_t k = 0; k < members; ++k)
    for (std::size_t l = 0; l <= k; ++l) {
      auto const values = covariance(k, l);
      for (std::size_t n = 0; n < changed.size(); ++n) {
        double const value = values[static_cast<std::size_t>(changed[n])];
        all[(n * members + k) * members + l] = all[(n * members + l) * members + k] = value;
        if (l < k) continue;
        double plain = 1.0;
        Index rest = changed[n];
        for (int a = own.dimension() - 1; a >= 0; --a) {
          auto const& filter = filters[static_cast<std::size_t>(a)];
          int const slot = filter.slot(jets.set()[k][static_cast<std::size_t>(a)]);
          plain *= filter.gram(own[a].lower + rest % own[a].size(), slot, slot);
          rest /= own[a].size();
        }
        if (!(value <= tolerable * tolerable * plain)) tolerated[n] = 0;
      }
    }
  for (std::size_t n = 0; n < changed.size(); ++n) {
    if (tolerated[n] == 0) {
      kept[static_cast<std::size_t>(changed[n])] = 0;
      continue;
    }
    points.push_back(changed[n]);
    auto const from = all.begin() + static_cast<std::ptrdiff_t>(n * members * members);
    covariances.insert(covariances.end(), from, from + static_cast<std::ptrdiff_t>(members * members));
  }
}

MaskedJets::MaskedJets(Jets const& jets, MomentFit const& fit, std::vector<Radii> const& radii, Field const& data) {
  auto const made = std::make_shared<Data>(jets, radii);
  data_ = made;
  made->mark(data);
  auto const marks = made->find_rows(fit, radii);
  auto const values = on_host(data);
  Marks kept(marks.size());
  std::vector<Index> changed, without;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    bool const has = marks[i] != 0 && std::isfinite(values(i));
    kept[i] = has ? 1 : 0;
    if (has && marks[i] == 2) changed.push_back(static_cast<Index>(i));
  }
  made->find_noise(changed, kept);
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i] == 0 && (marks[i] != 0 || made->reads_missing)) without.push_back(static_cast<Index>(i));
  made->without = stretches(without);
  std::vector<LevelPatches> levels;
  for (auto const& along : made->patched) levels.push_back(level_of(along));
  made->tree.emplace(made->filters, sums_of(jets.set()), made->plan.ghosted(), jets.grid().owned());
  made->tree->set_patches(std::move(levels));
}

void MaskedJets::apply(Field const& owned, std::vector<Field> const& out) const {
  data_->plan.forward(owned, data_->ghosted);
  double const none = std::numeric_limits<double>::quiet_NaN();
  put(data_->reads_missing ? 0.0 : none, data_->missing, data_->ghosted);
  data_->tree->apply(data_->ghosted, out);
  for (Field const& field : out) put(none, data_->without, field);
}

std::vector<Index> const& MaskedJets::points() const { return data_->points; }
std::vector<double> const& MaskedJets::covariances() const { return data_->covariances; }

}  // namespace mollis::mollifier

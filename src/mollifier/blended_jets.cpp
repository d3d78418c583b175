#include "mollifier/blended_jets.hpp"

#include <algorithm>
#include <cmath>

#include "mollifier/on_device.hpp"

namespace mollis::mollifier {
namespace {

constexpr Index most_of_single_gaps = 1 << 20;  ///< points of the grid

/// out += what rung k has of each point times `field`, which may be anything where that is nothing.
void add_share(Field const& level, int k, Field const& field, Field const& out) {
  Kokkos::parallel_for(
      "mollis::blend", Kokkos::RangePolicy<Execution>(0, out.extent(0)), KOKKOS_LAMBDA(std::size_t i) {
        double const apart = level(i) > k ? level(i) - k : k - level(i);
        if (apart < 1.0) out(i) += (1.0 - apart) * field(i);
      });
}

/// Whether a point's jets blend those of rung k.
bool serves(RadiusMap const& map, std::size_t k, Index point) {
  return map.rungs.empty() || std::abs(map.level[static_cast<std::size_t>(point)] - static_cast<double>(k)) < 1.0;
}

}  // namespace

BlendedJets::BlendedJets(grid::Grid const& grid, Settings const& settings, bool weak, std::vector<MultiIndex> const& set)
    : grid_(grid), settings_(settings) {
  auto const& map = settings.map;
  if (map.rungs.empty()) rungs_.push_back({Jets(grid, make_filters(grid, settings, weak, set), set), {}, {}});
  for (std::size_t k = 0; k < map.rungs.size(); ++k)
    rungs_.push_back({Jets(grid, make_filters(grid, at_rung(settings, k), weak, set), set), {}, {}});
  if (!map.rungs.empty()) level_ = on_device(map.level);
}

bool BlendedJets::can_refit() const {
  return settings_.filter == "moment" && (rungs_.size() == 1 || only_filtered_axis(rungs_.front().jets).has_value());
}

bool BlendedJets::refits_single_gaps() const {
  return can_refit() && (only_filtered_axis(rungs_.front().jets).has_value() || grid_.points() <= most_of_single_gaps);
}

void BlendedJets::refit_around(Field const& data) {
  if (can_refit() && rungs_.size() == 1) rungs_.front().masked = make_masked(rungs_.front().jets, settings_, data);
  for (std::size_t k = 0; k < rungs_.size(); ++k)
    rungs_[k].refit = make_refit(rungs_[k].jets, settings_.map.rungs.empty() ? settings_ : at_rung(settings_, k), data);
}

std::vector<Index> BlendedJets::refitted_points() const {
  std::vector<Index> points;
  for (std::size_t k = 0; k < rungs_.size(); ++k)
    for (Index const point : rungs_[k].refit ? rungs_[k].refit->points() : std::vector<Index>())
      if (serves(settings_.map, k, point)) points.push_back(point);
  if (rungs_.front().masked) points = rungs_.front().masked->points();
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

void BlendedJets::apply_into(Field const& owned, std::vector<Field> const& out) const {
  auto const& [jets, refit, masked] = rungs_.front();
  if (masked) return masked->apply(owned, out);
  jets.apply(owned, out);
  if (refit) refit->apply(owned, out);
}

std::vector<Field> BlendedJets::apply(Field const& owned) const {
  if (rungs_.size() == 1 && level_.extent(0) == 0) {
    std::vector<Field> fields;
    for (std::size_t k = 0; k < set().size(); ++k) fields.push_back(make_field("mollis::jet", grid_.local_size()));
    apply_into(owned, fields);
    return fields;
  }
  std::vector<Field> blended;
  for (std::size_t k = 0; k < rungs_.size(); ++k) {
    auto const fields = rungs_[k].jets.apply(owned);
    if (rungs_[k].refit) rungs_[k].refit->apply(owned, fields);
    for (std::size_t f = 0; f < fields.size(); ++f) {
      if (k == 0) blended.emplace_back("mollis::jet", fields[f].extent(0));
      add_share(level_, static_cast<int>(k), fields[f], blended[f]);
    }
  }
  return blended;
}

Row BlendedJets::taps(Rung const& rung, int axis, Index point, int slot) const {
  if (rung.refit) return rung.refit->taps(point, slot);
  Index inner = 1;
  for (int a = axis + 1; a < grid_.dimension(); ++a) inner *= grid_.owned()[a].size();
  return rung.jets.filter(axis).taps(grid_.owned()[axis].lower + point / inner % grid_.owned()[axis].size(), slot);
}

/// [row][slot][slot], the slots of one rung after another; rungs that no point blends have 0.
std::vector<double> BlendedJets::gram_along(int axis) const {
  if (rungs_.size() == 1) return rungs_.front().jets.gram_table(axis);
  int const orders = static_cast<int>(rungs_.front().jets.filter(axis).orders.size()), rungs = static_cast<int>(rungs_.size());
  grid::Range const own = grid_.owned()[axis];
  std::vector<double> table;
  for (Index i = own.lower; i < own.upper; ++i)
    for (int a = 0; a < orders * rungs; ++a)
      for (int b = 0; b < orders * rungs; ++b) {
        auto const& left = rungs_[static_cast<std::size_t>(a / orders)].jets.filter(axis);
        auto const& right = rungs_[static_cast<std::size_t>(b / orders)].jets.filter(axis);
        bool const meet = std::abs(a / orders - b / orders) <= 1;
        table.push_back(meet ? inner_product(left.taps(i, a % orders), right.taps(i, b % orders)) : 0.0);
      }
  return table;
}

/// [local point][slot][slot], the slots of the rung at the point's level and of the one after it.
std::vector<double> BlendedJets::gram_by_point(int axis) const {
  if (rungs_.size() == 1) return rungs_.front().refit->gram_table();
  int const orders = static_cast<int>(rungs_.front().jets.filter(axis).orders.size());
  std::vector<double> table;
  for (Index p = 0; p < grid_.local_size(); ++p) {
    auto const first = static_cast<std::size_t>(settings_.map.level[static_cast<std::size_t>(p)]);
    std::vector<Row> rows;
    for (std::size_t k = first; k < first + 2; ++k)
      for (int slot = 0; slot < orders; ++slot) rows.push_back(taps(rungs_[std::min(k, rungs_.size() - 1)], axis, p, slot));
    for (auto const& a : rows)
      for (auto const& b : rows) table.push_back(inner_product(a, b));
  }
  return table;
}

/// The covariances of jets whose rows are no products.
void BlendedJets::add_covariances(kernels::GramTables& gram) const {
  auto const& masked = *rungs_.front().masked;
  gram.jets = static_cast<int>(set().size());
  for (std::size_t k = 0; k < set().size(); ++k) {
    auto const slots_of = slots(k);
    std::copy(slots_of.begin(), slots_of.end(), gram.jet[k]);
  }
  gram.covariances = on_device(masked.covariances());
  gram.place = kernels::GramTables::Places("mollis::place", static_cast<std::size_t>(grid_.local_size()));
  auto const host = Kokkos::create_mirror_view(gram.place);
  std::fill(host.data(), host.data() + host.extent(0), Index(-1));
  for (std::size_t n = 0; n < masked.points().size(); ++n) host(static_cast<std::size_t>(masked.points()[n])) = static_cast<Index>(n);
  Kokkos::deep_copy(gram.place, host);
}

kernels::GramTables BlendedJets::gram() const {
  kernels::GramTables gram;
  int const padding = max_axes - grid_.dimension(), rungs = static_cast<int>(rungs_.size());
  auto const& jets = rungs_.front().jets;
  for (int axis = 0; axis < max_axes; ++axis) {
    bool const real = axis >= padding && grid_.local_size() > 0;
    gram.tables[axis] = on_device(real ? gram_along(axis - padding) : std::vector<double>{1.0});
    if (axis < padding) continue;
    gram.rung[axis] = static_cast<int>(jets.filter(axis - padding).orders.size());
    gram.slots[axis] = gram.rung[axis] * rungs;
  }
  gram.level = level_;
  if (rungs_.front().masked) {
    add_covariances(gram);
    return gram;
  }
  if (refitted_points().empty()) return gram;
  int const axis = *only_filtered_axis(jets);
  gram.pointwise = padding + axis;
  gram.slots[gram.pointwise] = gram.rung[gram.pointwise] * std::min(rungs, 2);
  gram.tables[gram.pointwise] = on_device(gram_by_point(axis));
  return gram;
}

std::array<int, max_axes> BlendedJets::slots(std::size_t member) const {
  std::array<int, max_axes> slots{};
  auto const& jets = rungs_.front().jets;
  for (int a = 0; a < grid_.dimension(); ++a)
    slots[static_cast<std::size_t>(max_axes - grid_.dimension() + a)] = jets.filter(a).slot(set()[member][static_cast<std::size_t>(a)]);
  return slots;
}

}  // namespace mollis::mollifier

#include "estimators/joint/line_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mollis::joint {
namespace {

using spectral::BandedSystems;
using Host = Kokkos::DefaultHostExecutionSpace;
using HostRange = Kokkos::RangePolicy<Host, Kokkos::IndexType<Index>>;

/// Angles of the coefficients of a box, axis by axis.
Symbols::Angles angles_of(spectral::SpectralBox const& box) {
  Symbols::Angles angles;
  for (auto const basis : box.bases()) angles.push_back(spectral::angles(basis, box.coefficients(static_cast<int>(angles.size()))));
  return angles;
}

constexpr double diagonal_floor = 1e-13;

}  // namespace

LineModel::LineModel(Objective const& objective, int line)
    : lattice_(objective.lattice()), roughness_(objective.roughness()), line_(line),
      states_(static_cast<int>(objective.problem().states.size())), box_(lattice_.extended(), bases_of(lattice_), line, {}, lattice_.degree() - 1), angle_(angles_of(box_)),
      symbols_(lattice_, objective.problem().system(), angle_), forms_(objective, angle_) {
  for (auto const& state : objective.problem().states)
    walls_.push_back(line >= 0 && !state.walls.empty() ? state.walls[static_cast<std::size_t>(line)] : std::array<bool, 2>{false, false});
  auto const& system = objective.problem().system();
  auto const terms = terms_of(system);
  std::vector<int> orders{0};
  for (std::size_t t = 0; t < terms.size(); ++t) {
    int const order = line >= 0 ? terms[t].order[static_cast<std::size_t>(line)] : 0;
    orders.push_back(order);
    auto const group = std::find_if(groups_.begin(), groups_.end(), [&](Group const& g) {
      return g.residual == terms[t].residual && g.state == terms[t].state && g.order == order;
    });
    if (group == groups_.end())
      groups_.push_back({terms[t].residual, terms[t].state, order, {static_cast<int>(t)}});
    else
      group->terms.push_back(static_cast<int>(t));
  }
  std::sort(orders.begin(), orders.end());
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  if (line >= 0) filter_ = mollifier::spline_filter(lattice_.extended().axis(line), lattice_.degree(), orders);
}

Index LineModel::reach() const { return line_ >= 0 ? (filter_->width - 1) / 2 : 0; }
Index LineModel::margin() const { return line_ >= 0 ? lattice_.margin(line_) : 0; }
Index LineModel::rows_of_grid() const { return line_ >= 0 ? lattice_.grid().axis(line_).size() : 1; }

/// Of the observation in a row of the lattice.
double LineModel::data_weight(Averages const& averages, int state, Index row) const {
  auto const& wall = walls_[static_cast<std::size_t>(state)];
  bool const known = (wall[0] && row == margin()) || (wall[1] && row == margin() + rows_of_grid() - 1);
  return averages.data[static_cast<std::size_t>(state)] * (known ? wall_weight : 1.0);
}

/// Rows of the lattice whose equations, data and priors are all alike, ends of whatever reaches them left out: none where points are
/// not equally spaced.
grid::Range LineModel::alike_rows(Index smooth) const {
  if (line_ < 0) return {0, 0};
  Index const half = (filter_->width - 1) / 2, rough = 2 * roughness_.band(line_) + 1, first = margin(), end = margin() + rows_of_grid();
  Index const inset = std::max(half + 1, 2 * smooth + 1);
  grid::Range const alike{std::max({filter_->interior.lower + half, first + inset, rough}),
                          std::min({filter_->interior.upper - half, end - inset, lattice_.extended().axis(line_).size() - rough})};
  return alike.size() > 1 ? alike : grid::Range{0, 0};
}

void LineModel::update(Averages const& averages, FieldCoupling const& coupling) {
  fields_ = coupling.unknowns.size();
  auto const& lines = box_.lines();
  Index const block = states_ + static_cast<Index>(fields_);
  Index const reach = line_ >= 0 ? filter_->width - 1 : 0;
  Index smooth = 0;
  for (int const u : coupling.unknowns) smooth = std::max<Index>(smooth, forms_.order(static_cast<std::size_t>(u)));
  Index const band = line_ >= 0 ? std::max({reach, smooth, roughness_.band(line_)}) * block : 0;
  alike_ = alike_rows(smooth);
  alpha_ = coupling.alpha;
  amplitude_.clear();
  for (std::size_t g = 0; g < groups_.size(); ++g) amplitude_.emplace_back("amplitude", static_cast<std::size_t>(lines.outer * lines.inner));
  systems_.reset();
  auto& systems = systems_.emplace(lines.outer * lines.inner, lines.points, block, band + block - 1, alike_);
  auto const group_by_group = [&](Index thread, Index threads) {
    BandedSystems::Filling filling(systems);
    for (Index group = thread; group < systems.groups(); group += threads) {
      fill(averages, coupling, group, filling);
      filling.factorise(group, diagonal_floor);
    }
  };
  Index const threads = std::min<Index>(Host().concurrency(), systems.groups());
  Kokkos::parallel_for("mollis::line_model_update", HostRange(0, threads), [&](Index thread) { group_by_group(thread, threads); });
}

void LineModel::apply_add(double factor, std::vector<HostField> const& r, std::vector<HostField> const& z) const {
  std::vector<HostField> data;
  for (auto const& field : r) data.push_back(box_.forward_of(field));
  solve(data);
  for (std::size_t v = 0; v < data.size(); ++v) {
    box_.backward(data[v]);
    for (std::size_t i = 0; i < data[v].extent(0); ++i) z[v][i] += factor * data[v][i];
  }
}

/// Where the systems of a group begin in a field over the box.
LineModel::Lanes LineModel::lanes_of(Index group) const {
  auto const& lines = box_.lines();
  Index const first = group * BandedSystems::lanes;
  Lanes lanes;
  lanes.count = std::min(BandedSystems::lanes, lines.outer * lines.inner - first);
  for (Index k = 0; k < lanes.count; ++k) {
    Index const o = (first + k) / lines.inner, c = (first + k) % lines.inner;
    lanes.offset[static_cast<std::size_t>(k)] = o * lines.points * lines.inner + c;
  }
  lanes.adjoin = lanes.count == BandedSystems::lanes && lanes.offset.back() - lanes.offset.front() == BandedSystems::lanes - 1;
  return lanes;
}

void LineModel::solve(std::vector<HostField> const& data) const {
  constexpr Index width = BandedSystems::lanes;
  Index const block = static_cast<Index>(data.size()), points = box_.lines().points, inner = box_.lines().inner;
  auto const solve_group = [&](Index group) {
    thread_local std::vector<double> x;
    x.assign(static_cast<std::size_t>(points * block * width), 0.0);
    Lanes const lanes = lanes_of(group);
    auto const each = [&](auto&& visit) {   // reads and writes along all lanes at once
      for (Index v = 0; v < block; ++v) {
        double* here = data[static_cast<std::size_t>(v)].data();
        double* there = x.data() + v * width;
        for (Index i = 0; i < points; ++i, here += inner, there += block * width) {
          if (lanes.adjoin)
            for (Index k = 0; k < width; ++k) visit(there[k], here[lanes.offset[0] + k]);
          else
            for (Index k = 0; k < lanes.count; ++k) visit(there[k], here[lanes.offset[static_cast<std::size_t>(k)]]);
        }
      }
    };
    each([](double& there, double& here) { there = here; });
    systems_->solve(group, x.data());
    each([](double& there, double& here) { here = there; });
  };
  Kokkos::parallel_for("mollis::line_model", HostRange(0, systems_->groups()), solve_group);
}

/// each(state or parameter, offset of a run of waves in its array, that in the rows, length, factors of the run: one number times one a wave
/// or, where null, that number) for all that a residual's rows are made of.
template <class Each>
void LineModel::over_rows(std::size_t k, Each const& each) const {
  auto const& lines = box_.lines();
  Index const half = line_ >= 0 ? (filter_->width - 1) / 2 : 0;
  bool const whole = line_ < 0;   // no line: systems are the waves themselves
  Index const first = whole ? 0 : margin(), end = whole ? 1 : margin() + rows_of_grid();
  Index const points = lines.points, inner = lines.inner, row_points = rows_->points(), ahead = whole ? 0 : rows_->ahead();
  for (Index o = 0; o < lines.outer; ++o)
    for (Index r = first; r < end; ++r) {
      Index const at = (o * points + r) * inner, row = (o * row_points + r - first + ahead) * inner;
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        if (groups_[g].residual != static_cast<int>(k)) continue;
        double const* const c = amplitude_[g].data() + o * inner;
        for (Index i = -half; i <= half; ++i) {
          double const tap = whole ? 1.0 : filter_->row(r, filter_->slot(groups_[g].order))[i + half];
          if (tap != 0.0) each(static_cast<std::size_t>(groups_[g].state), at + i * inner, row, inner, tap, c);
        }
      }
      for (std::size_t i = 0; i < fields_; ++i)
        if (alpha_[k][i] != 0.0) each(static_cast<std::size_t>(states_) + i, at, row, inner, alpha_[k][i], static_cast<double const*>(nullptr));
    }
}

HostField LineModel::rows_of(std::size_t k, std::vector<HostField> const& waves) const {
  HostField const rows("rows", static_cast<std::size_t>(rows_->size()));
  over_rows(k, [&](std::size_t v, Index from, Index to, Index count, double factor, double const* c) {
    double const* const in = waves[v].data() + from;
    double* const out = rows.data() + to;
    for (Index i = 0; i < count; ++i) out[i] += factor * (c != nullptr ? c[i] : 1.0) * in[i];
  });
  return rows;
}

void LineModel::add_rows_transposed(std::size_t k, HostField const& rows, std::vector<HostField> const& waves) const {
  over_rows(k, [&](std::size_t v, Index to, Index from, Index count, double factor, double const* c) {
    double const* const in = rows.data() + from;
    double* const out = waves[v].data() + to;
    for (Index i = 0; i < count; ++i) out[i] += factor * (c != nullptr ? c[i] : 1.0) * in[i];
  });
}

}  // namespace mollis::joint

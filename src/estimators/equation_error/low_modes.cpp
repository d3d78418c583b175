#include "estimators/equation_error/low_modes.hpp"

#include <petscsys.h>
// after petscsys.h
#include <petscblaslapack.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mollis::equation_error {

/// One factor of a product of two features: an unknown's modes, differentiated, along each axis of the grid.
struct LowModes::Side {
  std::size_t unknown;
  std::vector<std::vector<std::vector<double>>> lines;  ///< [axis of the whole grid][mode][point]; empty where it has not the axis
};

namespace {

/// table[point][mode of p][mode of q] along one axis, over a range of points.
std::vector<double> products(std::vector<std::vector<double>> const& p, std::vector<std::vector<double>> const& q, grid::Range range) {
  std::vector<double> table;
  std::size_t const np = std::max<std::size_t>(p.size(), 1), nq = std::max<std::size_t>(q.size(), 1);
  for (auto i = static_cast<std::size_t>(range.lower); i < static_cast<std::size_t>(range.upper); ++i)
    for (std::size_t k = 0; k < np; ++k)
      for (std::size_t l = 0; l < nq; ++l) table.push_back((p.empty() ? 1.0 : p[k][i]) * (q.empty() ? 1.0 : q[l][i]));
  return table;
}

/// [outer][points][inner] -> [outer][rows][inner]: sums over the points with table[point][row].
std::vector<double> contracted(std::vector<double> const& in, std::vector<double> const& table, Index points, Index inner) {
  Index const rows = static_cast<Index>(table.size()) / points, outer = static_cast<Index>(in.size()) / (points * inner);
  std::vector<double> out(static_cast<std::size_t>(outer * rows * inner), 0.0);
  for (Index o = 0; o < outer; ++o) {
    double const* const from = in.data() + o * points * inner;
    double* const to = out.data() + o * rows * inner;
    if (inner == 1) {
      for (Index i = 0; i < points; ++i)
        for (Index r = 0; r < rows; ++r) to[r] += table[static_cast<std::size_t>(i * rows + r)] * from[i];
      continue;
    }
    for (Index r = 0; r < rows; ++r)
      for (Index i = 0; i < points; ++i) {
        double const weight = table[static_cast<std::size_t>(i * rows + r)];
        for (Index c = 0; c < inner; ++c) to[r * inner + c] += weight * from[i * inner + c];
      }
  }
  return out;
}

/// Calls visit(coefficient, numbers) for all tuples of numbers below counts, the last fastest.
template <class Visitor>
void for_each_tuple(std::vector<Index> const& counts, Visitor&& visit) {
  Index total = 1;
  for (Index const n : counts) total *= n;
  std::vector<Index> tuple(counts.size());
  for (Index c = 0; c < total; ++c) {
    Index rest = c;
    for (std::size_t a = counts.size(); a-- > 0; rest /= counts[a]) tuple[a] = rest % counts[a];
    visit(c, tuple);
  }
}

}  // namespace

LowModes::LowModes(parameters::ParameterSpace const& space, Groups const& groups) : space_(&space), groups_(&groups) {
  for (std::size_t u = 0; u < space.unknowns().size(); ++u) {
    std::size_t g = 0;
    while (g < groups.size() && std::count(groups[g]->unknowns().begin(), groups[g]->unknowns().end(), u) == 0) ++g;
    group_of_.push_back(g);
  }
}

void LowModes::update(NormalOperator const& normal, Counts const& counts) {
  counts_ = counts;
  first_.clear();
  size_ = 0;
  for (auto const g : group_of_) {
    first_.push_back(size_);
    Index count = 1;
    if (g < groups_->size())
      for (Index const n : counts[g]) count *= n;
    size_ += count;
  }
  find_places(counts);
  matrix_.assign(static_cast<std::size_t>(size_ * size_), 0.0);
  add_data(normal);
  MPI_Allreduce(MPI_IN_PLACE, matrix_.data(), static_cast<int>(matrix_.size()), MPI_DOUBLE, MPI_SUM, space_->grid().comm());
  add_smoothness(normal.parts().beta);
  factorise();
}

void LowModes::find_places(Counts const& counts) {
  places_.assign(groups_->size(), {});
  for (std::size_t g = 0; g < groups_->size(); ++g) {
    auto const& group = *(*groups_)[g];
    auto const& box = group.box().lines().box;
    for_each_tuple(counts[g], [&](Index c, std::vector<Index> const& tuple) {
      Index place = 0;
      for (std::size_t a = 0; a < tuple.size(); ++a) {
        Index const k = group.modes(a).smoothest()[static_cast<std::size_t>(tuple[a])];
        auto const range = box[static_cast<int>(a)];
        if (!range.contains(k)) return;
        place = place * range.size() + k - range.lower;
      }
      places_[g].emplace_back(c, place);
    });
  }
}

LowModes::Side LowModes::side(std::size_t unknown, mollifier::MultiIndex const& order) const {
  Side side{unknown, std::vector<std::vector<std::vector<double>>>(static_cast<std::size_t>(space_->grid().dimension()))};
  std::size_t const g = group_of_[unknown];
  if (g == groups_->size()) return side;
  auto const& group = *(*groups_)[g];
  for (std::size_t a = 0; a < group.axes().size(); ++a)
    for (Index k = 0; k < counts_[g][a]; ++k)
      side.lines[static_cast<std::size_t>(group.axes()[a])].push_back(group.derivative(a, order[a], group.modes(a).smoothest()[static_cast<std::size_t>(k)]));
  return side;
}

/// matrix += V_p^T diag(values) V_q, and its transpose where that is a block of its own. `values` over the local box of a grid over
/// the axes that p or q has, or over all.
void LowModes::add_product(Side const& p, Side const& q, bool mirrored, grid::Grid const& grid, HostField const& values) {
  std::vector<double> sums(values.data(), values.data() + values.extent(0));
  Index inner = 1;
  for (int a = grid.dimension(); a-- > 0;) {
    auto const at = static_cast<std::size_t>(space_->grid().find_axis(grid.axis(a).name));
    auto const range = grid.owned()[a];
    if (range.size() == 0) return;
    auto const table = products(p.lines[at], q.lines[at], range);
    sums = contracted(sums, table, range.size(), inner);
    inner *= static_cast<Index>(table.size()) / range.size();
  }
  // sums: for each axis in turn the modes of p, then those of q
  std::vector<Index> counts;
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const at = static_cast<std::size_t>(space_->grid().find_axis(grid.axis(a).name));
    counts.push_back(std::max<Index>(static_cast<Index>(p.lines[at].size()), 1));
    counts.push_back(std::max<Index>(static_cast<Index>(q.lines[at].size()), 1));
  }
  for_each_tuple(counts, [&](Index c, std::vector<Index> const& tuple) {
    Index row = 0, column = 0;
    for (std::size_t a = 0; a < tuple.size(); a += 2) {
      row = row * counts[a] + tuple[a];
      column = column * counts[a + 1] + tuple[a + 1];
    }
    row += first_[p.unknown];
    column += first_[q.unknown];
    matrix_[static_cast<std::size_t>(row * size_ + column)] += sums[static_cast<std::size_t>(c)];
    if (mirrored) matrix_[static_cast<std::size_t>(column * size_ + row)] += sums[static_cast<std::size_t>(c)];
  });
}

void LowModes::add_data(NormalOperator const& normal) {
  auto const& parts = normal.parts();
  auto const& unknowns = space_->unknowns();
  if (is_pointwise(*space_)) {
    std::vector<Side> sides;
    for (std::size_t p = 0; p < unknowns.size(); ++p) sides.push_back(side(p, {}));
    for (std::size_t p = 0; p < unknowns.size(); ++p)
      for (std::size_t q = p; unknowns[p].owner && q < unknowns.size(); ++q)
        add_product(sides[p], sides[q], q != p, unknowns[p].grid, on_host(normal.data(p, q)));
    return;
  }
  auto const& system = parts.model->system();
  std::vector<Side> sides;
  for (auto const& partial : system.by_parameter) {
    auto const p = unknown_of(system, partial);
    auto const at = std::find(unknowns[p].features.begin(), unknowns[p].features.end(), partial.feature) - unknowns[p].features.begin();
    sides.push_back(side(p, unknowns[p].orders[static_cast<std::size_t>(at)]));
  }
  for (std::size_t i = 0; i < sides.size(); ++i)
    for (std::size_t j = i; j < sides.size(); ++j) {
      if (system.by_parameter[i].residual != system.by_parameter[j].residual) continue;
      Field const product("product", parts.partials[i].extent(0));
      kernels::add_product(parts.partials[i], parts.partials[j], parts.weights[static_cast<std::size_t>(system.by_parameter[i].residual)], product);
      add_product(sides[i], sides[j], i != j, space_->grid(), on_host(product));
    }
}

void LowModes::add_smoothness(std::vector<double> const& beta) {
  for (std::size_t u = 0; u < group_of_.size(); ++u) {
    std::size_t const g = group_of_[u];
    if (g == groups_->size() || beta[u] == 0.0) continue;
    auto const& group = *(*groups_)[g];
    auto const member = static_cast<std::size_t>(std::find(group.unknowns().begin(), group.unknowns().end(), u) - group.unknowns().begin());
    for (auto const& term : group.terms(member)) {
      std::vector<std::vector<double>> forms;  // [axis]: <v_k, F v_l>
      for (std::size_t a = 0; a < term.orders.size(); ++a) {
        parameters::LineRoot const root(group.grid().axes()[a], term.orders[a]);
        std::vector<std::vector<double>> rows;
        for (Index k = 0; k < counts_[g][a]; ++k)
          rows.push_back(applied(root, group.modes(a).mode(group.modes(a).smoothest()[static_cast<std::size_t>(k)])));
        forms.emplace_back();
        for (auto const& k : rows)
          for (auto const& l : rows) forms.back().push_back(std::inner_product(k.begin(), k.end(), l.begin(), 0.0));
      }
      for_each_tuple(counts_[g], [&](Index c, std::vector<Index> const& k) {
        for_each_tuple(counts_[g], [&](Index d, std::vector<Index> const& l) {
          double value = beta[u] * term.factor;
          for (std::size_t a = 0; a < k.size(); ++a) value *= forms[a][static_cast<std::size_t>(k[a] * counts_[g][a] + l[a])];
          matrix_[static_cast<std::size_t>((first_[u] + c) * size_ + first_[u] + d)] += value;
        });
      });
    }
  }
}

/// Raises the diagonal where the data leave combinations undetermined.
void LowModes::factorise() {
  auto const n = static_cast<std::size_t>(size_);
  scale_.assign(n, 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    double const d = matrix_[i * n + i];
    if (d > 0.0 && std::isfinite(d)) scale_[i] = 1.0 / std::sqrt(d);
  }
  auto const whole = matrix_;
  for (double ridge = 1e-13;; ridge *= 100.0) {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) matrix_[i * n + j] = i == j ? 1.0 + ridge : ridge < 1.0 ? scale_[i] * whole[i * n + j] * scale_[j] : 0.0;
    auto size = static_cast<PetscBLASInt>(n);
    PetscBLASInt info = 0;
    if (n > 0) LAPACKpotrf_("L", &size, matrix_.data(), &size, &info);
    if (info == 0) return;
  }
}

void LowModes::solve(std::vector<double>& x) const {
  auto size = static_cast<PetscBLASInt>(size_), one = static_cast<PetscBLASInt>(1);
  PetscBLASInt info = 0;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= scale_[i];
  if (size > 0) LAPACKpotrs_("L", &size, &one, const_cast<double*>(matrix_.data()), &size, x.data(), &size, &info);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= scale_[i];
}

}  // namespace mollis::equation_error

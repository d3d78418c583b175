#include "estimators/joint/coarse_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimators/joint/local_values.hpp"
#include "petsc/access.hpp"

extern "C" {
void dpotrf_(char const* triangle, int const* n, double* a, int const* lda, int* info);
void dtrsv_(char const* triangle, char const* transpose, char const* diagonal, int const* n, double const* a, int const* lda, double* x, int const* step);
}

namespace mollis::joint {
namespace {

using petsc::check;

/// values[outer][from][inner] to [outer][to][inner] along one axis, by factor(from, to).
template <class Factor>
std::vector<double> contracted(std::vector<double> const& values, Index outer, Index from, Index to, Factor const& factor) {
  Index const inner = outer * from > 0 ? static_cast<Index>(values.size()) / (outer * from) : 0;
  std::vector<double> sums(static_cast<std::size_t>(outer * to * inner), 0.0);
  for (Index o = 0; o < outer; ++o)
    for (Index i = 0; i < from; ++i)
      for (Index c = 0; c < to; ++c) {
        double const weight = factor(i, c);
        if (weight == 0.0) continue;
        double const* const in = values.data() + (o * from + i) * inner;
        double* const out = sums.data() + (o * to + c) * inner;
        for (Index k = 0; k < inner; ++k) out[k] += weight * in[k];
      }
  return sums;
}

problem::CoarseBlock block_of(grid::Grid const& grid, std::vector<int> const& axes) {
  problem::CoarseBlock block{axes, {}};
  for (auto const& axis : grid.axes()) block.lines.push_back({axis.size(), axis.periodic});
  return block;
}

std::vector<problem::CoarseBlocks> sets_of(Objective const& objective) {
  auto const& extended = objective.lattice().extended();
  std::vector<int> axes(static_cast<std::size_t>(extended.dimension()));
  std::iota(axes.begin(), axes.end(), 0);
  problem::CoarseBlocks parameters;
  for (auto const& unknown : objective.problem().space().unknowns()) parameters.push_back(block_of(unknown.grid, unknown.axes));
  return problem::coarse_sets(problem::CoarseBlocks(objective.problem().states.size(), block_of(extended, axes)), parameters);
}

/// Observations are points, or at those of the grid, and no axis reflects. Collective.
bool is_plain(Objective const& objective) {
  auto const& problem = objective.problem();
  for (auto const& axis : problem.grid.axes())
    if (axis.reflection != grid::Reflection::none) return false;
  Index const points = problem.grid.local_size();
  bool all = true;
  for (std::size_t s = 0; s < problem.states.size(); ++s)
    all = all && (problem.states[s].points != nullptr || static_cast<Index>(objective.data_weight(s).extent(0)) == points);
  int held = all ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &held, 1, MPI_INT, MPI_MIN, problem.grid.comm());
  return held == 1;
}

}  // namespace

std::vector<std::unique_ptr<CoarseModel>> CoarseModel::all(Objective& objective) {
  std::vector<std::unique_ptr<CoarseModel>> models;
  if (!is_plain(objective)) return models;
  for (auto const& functions : sets_of(objective)) models.push_back(std::make_unique<CoarseModel>(objective, functions));
  return models;
}

CoarseModel::CoarseModel(Objective& objective, problem::CoarseBlocks const& functions) : objective_(objective), states_(objective.problem().states.size()) {
  for (auto const& of : functions) {
    Block block{of.axes, {}, size_, of.size(), {}, -1};
    for (auto const& line : of.lines) block.lines.emplace_back(line);
    put_place(block, blocks_.size());
    size_ += block.size;
    blocks_.push_back(std::move(block));
  }
  make_terms();
}

/// Where its entries stand.
void CoarseModel::put_place(Block& block, std::size_t number) const {
  auto const& layout = objective_.layout();
  if (number < states_) {
    block.box = objective_.lattice().extended().owned();
    block.offset = layout.state[number];
    return;
  }
  auto const& unknown = objective_.problem().space().unknowns()[number - states_];
  block.box = unknown.grid.owned();
  if (unknown.owner)
    block.offset = layout.parameters + unknown.offset;
  else
    for (auto& range : block.box.ranges) range.upper = range.lower;
}

mollifier::LineFilter const* CoarseModel::filter(std::size_t block, std::size_t axis) const {
  if (block < states_) return &jets_[block].filter(blocks_[block].axes[axis]);
  auto const& unknown = objective_.problem().space().unknowns()[block - states_];
  return unknown.jets ? &unknown.jets->filter(static_cast<int>(axis)) : nullptr;
}

void CoarseModel::make_terms() {
  auto const& system = objective_.problem().system();
  std::vector<std::vector<mollifier::MultiIndex>> sets(states_, {mollifier::MultiIndex{}});
  for (auto const& partial : system.by_state) {
    auto const& feature = system.features[static_cast<std::size_t>(partial.feature)];
    sets[static_cast<std::size_t>(feature.index)].push_back(feature.order);
  }
  for (auto const& set : sets) jets_.push_back(objective_.lattice().jets(mollifier::sums_of(set)));
  for (std::size_t s = 0; s < states_; ++s) shape_of(s, {});
  auto const add = [&](std::vector<equation::Partial> const& partials, std::size_t first_block, std::size_t before) {
    for (std::size_t j = 0; j < partials.size(); ++j) {
      auto const& feature = system.features[static_cast<std::size_t>(partials[j].feature)];
      terms_.push_back({partials[j].residual, shape_of(first_block + static_cast<std::size_t>(feature.index), feature.order), before + j});
    }
  };
  add(system.by_state, 0, 0);
  add(system.by_parameter, states_, system.by_state.size());
}

std::size_t CoarseModel::shape_of(std::size_t block, mollifier::MultiIndex const& order) {
  for (std::size_t k = 0; k < shapes_.size(); ++k)
    if (shapes_[k].block == block && shapes_[k].order == order) return k;
  auto const& own = blocks_[block];
  Shape shape{block, order, {}};
  for (std::size_t i = 0; i < own.axes.size(); ++i) {
    int const axis = own.axes[i];
    shape.rows.push_back(own.lines[i].filtered(filter(block, i), order[static_cast<std::size_t>(axis)], block < states_ ? objective_.lattice().margin(axis) : 0,
                                               objective_.problem().grid.axis(axis).size()));
  }
  shapes_.push_back(std::move(shape));
  return shapes_.size() - 1;
}

void CoarseModel::update() {
  auto const& grid = objective_.problem().grid;
  int rank = 0;
  MPI_Comm_rank(grid.comm(), &rank);
  matrix_.assign(static_cast<std::size_t>(size_ * size_), 0.0);
  add_rows();
  add_points();
  if (rank == 0) add_roughness();
  if (!objective_.holds_parameters()) add_smoothness();
  MPI_Allreduce(MPI_IN_PLACE, matrix_.data(), static_cast<int>(matrix_.size()), MPI_DOUBLE, MPI_SUM, grid.comm());
  factorise();
}

/// Of D^-1/2 Z^T H Z D^-1/2, the diagonal raised where rounding, or functions that nothing sees, leave no factor.
void CoarseModel::factorise() {
  scale_.clear();
  for (Index i = 0; i < size_; ++i) scale_.push_back(entry(i, i) > 0.0 ? 1.0 / std::sqrt(entry(i, i)) : 0.0);
  for (Index i = 0; i < size_; ++i)
    for (Index j = 0; j < size_; ++j) entry(i, j) *= scale_[static_cast<std::size_t>(i)] * scale_[static_cast<std::size_t>(j)];
  auto const scaled = matrix_;
  int const n = static_cast<int>(size_);
  int info = 1;
  for (double raised = 1e-14; info != 0 && raised < 1.0; raised *= 10.0) {
    matrix_ = scaled;
    for (Index i = 0; i < size_; ++i) entry(i, i) = 1.0 + raised;
    dpotrf_("L", &n, matrix_.data(), &n, &info);
  }
  exists_ = info == 0;   // else not finite: the solver says so
}

void CoarseModel::add(Vec r, Vec z) const {
  if (!exists_) return;
  std::vector<double> along(static_cast<std::size_t>(size_), 0.0);
  {
    petsc::Reading const from(r);
    for (auto const& block : blocks_) {
      Index const local = block.box.size();
      if (block.offset < 0 || local == 0) continue;
      auto const values = on_host(from.piece(block.offset, local));
      std::vector<double> sums(values.data(), values.data() + local);
      Index outer = 1;
      for (std::size_t i = 0; i < block.lines.size(); ++i) {
        auto const& range = block.box.ranges[i];
        sums = contracted(sums, outer, range.size(), block.lines[i].functions(), [&](Index place, Index c) { return block.lines[i].at(range.lower + place, c); });
        outer *= block.lines[i].functions();
      }
      std::copy(sums.begin(), sums.end(), along.begin() + block.first);
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, along.data(), static_cast<int>(along.size()), MPI_DOUBLE, MPI_SUM, objective_.problem().grid.comm());
  for (std::size_t i = 0; i < along.size(); ++i) along[i] *= scale_[i];
  int const n = static_cast<int>(size_), one = 1;
  for (char const* const transpose : {"N", "T"}) dtrsv_("L", transpose, "N", &n, matrix_.data(), &n, along.data(), &one);
  for (std::size_t i = 0; i < along.size(); ++i) along[i] *= scale_[i];
  petsc::Writing to(z);
  for (std::size_t b = 0; b < (objective_.holds_parameters() ? states_ : blocks_.size()); ++b) {
    auto const& block = blocks_[b];
    Index const local = block.box.size();
    if (block.offset < 0 || local == 0) continue;
    std::vector<double> values(along.begin() + block.first, along.begin() + block.first + block.size);
    Index outer = block.size;
    for (std::size_t i = block.lines.size(); i-- > 0;) {
      auto const& range = block.box.ranges[i];
      outer /= block.lines[i].functions();
      values = contracted(values, outer, block.lines[i].functions(), range.size(), [&](Index c, Index place) { return block.lines[i].at(range.lower + place, c); });
    }
    Field const piece = to.piece(block.offset, local);
    auto const host = Kokkos::create_mirror_view(piece);
    Kokkos::deep_copy(host, piece);
    for (Index k = 0; k < local; ++k) host(static_cast<std::size_t>(k)) += values[static_cast<std::size_t>(k)];
    Kokkos::deep_copy(piece, host);
  }
}

}  // namespace mollis::joint

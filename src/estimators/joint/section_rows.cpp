#include "estimators/joint/section_rows.hpp"

#include <algorithm>
#include <numeric>

#include "estimators/joint/entries.hpp"

namespace mollis::joint {
namespace {

using equation::Feature;
using petsc::check;

/// The entries of a rank before one of its blocks, on every rank.
std::vector<Index> firsts(MPI_Comm comm, Index local, Index before) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  std::vector<Index> sizes(static_cast<std::size_t>(ranks)), starts(sizes.size()), offsets(sizes.size());
  MPI_Allgather(&local, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, comm);
  MPI_Allgather(&before, 1, MPI_INT64_T, offsets.data(), 1, MPI_INT64_T, comm);
  std::exclusive_scan(sizes.begin(), sizes.end(), starts.begin(), Index{0});
  for (std::size_t r = 0; r < starts.size(); ++r) starts[r] += offsets[r];
  return starts;
}

}  // namespace

SectionRows::SectionRows(Objective& objective, int wave, std::vector<int> fields)
    : objective_(objective), wave_(wave), fields_(std::move(fields)), states_(objective.problem().states.size()) {
  auto const& problem = objective.problem();
  auto const& system = problem.system();
  auto const& extended = objective.lattice().extended();
  state_size_ = extended.local_size();
  for (int a = 0; a < problem.grid.dimension(); ++a)
    if (a != wave) axes_.push_back(a);
  if (wave >= 0) {
    state_size_ /= extended.axis(wave).size();
    share_ = 1.0 / static_cast<double>(extended.axis(wave).size());
  }
  orders_.push_back(0);
  for (auto const& partial : system.by_state)
    if (wave >= 0)
      orders_.push_back(
          system.features[static_cast<std::size_t>(partial.feature)].order[static_cast<std::size_t>(wave)]);
  std::sort(orders_.begin(), orders_.end());
  orders_.erase(std::unique(orders_.begin(), orders_.end()), orders_.end());

  std::vector<std::vector<mollifier::MultiIndex>> sets(states_, {mollifier::MultiIndex{}});
  for (std::size_t s = 0; s < states_; ++s) shape_of(s, {});  // of the observations: shape s
  for (std::size_t j = 0; j < system.by_state.size(); ++j) {
    auto const& feature = system.features[static_cast<std::size_t>(system.by_state[j].feature)];
    auto const block = static_cast<std::size_t>(feature.index);
    int const along = wave >= 0 ? feature.order[static_cast<std::size_t>(wave)] : 0;
    auto const slot = static_cast<std::size_t>(std::find(orders_.begin(), orders_.end(), along) - orders_.begin());
    sets[block].push_back(feature.order);
    terms_.push_back({system.by_state[j].residual, slot, shape_of(block, feature.order), j});
  }
  for (std::size_t j = 0; j < system.by_parameter.size(); ++j) {
    auto const& feature = system.features[static_cast<std::size_t>(system.by_parameter[j].feature)];
    auto const at = std::find(fields_.begin(), fields_.end(), feature.index);
    if (at == fields_.end()) continue;
    auto const block = states_ + static_cast<std::size_t>(at - fields_.begin());
    terms_.push_back({system.by_parameter[j].residual, 0, shape_of(block, feature.order), system.by_state.size() + j});
  }
  for (auto const& set : sets) jets_.push_back(objective.lattice().jets(mollifier::sums_of(set)));
  local_size_ = static_cast<Index>(states_) * state_size_;
  for (int const u : fields_) {
    auto const& unknown = problem.space().unknowns()[static_cast<std::size_t>(u)];
    if (unknown.owner) local_size_ += unknown.grid.local_size();
  }
  Index before = 0;
  for (std::size_t block = 0; block < states_ + fields_.size(); ++block) {
    blocks_.push_back(make_block(block, before));
    before += blocks_.back().size;
  }
}

parameters::Unknown const& SectionRows::unknown_of(std::size_t block) const {
  return objective_.problem().space().unknowns()[static_cast<std::size_t>(fields_[block - states_])];
}

SectionRows::Block SectionRows::make_block(std::size_t block, Index before) const {
  auto const& grid = objective_.problem().grid;
  auto const& extended = objective_.lattice().extended();
  auto const starts = firsts(grid.comm(), local_size_, before);
  std::vector<std::size_t> place;
  if (block < states_) {
    for (std::size_t i = 0; i < axes_.size(); ++i) place.push_back(i);
    return {axes_, place, extended.owned(), grid::Numbering(extended, axes_, starts), state_size_};
  }
  auto const& unknown = unknown_of(block);
  std::vector<int> own;
  for (std::size_t i = 0; i < unknown.axes.size(); ++i) {
    own.push_back(static_cast<int>(i));
    place.push_back(static_cast<std::size_t>(unknown.axes[i]));
  }
  return {own, place, unknown.grid.owned(), grid::Numbering(grid, unknown.axes, starts), unknown.owner ? unknown.grid.local_size() : 0};
}

std::size_t SectionRows::shape_of(std::size_t block, mollifier::MultiIndex order) {
  if (wave_ >= 0) order[static_cast<std::size_t>(wave_)] = 0;
  auto const at = std::find_if(shapes_.begin(), shapes_.end(),
                               [&](Shape const& s) { return s.block == block && s.order == order; });
  if (at == shapes_.end()) return shapes_.push_back({block, order}), shapes_.size() - 1;
  return static_cast<std::size_t>(at - shapes_.begin());
}

mollifier::LineFilter const* SectionRows::filter(std::size_t block, std::size_t i) const {
  int const axis = blocks_[block].axes[i];
  if (block < states_) return &jets_[block].filter(axis);
  auto const& unknown = unknown_of(block);
  return unknown.jets ? &unknown.jets->filter(axis) : nullptr;
}

void SectionRows::set_stencil(Point const& point, Stencil& stencil) const {
  stencil.columns.clear();
  stencil.start.clear();
  stencil.rows.assign(shapes_.size(), {});
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    stencil.start.push_back(stencil.columns.size());
    Point first{}, width{};
    std::vector<std::size_t> own;
    for (std::size_t k = 0; k < shapes_.size(); ++k)
      if (shapes_[k].block == block) own.push_back(k);
    auto const& place = blocks_[block].place;
    std::array<Index, max_axes> at{};
    for (std::size_t i = 0; i < place.size(); ++i) {
      auto const* line = filter(block, i);
      at[i] = point[place[i]] + (block < states_ ? objective_.lattice().margin(axes_[i]) : 0);
      first[i] = line != nullptr ? line->start(at[i]) : at[i];
      width[i] = line != nullptr ? line->width : 1;
    }
    for_each_tap(place.size(), first, width, [&](Point const& column, Point const& offset) {
      stencil.columns.push_back(column_of(block, column));
      for (auto const k : own) {
        double weight = 1.0;
        for (std::size_t i = 0; i < place.size(); ++i) {
          auto const* line = filter(block, i);
          int const order = shapes_[k].order[static_cast<std::size_t>(axes_[place[i]])];
          weight *= line != nullptr ? line->row(at[i], line->slot(order))[offset[i]] : 1.0;
        }
        stencil.rows[k].push_back(weight);
      }
    });
  }
}

/// At most as many entries a row of one block has in another.
Index SectionRows::reach(std::size_t row, std::size_t column, bool scattered) const {
  auto const& extended = objective_.lattice().extended();
  auto const width = [&](std::size_t block, std::size_t i) {
    auto const* line = filter(block, i);
    return (line != nullptr ? line->width : 1) + (scattered && block < states_ ? 1 : 0);
  };
  Index count = 1;
  for (std::size_t i = 0; i < blocks_[column].place.size(); ++i) {
    auto const place = blocks_[column].place[i];
    Index const size = column < states_ ? extended.axis(axes_[place]).size() : unknown_of(column).grid.axis(static_cast<int>(i)).size();
    auto const& own = blocks_[row].place;
    auto const at = std::find(own.begin(), own.end(), place);
    Index const smooth = row == column && row >= states_ ? 2 * unknown_of(row).settings.smoothness_order + 1 : 0;
    count *= at == own.end() ? size : std::min(std::max(width(row, static_cast<std::size_t>(at - own.begin())) + width(column, i) - 1, smooth), size);
  }
  return count;
}

petsc::Matrix SectionRows::make_matrix() const {
  auto const& problem = objective_.problem();
  bool const scattered = std::any_of(problem.states.begin(), problem.states.end(),
                                     [](auto const& state) { return state.points != nullptr; });
  Index all = local_size_;
  MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT64_T, MPI_SUM, problem.grid.comm());
  std::vector<PetscInt> near, far;  // entries of a row among those of this rank, and of others
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    Index entries = 0;
    for (std::size_t other = 0; other < blocks_.size(); ++other) entries += reach(block, other, scattered);
    near.insert(near.end(), static_cast<std::size_t>(blocks_[block].size), static_cast<PetscInt>(std::min(entries, local_size_)));
    far.insert(far.end(), static_cast<std::size_t>(blocks_[block].size), static_cast<PetscInt>(std::min(entries, all - local_size_)));
  }
  petsc::Matrix matrix;
  auto const local = static_cast<PetscInt>(local_size_);
  check(MatCreateAIJ(problem.grid.comm(), local, local, PETSC_DETERMINE, PETSC_DETERMINE, 0, near.data(), 0, far.data(), matrix.address()));
  check(MatSetOption(matrix, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE));
  return matrix;
}

/// Entries into a matrix that has no place for them yet move all that stand behind them: places are found once.
SectionRows::Hessians SectionRows::assemble(double share_of_prior) {
  auto& places = places_[objective_.holds_parameters() ? 1 : 0];
  bool const first = places.empty();
  Hessians hessians;
  std::vector<Mat> all;
  auto const next = [&](petsc::Matrix& matrix) {
    if (first) matrix = make_matrix();
    else check(MatDuplicate(places[all.size()], MAT_DO_NOT_COPY_VALUES, matrix.address()));
    all.push_back(matrix);
  };
  for (std::size_t a = 0; a < orders_.size(); ++a) {
    hessians.square.emplace_back(orders_.size());
    for (auto& square : hessians.square[a]) next(square);
  }
  if (wave_ >= 0) next(hessians.prior);
  if (wave_ < 0)
    add_cells(all.front(), linearised(), first);
  else
    add_moments(hessians, linearised(), first);
  add_points(hessians.square[0][0]);
  add_prior(all.back(), share_of_prior);
  for (std::size_t f = 0; f < fields_.size() && !objective_.holds_parameters(); ++f)
    add_smoothness(all.back(), f, objective_.weights().smoothness[static_cast<std::size_t>(fields_[f])]);
  for (Mat const matrix : all) {
    check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
    check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
    if (!first) continue;
    places.emplace_back();
    check(MatDuplicate(matrix, MAT_DO_NOT_COPY_VALUES, places.back().address()));
  }
  return hessians;
}

}  // namespace mollis::joint

#include "estimators/joint/section_rows.hpp"

#include <algorithm>
#include <numeric>

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
  field_size_ = problem.grid.local_size();
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
  for (auto const& set : sets) jets_.push_back(objective.lattice().jets(set));
  for (std::size_t block = 0; block < states_ + fields_.size(); ++block) {
    auto const state = static_cast<Index>(std::min(block, states_)), field = static_cast<Index>(block) - state;
    numbers_.emplace_back(block < states_ ? extended : problem.grid, axes_,
                          firsts(problem.grid.comm(), local_size(), state * state_size_ + field * field_size_));
  }
}

std::size_t SectionRows::shape_of(std::size_t block, mollifier::MultiIndex order) {
  if (wave_ >= 0) order[static_cast<std::size_t>(wave_)] = 0;
  auto const at = std::find_if(shapes_.begin(), shapes_.end(),
                               [&](Shape const& s) { return s.block == block && s.order == order; });
  if (at == shapes_.end()) return shapes_.push_back({block, order}), shapes_.size() - 1;
  return static_cast<std::size_t>(at - shapes_.begin());
}

/// Null: values as they are.
mollifier::LineFilter const* SectionRows::filter(std::size_t block, int axis) const {
  if (block < states_) return &jets_[block].filter(axis);
  auto const& unknown = objective_.problem().space().unknowns()[static_cast<std::size_t>(fields_[block - states_])];
  return unknown.jets ? &unknown.jets->filter(axis) : nullptr;
}

void SectionRows::set_stencil(Point const& point, Stencil& stencil) const {
  stencil.columns.clear();
  stencil.start.clear();
  stencil.rows.assign(shapes_.size(), {});
  static double const one = 1.0;
  for (std::size_t block = 0; block < numbers_.size(); ++block) {
    stencil.start.push_back(stencil.columns.size());
    Point first{}, width{};
    std::vector<std::size_t> own;
    for (std::size_t k = 0; k < shapes_.size(); ++k)
      if (shapes_[k].block == block) own.push_back(k);
    Index taps = 1;
    std::array<Index, max_axes> at{};
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      auto const* line = filter(block, axes_[i]);
      at[i] = point[i] + (block < states_ ? objective_.lattice().margin(axes_[i]) : 0);
      first[i] = line != nullptr ? line->start(at[i]) : at[i];
      width[i] = line != nullptr ? line->width : 1;
      taps *= width[i];
    }
    for (Index tap = 0; tap < taps; ++tap) {
      Point offset{}, column{};
      Index rest = tap;
      for (std::size_t i = axes_.size(); i-- > 0;) {
        offset[i] = rest % width[i];
        column[i] = first[i] + offset[i];
        rest /= width[i];
      }
      stencil.columns.push_back(column_of(block, column));
      for (auto const k : own) {
        double weight = 1.0;
        for (std::size_t i = 0; i < axes_.size(); ++i) {
          auto const* line = filter(block, axes_[i]);
          double const* row = line != nullptr
                                  ? line->row(at[i], line->slot(shapes_[k].order[static_cast<std::size_t>(axes_[i])]))
                                  : &one;
          weight *= row[offset[i]];
        }
        stencil.rows[k].push_back(weight);
      }
    }
  }
}

petsc::Matrix SectionRows::make_matrix() const {
  auto const& problem = objective_.problem();
  bool const scattered = std::any_of(problem.states.begin(), problem.states.end(),
                                     [](auto const& state) { return state.points != nullptr; });
  std::vector<Index> reach(numbers_.size(), 1);  // of a row of each block in a block of states, and in one of fields
  std::vector<Index> reach_fields(numbers_.size(), 1);
  for (std::size_t block = 0; block < numbers_.size(); ++block)
    for (int const a : axes_) {
      auto const* line = filter(block, a);
      auto const* field = numbers_.size() > states_ ? filter(states_, a) : nullptr;
      Index const own = line != nullptr ? line->width : 1, states = filter(0, a)->width + (scattered ? 1 : 0);
      Index const smooth = block >= states_
                               ? 2 * problem.space()
                                             .unknowns()[static_cast<std::size_t>(fields_[block - states_])]
                                             .settings.smoothness_order +
                                     1
                               : 0;
      reach[block] *= std::min(own + (scattered && block < states_ ? 1 : 0) + states - 1,
                               objective_.lattice().extended().axis(a).size());
      reach_fields[block] *=
          std::min(std::max(own + (field != nullptr ? field->width : 1) - 1, smooth), problem.grid.axis(a).size());
    }
  std::vector<PetscInt> entries;
  for (std::size_t block = 0; block < numbers_.size(); ++block) {
    Index const size = block < states_ ? state_size_ : field_size_;
    Index const row =
        static_cast<Index>(states_) * reach[block] + static_cast<Index>(fields_.size()) * reach_fields[block];
    entries.insert(entries.end(), static_cast<std::size_t>(size), static_cast<PetscInt>(std::min(row, local_size())));
  }
  petsc::Matrix matrix;
  auto const local = static_cast<PetscInt>(local_size());
  check(MatCreateAIJ(problem.grid.comm(), local, local, PETSC_DETERMINE, PETSC_DETERMINE, 0, entries.data(), 0,
                     entries.data(), matrix.address()));
  check(MatSetOption(matrix, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE));
  return matrix;
}

SectionRows::Hessians SectionRows::assemble() const {
  Hessians hessians;
  std::vector<Mat> all;
  for (std::size_t a = 0; a < orders_.size(); ++a) {
    hessians.square.emplace_back();
    for (std::size_t b = 0; b < orders_.size(); ++b) {
      hessians.square[a].push_back(make_matrix());
      all.push_back(hessians.square[a][b]);
    }
  }
  if (wave_ >= 0) all.push_back(hessians.prior = make_matrix());
  add_equation(hessians);
  add_points(hessians.square[0][0]);
  add_prior(all.back());
  if (!objective_.holds_parameters()) add_smoothness(all.back());
  for (Mat const matrix : all) {
    check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
    check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  }
  return hessians;
}

}  // namespace mollis::joint

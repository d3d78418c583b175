#include "estimators/joint/section_rows.hpp"

#include <algorithm>
#include <numeric>

#include "mollifier/spline_taps.hpp"
#include "parameters/smoothness.hpp"

namespace mollis::joint {
namespace {

using equation::Feature;
using petsc::check;

/// The entries of a rank before one of its blocks, on every rank.
std::vector<PetscInt> firsts(MPI_Comm comm, Index local, Index before) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  std::vector<PetscInt> sizes(static_cast<std::size_t>(ranks)), starts(sizes.size()), offsets(sizes.size());
  auto const own = static_cast<PetscInt>(local), offset = static_cast<PetscInt>(before);
  MPI_Allgather(&own, 1, MPIU_INT, sizes.data(), 1, MPIU_INT, comm);
  MPI_Allgather(&offset, 1, MPIU_INT, offsets.data(), 1, MPIU_INT, comm);
  std::exclusive_scan(sizes.begin(), sizes.end(), starts.begin(), PetscInt{0});
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

template <class Visit>
void SectionRows::each_point(grid::Box const& box, Visit&& visit) const {
  Index count = 1;
  for (int const a : axes_) count *= box[a].size();
  for (Index n = 0; n < count; ++n) {
    Point point{};
    Index rest = n;
    for (std::size_t i = axes_.size(); i-- > 0;) {
      auto const& range = box[axes_[i]];
      point[i] = range.lower + rest % range.size();
      rest /= range.size();
    }
    visit(point, n);
  }
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
      stencil.columns.push_back(numbers_[block].at(column));
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

void SectionRows::add_equation(Hessians const& hessians) const {
  auto const& problem = objective_.problem();
  auto const& box = problem.grid.owned();
  Index const depth = wave_ >= 0 ? box[wave_].size() : 1, section = depth > 0 ? problem.grid.local_size() / depth : 0;
  std::vector<HostField> partials, data;
  for (auto const& partial : objective_.partials().state) partials.push_back(on_host(partial));
  for (auto const& partial : objective_.partials().parameter) partials.push_back(on_host(partial));
  for (std::size_t s = 0; s < states_; ++s) data.push_back(on_host(objective_.data_weight(s)));
  auto const along = [&](auto&& value) {  // sum over the wave's axis, which is the slowest
    double sum = 0.0;
    for (Index t = 0; t < depth; ++t) sum += value(static_cast<std::size_t>(t * section));
    return share_ * sum;
  };
  auto const moves = [&](Term const& term) {
    return term.partial < objective_.partials().state.size() || !objective_.holds_parameters();
  };
  Stencil stencil;
  std::vector<double> block, combined;
  each_point(box, [&](Point const& point, Index n) {
    auto const here = static_cast<std::size_t>(n);
    set_stencil(point, stencil);
    auto const size = stencil.columns.size();
    for (std::size_t a = 0; a < orders_.size(); ++a)
      for (std::size_t b = 0; b < orders_.size(); ++b) {
        block.assign(size * size, 0.0);
        bool any = false;
        auto const add = [&](double factor, std::size_t shape) {  // combined += factor * row of `shape`
          auto const& row = stencil.rows[shape];
          auto const first = stencil.start[shapes_[shape].block];
          for (std::size_t j = 0; j < row.size(); ++j) combined[first + j] += factor * row[j];
        };
        auto const spread = [&](std::size_t shape) {  // block += row of `shape`^T combined
          auto const& row = stencil.rows[shape];
          auto const first = stencil.start[shapes_[shape].block];
          for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i] != 0.0)
              for (std::size_t j = 0; j < size; ++j) block[(first + i) * size + j] += row[i] * combined[j];
          any = true;
        };
        for (auto const& left : terms_) {
          if (left.slot != a || !moves(left)) continue;
          combined.assign(size, 0.0);
          bool counts = false;
          for (auto const& right : terms_) {
            if (right.slot != b || right.residual != left.residual || !moves(right)) continue;
            auto const &p = partials[left.partial], &q = partials[right.partial];
            double const moment = objective_.weights().equation[static_cast<std::size_t>(left.residual)] *
                                  along([&](std::size_t t) { return p(t + here) * q(t + here); });
            counts = counts || moment != 0.0;
            add(moment, right.shape);
          }
          if (counts) spread(left.shape);
        }
        if (a == 0 && b == 0)
          for (std::size_t s = 0; s < states_; ++s) {
            if (problem.states[s].points) continue;
            double const weight = along([&](std::size_t t) { return data[s](t + here); });
            if (weight == 0.0) continue;
            combined.assign(size, 0.0);
            add(weight, s);
            spread(s);
          }
        if (!any) continue;
        auto const columns = static_cast<PetscInt>(size);
        check(MatSetValues(hessians.square[a][b], columns, stencil.columns.data(), columns, stencil.columns.data(),
                           block.data(), ADD_VALUES));
      }
  });
}

/// Scattered observations, as if all stood at a point of the wave's axis.
void SectionRows::add_points(Mat to) const {
  auto const& problem = objective_.problem();
  auto const& lattice = objective_.lattice();
  for (std::size_t s = 0; s < states_; ++s) {
    auto const& points = problem.states[s].points;
    if (!points) continue;
    auto const weight = on_host(objective_.data_weight(s));
    for (std::size_t p = 0; p < points->number.size(); ++p) {
      std::vector<mollifier::SplineTaps> taps;
      std::size_t count = 1;
      for (int const a : axes_) {
        double const x = points->coordinates[static_cast<std::size_t>(a)][p];
        Index const cell = mollifier::cell_of(problem.grid.axis(a), x) + lattice.margin(a);
        taps.push_back(
            mollifier::spline_taps(lattice.extended().axis(a), lattice.is_smooth(a) ? lattice.degree() : 1, cell, x));
        count *= taps.back().points.size();
      }
      std::vector<PetscInt> columns;
      std::vector<double> row, block;
      for (std::size_t n = 0; n < count; ++n) {
        Point column{};
        double value = 1.0;
        std::size_t rest = n;
        for (std::size_t i = axes_.size(); i-- > 0;) {
          auto const k = rest % taps[i].points.size();
          column[i] = taps[i].points[k];
          value *= taps[i].weights[k];
          rest /= taps[i].points.size();
        }
        if (value == 0.0) continue;
        columns.push_back(numbers_[s].at(column));
        row.push_back(value);
      }
      for (double const left : row)
        for (double const right : row) block.push_back(share_ * weight(p) * left * right);
      auto const size = static_cast<PetscInt>(columns.size());
      check(MatSetValues(to, size, columns.data(), size, columns.data(), block.data(), ADD_VALUES));
    }
  }
}

/// The diagonal, if only as a place, and the roughness at open ends.
void SectionRows::add_prior(Mat to) const {
  auto const& roughness = objective_.roughness();
  for (std::size_t block = 0; block < numbers_.size(); ++block) {
    auto const& box = block < states_ ? objective_.lattice().extended().owned() : objective_.problem().grid.owned();
    each_point(box, [&](Point const& point, Index) {
      PetscInt const row = numbers_[block].at(point);
      check(MatSetValue(to, row, row, 0.0, ADD_VALUES));
      for (std::size_t i = 0; block < states_ && i < axes_.size(); ++i) {
        int const a = axes_[i];
        double const tau = objective_.prior(block)[static_cast<std::size_t>(a)];
        Index const band = roughness.band(a), size = objective_.lattice().extended().axis(a).size();
        if (band == 0) continue;
        for (Index o = std::max(-band, -point[i]); o <= std::min(band, size - 1 - point[i]); ++o) {
          Point column = point;
          column[i] += o;
          check(MatSetValue(to, row, numbers_[block].at(column), tau * roughness.at(a, point[i], o), ADD_VALUES));
        }
      }
    });
  }
}

void SectionRows::add_smoothness(Mat to) const {
  for (std::size_t f = 0; f < fields_.size(); ++f) {
    auto const& unknown = objective_.problem().space().unknowns()[static_cast<std::size_t>(fields_[f])];
    double const beta = objective_.weights().smoothness[static_cast<std::size_t>(fields_[f])];
    parameters::SmoothnessForm const form(unknown.grid, unknown.settings.smoothness_order);
    std::vector<Extents> neighbours;
    std::vector<double> values;
    each_point(objective_.problem().grid.owned(), [&](Point const& point, Index) {
      Extents centre{};
      std::copy(point.begin(), point.end(), centre.begin());
      form.row(centre, neighbours, values);
      PetscInt const row = numbers_[states_ + f].at(point);
      for (std::size_t n = 0; n < values.size(); ++n) {
        Point column{};
        std::copy(neighbours[n].begin(), neighbours[n].end(), column.begin());
        check(MatSetValue(to, row, numbers_[states_ + f].at(column), beta * values[n], ADD_VALUES));
      }
    });
  }
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

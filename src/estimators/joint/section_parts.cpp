// The parts of the objective in a section's Hessian: equation and data on the grid, scattered data, roughness, smoothness.
#include <algorithm>

#include "estimators/joint/entries.hpp"
#include "estimators/joint/section_rows.hpp"
#include "mollifier/spline_taps.hpp"

namespace mollis::joint {

using petsc::check;

SectionRows::Linearised SectionRows::linearised() const {
  Linearised at;
  for (auto const& partial : objective_.partials().state) at.partials.push_back(on_host(partial));
  for (auto const& partial : objective_.partials().parameter) at.partials.push_back(on_host(partial));
  for (std::size_t s = 0; s < states_; ++s) at.data.push_back(on_host(objective_.data_weight(s)));
  at.mask = on_host(objective_.mask());
  return at;
}

/// Products of the terms, averaged over the wave's axis.
void SectionRows::add_moments(Hessians const& hessians, Linearised const& at, bool whole) const {
  auto const& problem = objective_.problem();
  auto const& box = problem.grid.owned();
  Index const depth = box[wave_].size(), section = depth > 0 ? problem.grid.local_size() / depth : 0;
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
  grid::for_each_point(axes_, box, [&](Point const& point, Index n) {
    auto const here = static_cast<std::size_t>(n);
    set_stencil(point, stencil);
    auto const size = stencil.columns.size();
    bool const has_equation = whole && along([&](std::size_t t) { return at.mask(t + here); }) > 0.0;
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
          bool counts = has_equation;
          for (auto const& right : terms_) {
            if (right.slot != b || right.residual != left.residual || !moves(right)) continue;
            auto const &p = at.partials[left.partial], &q = at.partials[right.partial];
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
            double const weight = along([&](std::size_t t) { return at.data[s](t + here); });
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
        columns.push_back(column_of(s, column));
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
void SectionRows::add_prior(Mat to, double share) const {
  auto const& roughness = objective_.roughness();
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    if (blocks_[block].size == 0) continue;
    grid::for_each_point(blocks_[block].axes, blocks_[block].box, [&](Point const& point, Index) {
      PetscInt const row = column_of(block, point);
      check(MatSetValue(to, row, row, 0.0, ADD_VALUES));
      for (std::size_t i = 0; block < states_ && i < axes_.size(); ++i) {
        int const a = axes_[i];
        double const tau = objective_.prior(block)[static_cast<std::size_t>(a)];
        Index const band = roughness.band(a), size = objective_.lattice().extended().axis(a).size();
        if (band == 0) continue;
        for (Index o = std::max(-band, -point[i]); o <= std::min(band, size - 1 - point[i]); ++o) {
          Point column = point;
          column[i] += o;
          check(MatSetValue(to, row, column_of(block, column), tau * roughness.at(a, point[i], o, share), ADD_VALUES));
        }
      }
    });
  }
}

void SectionRows::add_smoothness(Mat to, std::size_t field, double beta) const {
  joint::add_smoothness(to, unknown_of(states_ + field), blocks_[states_ + field].numbers, beta);
}

}  // namespace mollis::joint

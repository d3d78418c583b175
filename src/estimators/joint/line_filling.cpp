/// The entries of LineModel's systems, a group of them side by side.
#include <algorithm>
#include <cmath>
#include <utility>

#include "estimators/joint/line_model.hpp"

namespace mollis::joint {
namespace {

using spectral::BandedSystems;

/// The row after this one of those that systems hold: of rows that are alike the first alone.
Index next_held(Index row, grid::Range const& alike) { return row == alike.lower && alike.size() > 1 ? alike.upper : row + 1; }

void add(BandedSystems::Filling& filling, Index row, Index offset, double factor, BandedSystems::Values const& values) {
  double* const entry = filling.at(row, offset);
  if (entry == nullptr) return;
  for (std::size_t l = 0; l < values.size(); ++l) entry[l] += factor * values[l];
}

/// What a residual's row has in one column.
struct Entry {
  Index column;
  BandedSystems::Values values;
};

void add_square(BandedSystems::Filling& filling, double weight, std::vector<Entry> const& row) {
  for (auto const& a : row)
    for (auto const& b : row) {
      double* const entry = b.column <= a.column ? filling.at(a.column, a.column - b.column) : nullptr;
      if (entry == nullptr) continue;
      for (std::size_t l = 0; l < a.values.size(); ++l) entry[l] += weight * a.values[l] * b.values[l];
    }
}

}  // namespace

/// Coefficients along the axes other than the line.
Mode LineModel::mode_of(Index system) const {
  auto const& lines = box_.lines();
  Mode mode{};
  for (int a = lines.box.dimension() - 1; a >= 0; --a) {
    if (a == line_) continue;
    Index const size = lines.box[a].size();
    mode[static_cast<std::size_t>(a)] = lines.box[a].lower + system % size;
    system /= size;
  }
  return mode;
}

/// c of each group of terms at a mode.
std::vector<double> LineModel::amplitudes(Averages const& averages, Mode const& mode) const {
  std::vector<double> symbols;
  put_symbols(averages, symbols_, mode, lattice_.grid().dimension(), line_, symbols);
  std::vector<double> amplitudes;
  for (auto const& group : groups_) amplitudes.push_back(amplitude(averages, group.terms, symbols));
  return amplitudes;
}

/// Waves of the systems from `first` on, those of the last one in lanes that are left; keeps the amplitudes of these systems.
LineModel::Beside LineModel::beside(Averages const& averages, Index first) {
  Index const systems = systems_->systems();
  Beside out;
  out.amplitude.resize(groups_.size());
  for (std::size_t l = 0; l < out.modes.size(); ++l) {
    Index const system = std::min(first + static_cast<Index>(l), systems - 1);
    auto const& mode = out.modes[l] = mode_of(system);
    auto const amplitude = amplitudes(averages, mode);
    for (std::size_t g = 0; g < groups_.size(); ++g) out.amplitude[g][l] = amplitude_[g][static_cast<std::size_t>(system)] = amplitude[g];
  }
  return out;
}

/// Calls visit(row) for all rows of the grid that reach what systems hold.
template <class Visit>
void LineModel::over_filled_rows(Visit const& visit) const {
  Index const half = reach();
  for (Index r = margin(); r < margin() + rows_of_grid(); ++r) {
    if (r == alike_.lower + half + 1 && r < alike_.upper - half) r = alike_.upper - half;
    visit(r);
  }
}

void LineModel::add_data(Averages const& averages, Beside const& beside, BandedSystems::Filling& filling) const {
  Index const block = states_ + static_cast<Index>(fields_), half = reach();
  BandedSystems::Values smoothing;   // squares of what the data are smoothed by along the tangential axes
  for (std::size_t l = 0; l < smoothing.size(); ++l) {
    smoothing[l] = 1.0;
    for (int a = 0; a < lattice_.grid().dimension(); ++a)
      if (a != line_) smoothing[l] *= std::pow(symbols_.at(a, 0, beside.modes[l][static_cast<std::size_t>(a)]), 2);
  }
  double const one = 1.0;
  over_filled_rows([&](Index r) {
    double const* const taps = line_ >= 0 ? filter_->row(r, filter_->slot(0)) : &one;
    for (int s = 0; s < states_; ++s)
      for (Index i = 0; i <= 2 * half; ++i)
        for (Index j = 0; j <= i; ++j)
          add(filling, (r + i - half) * block + s, (i - j) * block, data_weight(averages, s, r) * taps[i] * taps[j], smoothing);
  });
}

void LineModel::add_equation(Averages const& averages, FieldCoupling const& coupling, Beside const& beside, BandedSystems::Filling& filling) const {
  Index const block = states_ + static_cast<Index>(fields_), half = reach(), width = 2 * half + 1;
  std::vector<BandedSystems::Values> taps(static_cast<std::size_t>(states_ * width));   // of a residual's row, [state][tap]
  std::vector<bool> reads(static_cast<std::size_t>(states_), false);
  std::vector<Entry> row;
  double const one = 1.0;
  auto const put = [&](Group const& group, BandedSystems::Values const& amplitude, Index r) {
    auto* const to = taps.data() + group.state * width;
    double const* const from = line_ >= 0 ? filter_->row(r, filter_->slot(group.order)) : &one;
    for (Index j = 0; j < width; ++j)
      for (std::size_t l = 0; l < amplitude.size(); ++l) to[j][l] += amplitude[l] * from[j];
    reads[static_cast<std::size_t>(group.state)] = true;
  };
  auto const take = [&](Index r) {   // of all states that it reads
    for (int s = 0; s < states_; ++s) {
      if (!reads[static_cast<std::size_t>(s)]) continue;
      for (Index j = 0; j < width; ++j)
        row.push_back({(r + j - half) * block + s, std::exchange(taps[static_cast<std::size_t>(s * width + j)], BandedSystems::Values{})});
      reads[static_cast<std::size_t>(s)] = false;
    }
  };
  over_filled_rows([&](Index r) {
    for (std::size_t k = 0; k < averages.equation.size(); ++k) {
      row.clear();
      for (std::size_t g = 0; g < groups_.size(); ++g)
        if (groups_[g].residual == static_cast<int>(k)) put(groups_[g], beside.amplitude[g], r);
      take(r);
      for (std::size_t i = 0; i < fields_; ++i) {
        if (coupling.alpha[k][i] == 0.0) continue;
        row.push_back({r * block + states_ + static_cast<Index>(i), {}});
        row.back().values.fill(coupling.alpha[k][i]);
      }
      add_square(filling, averages.equation[k], row);
    }
  });
}

void LineModel::add_prior(Averages const& averages, Beside const& beside, BandedSystems::Filling& filling) const {
  Index const block = states_ + static_cast<Index>(fields_);
  BandedSystems::Values ones;
  ones.fill(1.0);
  for (int s = 0; s < states_; ++s) {
    double const weight = averages.data[static_cast<std::size_t>(s)];
    auto const& scales = averages.prior[static_cast<std::size_t>(s)];
    BandedSystems::Values tangential{};
    for (std::size_t l = 0; l < tangential.size(); ++l)
      for (int a = 0; a < lattice_.grid().dimension(); ++a)
        if (a != line_)
          tangential[l] += scales[static_cast<std::size_t>(a)] * roughness_.symbol(a, angle_[static_cast<std::size_t>(a)][static_cast<std::size_t>(beside.modes[l][static_cast<std::size_t>(a)])]);
    double const along = line_ >= 0 ? weight * scales[static_cast<std::size_t>(line_)] : 0.0;
    Index const band = roughness_.band(line_);
    for (Index row = 0; row < box_.lines().points; row = next_held(row, alike_)) {
      add(filling, row * block + s, 0, weight, tangential);
      for (Index o = 0; o <= std::min(band, row); ++o) add(filling, row * block + s, o * block, along * roughness_.at(line_, row, -o), ones);
    }
  }
}

void LineModel::add_variance(FieldCoupling const& coupling, BandedSystems::Filling& filling) const {
  Index const block = states_ + static_cast<Index>(fields_);
  BandedSystems::Values ones;
  ones.fill(1.0);
  over_filled_rows([&](Index r) {
    for (std::size_t i = 0; i < fields_; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        add(filling, r * block + states_ + static_cast<Index>(i), static_cast<Index>(i - j), coupling.variance[i][j], ones);
  });
}

void LineModel::add_smoothness(FieldCoupling const& coupling, Beside const& beside, BandedSystems::Filling& filling) const {
  Index const block = states_ + static_cast<Index>(fields_);
  for (std::size_t i = 0; i < fields_; ++i) {
    auto const u = static_cast<std::size_t>(coupling.unknowns[i]);
    Index const v = states_ + static_cast<Index>(i);
    for (auto const& term : forms_.terms(u)) {
      BandedSystems::Values factor;
      for (std::size_t l = 0; l < factor.size(); ++l) {
        factor[l] = coupling.smoothness[i] * term.factor;
        for (int a = 0; a < lattice_.grid().dimension(); ++a)
          if (a != line_) factor[l] *= forms_.symbol(u, a, term.orders[static_cast<std::size_t>(a)], beside.modes[l][static_cast<std::size_t>(a)]);
      }
      if (line_ < 0) {
        add(filling, v, 0, 1.0, factor);
        continue;
      }
      auto const& form = forms_.form(u, line_, term.orders[static_cast<std::size_t>(line_)]);
      for (Index row = margin(); row < margin() + rows_of_grid(); row = next_held(row, alike_))
        for (int o = 0; o <= std::min<Index>(form.band(), row - margin()); ++o)
          add(filling, row * block + v, o * block, form.at(row - margin(), -o), factor);
    }
  }
}

void LineModel::fill(Averages const& averages, FieldCoupling const& coupling, Index group, BandedSystems::Filling& filling) {
  filling.clear();
  auto const waves = beside(averages, group * BandedSystems::lanes);
  add_data(averages, waves, filling);
  add_equation(averages, coupling, waves, filling);
  add_prior(averages, waves, filling);
  add_variance(coupling, filling);
  add_smoothness(coupling, waves, filling);
}

}  // namespace mollis::joint

#include "estimators/joint/edge_patch.hpp"

#include <algorithm>

#include "grid/split.hpp"

namespace mollis::joint {
namespace {

grid::Range intersection(grid::Range const& a, grid::Range const& b) {
  Index const lower = std::max(a.lower, b.lower);
  return {lower, std::max(lower, std::min(a.upper, b.upper))};
}

}  // namespace

EdgePatch::EdgePatch(Lattice const& lattice, std::array<int, 2> axes, std::array<bool, 2> upper, std::array<Index, 2> reach)
    : axes_(axes), local_(lattice.extended().owned()) {
  auto const& grid = lattice.extended();
  for (auto const& axis : grid.axes()) box_.ranges.push_back({0, axis.size()});
  for (std::size_t i = 0; i < 2; ++i) {
    Index const points = grid.axis(axes[i]).size(), most = std::min(reach[i], points);
    box_[axes[i]] = upper[i] ? grid::Range{points - most, points} : grid::Range{0, most};
    places_ *= most;
  }
  for (int a = 0; a < grid.dimension(); ++a) own_.ranges.push_back(intersection(box_[a], local_[a]));
  auto const bases = bases_of(lattice);
  waves_ = box_.size() / places_;
  Index outer = places_, inner = waves_;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (a == axes[0] || a == axes[1]) continue;
    Index const points = box_[a].size();
    inner /= points;
    transforms_.push_back(spectral::make_line_transform(bases[static_cast<std::size_t>(a)], outer, points, inner));
    outer *= points;
  }
  comm_ = grid::split(grid.comm(), own_.size() > 0 ? 0 : MPI_UNDEFINED);
  if (own_.size() == 0) return;
  int rank = 0, ranks = 1;
  MPI_Comm_rank(*comm_, &rank);
  MPI_Comm_size(*comm_, &ranks);
  mine_ = {waves_ * rank / ranks, waves_ * (rank + 1) / ranks};
}

Mode EdgePatch::mode(Index wave) const {
  Mode mode{};
  for (int a = box_.dimension() - 1; a >= 0; --a) {
    if (a == axes_[0] || a == axes_[1]) continue;
    mode[static_cast<std::size_t>(a)] = wave % box_[a].size();
    wave /= box_[a].size();
  }
  return mode;
}

/// body(place on this rank's lattice, place among values[place][wave]) for each of its points.
template <class Body>
void EdgePatch::over_own(Body const& body) const {
  Index const points = own_.size();
  for (Index n = 0; n < points; ++n) {
    Index here = 0, place = 0, wave = 0, rest = n;
    std::array<Index, max_axes> at{};
    for (int a = box_.dimension() - 1; a >= 0; --a) {
      at[static_cast<std::size_t>(a)] = own_[a].lower + rest % own_[a].size();
      rest /= own_[a].size();
    }
    for (int a = 0; a < box_.dimension(); ++a) {
      Index const i = at[static_cast<std::size_t>(a)];
      here = here * local_[a].size() + i - local_[a].lower;
      Index& number = a == axes_[0] || a == axes_[1] ? place : wave;
      number = number * box_[a].size() + i - box_[a].lower;
    }
    body(static_cast<std::size_t>(here), static_cast<std::size_t>(place * waves_ + wave));
  }
}

void EdgePatch::add_up(std::vector<double>& values) const {
  int ranks = 1;
  MPI_Comm_size(*comm_, &ranks);
  if (ranks > 1) MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, *comm_);
}

std::vector<double> EdgePatch::waves_of(std::vector<HostField> const& fields) const {
  std::size_t const size = static_cast<std::size_t>(places_ * waves_);
  if (*comm_ == MPI_COMM_NULL) return {};
  std::vector<double> values(fields.size() * size, 0.0);
  over_own([&](std::size_t here, std::size_t there) {
    for (std::size_t f = 0; f < fields.size(); ++f) values[f * size + there] = fields[f][here];
  });
  add_up(values);   // each value is one rank's
  for (std::size_t f = 0; f < fields.size(); ++f)
    for (auto const& transform : transforms_) transform->forward(values.data() + f * size);
  return values;
}

void EdgePatch::add(std::vector<double> values, std::vector<HostField> const& fields) const {
  if (*comm_ == MPI_COMM_NULL) return;
  std::size_t const size = static_cast<std::size_t>(places_ * waves_);
  add_up(values);   // each wave is one rank's
  for (std::size_t f = 0; f < fields.size(); ++f)
    for (auto transform = transforms_.rbegin(); transform != transforms_.rend(); ++transform) (*transform)->backward(values.data() + f * size);
  over_own([&](std::size_t here, std::size_t there) {
    for (std::size_t f = 0; f < fields.size(); ++f) fields[f][here] += values[f * size + there];
  });
}

std::vector<double> EdgePatch::means_of(HostField const& field) const {
  if (*comm_ == MPI_COMM_NULL) return {};
  std::vector<double> means(static_cast<std::size_t>(places_), 0.0);
  over_own([&](std::size_t here, std::size_t there) { means[there / static_cast<std::size_t>(waves_)] += field[here] / static_cast<double>(waves_); });
  add_up(means);
  return means;
}

}  // namespace mollis::joint

#include "uncertainty/pooling.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::uncertainty {
namespace {

constexpr int sweeps = 3;                 ///< over the axes, after which their functions stand still to a few per cent
constexpr double widest_share = 0.25;     ///< of the longest axis

HostField zeros_like(HostField const& field) { return HostField("pooled", field.extent(0)); }

}  // namespace

Pooling::Pooling(problem::Problem const& problem, std::size_t unknown, std::vector<Group> groups)
    : problem_(problem),
      unknown_(problem.space().unknowns()[unknown]),
      grid_(unknown_.grid),
      inside_(problem.inside.empty() ? HostField() : HostField(on_host(problem.inside[unknown]))),
      groups_(std::move(groups)) {
  for (auto const& group : groups_) draws_ += group.draws;
  if (!has_points() || grid_.dimension() == 0) return;
  box_ = std::make_unique<spectral::SpectralBox>(grid_, spectral::wave_bases(grid_), -1);
  angles_ = spectral::squared_angles(*box_, std::vector<double>(static_cast<std::size_t>(grid_.dimension()), 1.0));
  scale_ = shape_of(mean_without(none), grid_.dimension() > 1 ? Shape::by_axes : Shape::flat);
}

std::vector<double> Pooling::over_grid(std::vector<double> sums) const {
  if (!unknown_.owner) std::fill(sums.begin(), sums.end(), 0.0);   // every piece once
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return sums;
}

HostField Pooling::mean_without(std::size_t group) const {
  auto const out = zeros_like(groups_.front().squares);
  double draws = 0.0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (g == group) continue;
    draws += groups_[g].draws;
    for (std::size_t i = 0; i < out.extent(0); ++i) out(i) += groups_[g].squares(i);
  }
  for (std::size_t i = 0; i < out.extent(0); ++i) out(i) /= draws;
  return out;
}

HostField Pooling::shape_of(HostField const& mean, Shape shape) const {
  auto const out = zeros_like(mean);
  double sums[2] = {0.0, 0.0};
  for (std::size_t i = 0; i < mean.extent(0); ++i)
    if (is_inside(i)) sums[0] += mean(i), sums[1] += 1.0;
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, grid_.comm());
  Kokkos::deep_copy(out, sums[0] / sums[1]);
  if (shape == Shape::flat) return out;
  for (int sweep = 0; sweep < sweeps; ++sweep)
    for (int axis = 0; axis < grid_.dimension(); ++axis) fit_axis(axis, mean, out);
  return out;
}

/// Calls visit(i, place) for the points of this rank, `place` where they stand along an axis.
template <class Visit>
void Pooling::each_plane(int axis, Visit const& visit) const {
  auto const& owned = grid_.owned();
  Index outer = 1, inner = 1;
  for (int a = 0; a < axis; ++a) outer *= owned[a].size();
  for (int a = axis + 1; a < grid_.dimension(); ++a) inner *= owned[a].size();
  std::size_t i = 0;
  for (Index o = 0; o < outer; ++o)
    for (Index place = owned[axis].lower; place < owned[axis].upper; ++place)
      for (Index n = 0; n < inner; ++n) visit(i++, static_cast<std::size_t>(place));
}

/// Such that the mean of mean / shape is 1 over every plane across the axis.
void Pooling::fit_axis(int axis, HostField const& mean, HostField const& shape) const {
  auto const size = static_cast<std::size_t>(grid_.axis(axis).size());
  std::vector<double> sums(2 * size, 0.0);
  each_plane(axis, [&](std::size_t i, std::size_t place) {
    if (is_inside(i)) sums[place] += mean(i) / shape(i), sums[size + place] += 1.0;
  });
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, grid_.comm());
  each_plane(axis, [&](std::size_t i, std::size_t place) {
    if (sums[size + place] > 0.0) shape(i) *= sums[place] / sums[size + place];
  });
}

Pooling::Window Pooling::window_of(double width) const {
  Window out{zeros_like(angles_), {}};
  for (std::size_t m = 0; m < angles_.extent(0); ++m) out.factors(m) = std::exp(-0.5 * width * width * angles_(m));
  if (inside_.extent(0) == 0) return out;
  out.inside = zeros_like(inside_);
  Kokkos::deep_copy(out.inside, inside_);
  box_->forward(out.inside);
  smooth(out.inside, out.factors);
  return out;
}

/// Waves, and what they are smoothed to.
void Pooling::smooth(HostField& waves, HostField const& factors) const {
  for (std::size_t m = 0; m < waves.extent(0); ++m) waves(m) *= factors(m);
  box_->backward(waves);
}

Pooling::Profile Pooling::profile_of(HostField const& mean, Shape shape) const {
  Profile out{shape_of(mean, shape), zeros_like(mean)};
  for (std::size_t i = 0; i < mean.extent(0); ++i) out.waves(i) = is_inside(i) ? mean(i) / out.shape(i) : 0.0;
  box_->forward(out.waves);
  return out;
}

HostField Pooling::pooled(Profile const& profile, Window const& window) const {
  auto const out = zeros_like(profile.shape);
  auto ratio = zeros_like(profile.waves);
  Kokkos::deep_copy(ratio, profile.waves);
  smooth(ratio, window.factors);
  for (std::size_t i = 0; i < out.extent(0); ++i) {
    double const share = window.inside.extent(0) > 0 ? window.inside(i) : 1.0;
    out(i) = profile.shape(i) * (is_inside(i) ? std::max(ratio(i) / share, 0.0) : 1.0);
  }
  return out;
}

HostField Pooling::pooled(std::size_t without, Shape shape, double width) const {
  auto const mean = mean_without(without);
  return width == 0.0 || !has_points() ? mean : pooled(profile_of(mean, shape), window_of(width));
}

Pooling::Error Pooling::error_of(Shape shape, double width) const {
  return error_by([&](std::size_t without) { return pooled(without, shape, width); });
}

Pooling::Error Pooling::error_by(std::function<HostField(std::size_t)> const& pooled_without) const {
  std::vector<double> sums(3, 0.0);   // whole, scatter, points
  if (has_points()) {
    auto const mean = mean_without(none), all = pooled_without(none);
    double const freedom = (static_cast<double>(groups_.size()) - 1.0) * draws_;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      auto const rest = pooled_without(g);
      auto const& group = groups_[g];
      for (std::size_t i = 0; i < mean.extent(0); ++i) {
        if (!is_inside(i)) continue;
        double const own = (draws_ * all(i) - (draws_ - group.draws) * rest(i)) / group.draws;   // the group's part, of a linear mean its own
        double const off = own - all(i), change = off - (group.squares(i) / group.draws - mean(i));
        sums[0] += group.draws * (off * off - change * change) / (freedom * scale_(i) * scale_(i));
        sums[1] += group.draws * off * off / (freedom * scale_(i) * scale_(i));
      }
    }
    for (std::size_t i = 0; i < mean.extent(0); ++i) {
      if (!is_inside(i)) continue;
      sums[0] += std::pow((all(i) - mean(i)) / scale_(i), 2);
      sums[2] += 1.0;
    }
  }
  sums = over_grid(sums);
  return {sums[0] / sums[2], sums[1] / sums[2]};
}

Pooling::Choice Pooling::choose() const {
  Choice best{Shape::flat, 0.0, draws_};
  if (grid_.dimension() == 0 || groups_.size() < 2) return best;
  auto const unpooled = error_of(Shape::flat, 0.0);
  if (!(unpooled.whole > 0.0) || !std::isfinite(unpooled.whole)) return best;
  Index longest = 0;
  for (auto const& axis : grid_.axes()) longest = std::max(longest, axis.size());
  auto least = unpooled.whole;
  for (auto const shape : {Shape::flat, Shape::by_axes}) {
    if (shape == Shape::by_axes && grid_.dimension() == 1) break;
    double before = unpooled.whole;
    std::vector<Profile> profiles;   // without each group; of all
    for (std::size_t g = 0; has_points() && g <= groups_.size(); ++g) profiles.push_back(profile_of(mean_without(g < groups_.size() ? g : none), shape));
    for (double width = 1.0; width <= widest_share * static_cast<double>(longest); width *= 2.0) {
      Window const window = has_points() ? window_of(width) : Window();
      auto const error = error_by([&](std::size_t without) { return pooled(profiles[std::min(without, groups_.size())], window); });
      if (!(error.whole < before)) break;
      before = error.whole;
      if (error.whole >= least) continue;
      least = error.whole;
      best = {shape, width, draws_ * std::max(1.0, unpooled.whole / std::max(error.whole, error.scatter))};
    }
  }
  return best;
}

}  // namespace mollis::uncertainty

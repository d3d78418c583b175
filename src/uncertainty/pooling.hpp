#pragma once
/// How mean squares of draws are pooled over neighbours: the shapes, widths and their errors of PooledSquares.
#include <functional>
#include <memory>
#include <vector>

#include "problem/problem.hpp"
#include "spectral/spectral_box.hpp"

namespace mollis::uncertainty {

class Pooling {
 public:
  struct Group {
    HostField squares;   ///< summed over its draws, over the parameter's piece
    double draws;
  };
  enum class Shape { flat, by_axes };
  struct Choice {
    Shape shape = Shape::flat;
    double width = 0.0;   ///< places; 0: nothing is pooled
    double draws = 0.0;   ///< so many draws that are not pooled scatter as much
  };

  /// Collective on the grid of the parameter, where this rank has points.
  Pooling(problem::Problem const& problem, std::size_t unknown, std::vector<Group> groups);
  /// The one with the least error; nothing is pooled of a constant, of one group and where variances are 0. Collective on the problem's grid.
  Choice choose() const;
  /// Mean squares of all draws, pooled. Collective on the parameter's grid.
  HostField pooled(Choice const& choice) const { return pooled(none, choice.shape, choice.width); }
  /// An estimate of the mean over the points of (pooled - variance)^2 / scale^2 without bias, and the part that is scatter. Collective on the problem's grid.
  struct Error {
    double whole = 0.0, scatter = 0.0;
  };
  Error error_of(Shape shape, double width) const;

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  bool has_points() const { return grid_.local_size() > 0; }
  bool is_inside(std::size_t i) const { return inside_.extent(0) == 0 || inside_(i) != 0.0; }
  HostField mean_without(std::size_t group) const;
  /// What does not depend on the width: the shape of a mean, and the waves of the mean over it.
  struct Profile {
    HostField shape, waves;
  };
  /// exp(-(width theta)^2 / 2): a Gaussian, even about open ends; and how much of it is inside at each point, empty where all points are.
  struct Window {
    HostField factors, inside;
  };
  Profile profile_of(HostField const& mean, Shape shape) const;
  Window window_of(double width) const;
  HostField pooled(Profile const& profile, Window const& window) const;
  HostField pooled(std::size_t without, Shape shape, double width) const;
  Error error_by(std::function<HostField(std::size_t without)> const& pooled_without) const;
  HostField shape_of(HostField const& mean, Shape shape) const;
  template <class Visit>
  void each_plane(int axis, Visit const& visit) const;
  void fit_axis(int axis, HostField const& mean, HostField const& shape) const;
  void smooth(HostField& waves, HostField const& factors) const;
  std::vector<double> over_grid(std::vector<double> sums) const;

  problem::Problem const& problem_;
  parameters::Unknown const& unknown_;
  grid::Grid const& grid_;
  HostField inside_;                                ///< empty: all points are
  std::vector<Group> groups_;
  double draws_ = 0.0;
  std::unique_ptr<spectral::SpectralBox> box_;      ///< none where this rank has no points, and of constants
  HostField angles_;                                ///< sum over the axes of theta^2, of each coefficient
  HostField scale_;                                 ///< what errors are relative to
};

}  // namespace mollis::uncertainty

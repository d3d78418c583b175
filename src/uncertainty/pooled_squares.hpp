#pragma once
/// Mean squares of draws at each point of a field, pooled over neighbours. A variance that K draws give at a point scatters by (2 / K)^(1/2) of itself,
/// while most variances change slowly from point to point, but near ends. With q the mean square, v one of
///   flat        the mean of q over the points,
///   by axes     a product of one function along each axis, such that the mean of q / v is 1 over every plane of points,
/// and S a Gaussian of `width` places, even about open ends,
///   pooled = v S(q / v) / S(1)
/// over the points inside a mask. Shape and width are those of the least mean square error, estimated without bias from how groups of draws differ
/// (the jackknife: Efron 1982): what groups scatter by after pooling, and what pooling changes beyond chance.
#include <optional>
#include <vector>

#include "problem/problem.hpp"

namespace mollis::uncertainty {

class PooledSquares {
 public:
  static constexpr std::size_t groups = 4;   ///< of draws; a field each is kept of them

  struct Variance {
    Field field;           ///< over the parameter's piece, in its fitted variable squared
    double draws = 0.0;    ///< so many draws that are not pooled scatter as much
    double width = 0.0;    ///< places; 0 where nothing is pooled
  };

  /// Arguments outlive this. Not collective.
  PooledSquares(problem::Problem const& problem, std::size_t unknown);
  /// A draw of the field's error over its piece. Not collective.
  void add(int number, Field const& error);
  /// Of so many draws, one at least. Collective on the problem's grid.
  Variance result(int draws) const;

  /// To a part of a checkpoint, and back, where it holds so many draws. The latter is collective.
  void keep(checkpoint::Quantities& kept) const;
  void go_on(checkpoint::Quantities const& kept, int draws);

 private:
  std::string name_of(std::size_t group) const;

  problem::Problem const& problem_;
  std::size_t unknown_;
  std::vector<Field> sums_;   ///< of squares, one a group that has draws
};

}  // namespace mollis::uncertainty

#pragma once
/// Whether a simple term is missing: score (Lagrange multiplier) tests of R_k + c phi = 0 against c = 0 (Rao 1948; Silvey 1959). With
/// r what the fit leaves of the equation and W its weights,
///   s = <phi, W r>,   z = s / sd(s), its deviation that of the same sum over what draws leave;
///   c = -s / (<phi, W phi> - v^T H^-1 v), v = J^T W phi: what one step would find for it.
/// phi: 1, the states, their products, their first and second derivatives along each axis, of low polynomials that are fitted to the states
/// where the equation holds: smooth, so that their own noise hardly agrees with that of r; of states that no such polynomial follows
/// they are as good as any directions. Directions that the parameters take up whole are left out; nothing is
/// tested beside fields and profiles: what their smoothness holds back of a direction is left to the residual, and no draw knows of it.
#include <string>
#include <vector>

#include "estimate/estimate.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

struct MissingTerm {
  std::string term;             ///< "u", "dx(u)", "u*v"
  std::size_t residual = 0;
  double value = 0.0;           ///< c
  double deviations = 0.0;      ///< |z|
  double bound = 0.0;           ///< of it: 3.5 for one of them, more for the most out of many, and for few draws
  double share = 0.0;           ///< root mean square of c phi over that of the largest term of the parameters
};

class MissingTerms {
 public:
  /// Not collective.
  MissingTerms(problem::Problem const& problem, estimate::Estimate const& estimate);
  /// What a draw has left of the equation, and the draw itself. Collective.
  void add(std::vector<Field> const& left, std::vector<Field> const& drawn);
  /// The term that stands out most; none where there are too few draws, or no direction. Collective.
  std::vector<MissingTerm> result();

  /// The sums of the draws so far, and back.
  std::vector<double> const& sums() const { return sums_; }
  void go_on(std::vector<double> sums, int draws);

 private:
  struct Direction {
    std::string term;
    std::size_t residual;
    Field phi;
  };
  void prepare();
  std::vector<double> scores(std::vector<Field> const& left) const;
  double least_left() const;
  bool has_fields() const;
  double left_of(Direction const& direction) const;

  problem::Problem const& problem_;
  estimate::Estimate const& estimate_;
  std::vector<Field> weights_;
  std::vector<Direction> directions_;
  std::vector<double> sums_;    ///< of squares: a direction's of what is left, of what was drawn
  int draws_ = 0;
  bool prepared_ = false;
};

}  // namespace mollis::uncertainty

#pragma once
/// Whether a simple term is missing: score (Lagrange multiplier) tests of R_k + c phi = 0 against c = 0 (Rao 1948; Silvey 1959). With
/// r what the fit leaves of the equation and W its weights,
///   s = <phi, W r>,   z = s / sd(s),   c = -s / l,   l = <phi, W phi> - v^T H^-1 v,   v = J^T W phi: what one step would find for it.
/// Of mollified data, whose noise neighbours share, sd(s) is that of the same sum over what draws leave. Where states are fitted it is l^(1/2), of
/// what draws make likely: few of them tell it badly; and what is believed of the states moves them by x_m more than it expects, which
/// moves s by v^T x_m: (l + sum_m (v^T x_m)^2)^(1/2).
/// phi: 1, the states u, their products, their first and second derivatives along each axis, u du and d(u du) along each axis of space, of low polynomials that are fitted to the states
/// where the equation holds: smooth, so that their own noise hardly agrees with that of r; of states that no such polynomial follows
/// they are as good as any directions. Directions that the parameters take up whole are left out. (Where states are fitted: of l + x_c^T C^-1 x_c,
/// x_c the constants' entries of H^-1 v and C their covariance, which is what held constants would leave. Fitted states take up most of any direction,
/// which says nothing.) Nothing is
/// tested beside fields and profiles: what their smoothness holds back of a direction is left to the residual, and no draw knows of it.
#include <string>
#include <vector>

#include "estimate/estimate.hpp"
#include "petsc/handles.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

struct MissingTerm {
  std::string term;             ///< "u", "dx(u)", "u*v"
  std::size_t residual = 0;
  double value = 0.0;           ///< c
  double deviations = 0.0;      ///< |z|
  double bound = 0.0;           ///< of it: 3.5 for one of them, more for the most out of many, and for few draws where these tell the deviation
  double share = 0.0;           ///< root mean square of c phi over that of the largest term of the parameters
  std::vector<double> moves;    ///< what it would move the constants by, in fitted variables, where it stands out by two deviations (of the most out of many) or more; empty of
                                ///< mollified data, whose bias passes for terms
};

/// What is known besides where states are fitted.
struct BesideStates {
  std::vector<double> covariance;                      ///< of the constants, in fitted variables
  std::vector<petsc::Vector> const* moves = nullptr;   ///< x_m
};

class MissingTerms {
 public:
  /// Not collective.
  MissingTerms(problem::Problem const& problem, estimate::Estimate const& estimate);
  /// What a draw has left of the equation, and the draw itself. Collective.
  void add(std::vector<Field> const& left, std::vector<Field> const& drawn);
  /// The term that stands out most; none where there are too few draws, or no direction. Collective.
  std::vector<MissingTerm> result(BesideStates const& beside = {});

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
  struct Left {
    double by_fit = 0.0;        ///< l
    double by_constants = 0.0;  ///< what held constants would leave beyond it
    double whole = 0.0;         ///< <phi, W phi>
    double bent = 0.0;          ///< sum_m (v^T x_m)^2
    std::vector<double> moved;  ///< x_c
  };
  struct Tested {
    std::size_t direction;
    double deviations;
    Left left;                  ///< nothing where it was not asked for
  };
  std::vector<double> scores(std::vector<Field> const& left) const;
  std::vector<Tested> by_draws(std::vector<double> const& found) const;
  std::vector<Tested> by_solves(std::vector<double> const& found, BesideStates const& beside) const;
  bool has_fields() const;
  double size_of(Direction const& direction) const;
  Left left_of(Direction const& direction, BesideStates const& beside) const;
  Left by_few_draws(std::size_t d) const;

  problem::Problem const& problem_;
  estimate::Estimate const& estimate_;
  std::vector<Field> weights_;
  std::vector<Direction> directions_;
  std::vector<double> sums_;    ///< of squares: a direction's of what is left, of what was drawn
  int draws_ = 0;
  bool prepared_ = false;
};

}  // namespace mollis::uncertainty

#pragma once
/// Draws of the error of an estimate, x = H^-1 (J^T W e + r) (perturb and optimise), and what is summed up over them. Each depends on its number alone.
/// Where there are octaves to be scaled (PriorScale), draws of the prior alone are solved for first, which tell their scales; all that follow have these.
#include <vector>

#include "estimate/estimate.hpp"
#include "problem/problem.hpp"
#include "uncertainty/block_scores.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/fit_left.hpp"
#include "uncertainty/followed_draws.hpp"
#include "uncertainty/missing_terms.hpp"
#include "uncertainty/noise_share.hpp"
#include "uncertainty/pooled_squares.hpp"
#include "uncertainty/prior_scale.hpp"
#include "uncertainty/samples.hpp"
#include "uncertainty/settings.hpp"
#include "uncertainty/solves.hpp"
#include "uncertainty/state_draws.hpp"

namespace mollis::uncertainty {

class Draws {
 public:
  /// budget: iterations that automatic draws, and what weights move after them, may take, once there are four (six of mollified data). References outlive this. Collective.
  Draws(problem::Problem const& problem, estimate::Estimate const& estimate, Settings const& settings, int budget, ConstantEntries const& constants,
        Undetermined& undetermined, Solves& solves);
  /// Whether all could be solved for. `covariance` of the constants beside fitted states; empty: not known. Collective.
  bool run(std::vector<double> covariance);

  int count() const { return count_; }
  /// The parameters of the estimate, in pieces. Not collective.
  std::vector<Field> const& fitted() const { return fitted_; }
  /// Mean square at each point of a parameter's piece, pooled and widened for the number of draws. Collective.
  Field variance(std::size_t unknown) const;
  /// Sum of products of the constants, over the draws of rows that are not white. Not collective.
  std::vector<double> const& products() const { return products_; }
  /// What the scales of the prior add to the variance of a constant, of which H^-1 has the rest; `column`: the parameters of its column. Collective.
  double more_of(Vec column) const { return scale_.any() ? scale_.more_of(column) : 0.0; }

  std::vector<FitLeft> expected, expected_of_noise;   ///< what draws leave of the rows
  StateDraws states;
  NoiseShare share;
  MissingTerms terms;
  BlockScores scores;
  Samples samples;
  FollowedDraws followed;

 private:
  int most() const;
  bool enough() const;
  bool learn_scales();
  bool solve_prior(Vec prior, Vec x);
  bool add(int number);
  void add_left(estimate::Rows const& rows, Vec x, std::vector<FitLeft>& out);
  petsc::Vector parameters_of(Vec x) const;
  void keep();
  void go_on();
  void say();

  problem::Problem const& problem_;
  estimate::Estimate const& estimate_;
  Settings const& settings_;
  int budget_, moves_;                                ///< iterations; solves that come after the draws
  estimate::Linearisation& linear_;
  ConstantEntries const& constants_;
  Solves& solves_;
  PriorScale scale_;
  std::vector<Field> fitted_;
  std::vector<PooledSquares> squares_;                ///< of draws, one a parameter
  std::vector<double> covariance_, products_;
  estimate::Rows weights_;
  bool any_field_;
  int count_ = 0;
  double scale_tolerance_ = 0.0;                      ///< of draws of the prior; 0 before the first
  double said_ = MPI_Wtime();
};

}  // namespace mollis::uncertainty

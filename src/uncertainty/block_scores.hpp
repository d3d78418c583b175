#pragma once
/// Whether what a fit leaves of the equation moves constants by more than its noise does (a Birge ratio of each constant: Birge, Phys. Rev.
/// 40, 1932; by sums over blocks as in White, Econometrica 48, 1980, and Newey and West 1987, since mollifying correlates rows). With r what
/// is left, W its weights and v_p = J H^-1 e_p, the block B moves constant p by
///   c_Bp = sum over B of v_p W r,  less the mean of that over the rows of all blocks,   S_p^2 = sum_B c_Bp^2 / E sum_B c_Bp^2 ,
/// E by draws of the noise through the same fit. Bias of mollified data stands in r, too, and passes the noise over wide blocks long before
/// it does so row by row. S_p scales the standard error where it is above 1.
#include <vector>

#include "estimate/estimate.hpp"
#include "problem/problem.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/undetermined.hpp"

namespace mollis::uncertainty {

class BlockScores {
 public:
  /// All arguments outlive this. Not collective.
  BlockScores(problem::Problem const& problem, estimate::Estimate const& estimate, ConstantEntries const& constants, Undetermined const& undetermined);

  /// What a draw has left of the equation. Collective.
  void add(std::vector<Field> const& left);
  /// S_p of every constant, no less than 1; 1 where nothing tells it: beside fields, by fitted states, without draws. Collective.
  std::vector<double> result();

  /// The sums of the draws so far, and back.
  std::vector<double> const& sums() const { return sums_; }
  void go_on(std::vector<double> sums, int draws);

 private:
  bool prepare();
  std::vector<double> squares(std::vector<Field> const& left) const;

  problem::Problem const& problem_;
  estimate::Estimate const& estimate_;
  ConstantEntries const& constants_;
  Undetermined const& undetermined_;
  std::vector<estimate::Rows> moved_by_;   ///< W v_p
  std::vector<double> sums_;               ///< of the draws' squares, one a constant
  int draws_ = 0;
  bool prepared_ = false, serves_ = false;
};

}  // namespace mollis::uncertainty

#pragma once
/// How much of what constants multiply is noise, where states are fitted. With J the columns dR/dc of the fit and dJ what the error of the
/// states changes in them, the largest share s of any combination v,
///   v^T N v = s v^T A v,   A = J^T W J,   N = E dJ^T W dJ   (by draws of the error).
/// Noise in what multiplies a constant counts as information in H and pulls the constant to 0: where s is large neither the
/// value nor its standard error mean anything.
/// Rows where the states err most (at open ends, in small cells) have most of that noise and tell least of the constants, as the states give way
/// there. Where s passes `plain_enough`, rows count by what they tell once all else has been eliminated, V = W - W J H^-1 J^T W:
///   v^T N v = s v^T C^-1 v,   N = E dJ^T V dJ,   C the constants' covariance. (V is that of rows whose constants are eliminated, too: few of many.)
#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

class NoiseShare {
 public:
  /// `unknowns`: the constants. Collective.
  NoiseShare(problem::Problem const& problem, estimate::Linearisation& linear, std::vector<std::size_t> unknowns);
  static constexpr double plain_enough = 0.5;
  /// Of a draw x of the error; `covariance` of the constants, empty: not known. Collective.
  void add(Vec x, std::vector<double> const& covariance);
  /// 0 where states are no unknowns, or there is no constant or no draw. Collective.
  double result(std::vector<double> const& covariance) const;

  /// The sums so far, and back.
  std::vector<double> sums() const;
  void go_on(std::vector<double> sums, int draws);

 private:
  double plain() const;
  bool add_told(std::vector<estimate::Rows> const& changes, std::vector<double> const& weighted);
  std::vector<double> products(std::vector<estimate::Rows> const& slopes) const;
  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  std::vector<std::size_t> unknowns_;
  estimate::Rows weights_;
  std::vector<estimate::Rows> slopes_;    ///< of the fit
  std::vector<double> noise_;             ///< sum over the draws of dJ^T W dJ
  std::vector<double> told_;              ///< sum of dJ^T V dJ over told_draws_ of them
  int draws_ = 0, told_draws_ = 0;
};

}  // namespace mollis::uncertainty

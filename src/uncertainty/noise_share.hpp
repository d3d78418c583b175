#pragma once
/// How much of what constants multiply is noise, where states are fitted. With J the columns dR/dc of the fit and dJ what the error of the
/// states changes in them, the largest share s of any combination v,
///   v^T N v = s v^T A v,   A = J^T W J,   N = E dJ^T W dJ   (by draws of the error).
/// Noise in what multiplies a constant counts as information in H and pulls the constant to 0: where s is large neither the
/// value nor its standard error mean anything.
#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

class NoiseShare {
 public:
  /// `unknowns`: the constants. Collective.
  NoiseShare(problem::Problem const& problem, estimate::Linearisation& linear, std::vector<std::size_t> unknowns);
  /// Of a draw x of the error. Collective.
  void add(Vec x);
  /// 0 where states are no unknowns, or there is no constant or no draw. Not collective.
  double result() const;

  /// The sums so far, and back.
  std::vector<double> const& sums() const { return noise_; }
  void go_on(std::vector<double> sums, int draws);

 private:
  std::vector<double> products(std::vector<estimate::Rows> const& slopes) const;
  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  std::vector<std::size_t> unknowns_;
  estimate::Rows weights_;
  std::vector<estimate::Rows> slopes_;    ///< of the fit
  std::vector<double> noise_;             ///< sum over the draws of dJ^T W dJ
  int draws_ = 0;
};

}  // namespace mollis::uncertainty

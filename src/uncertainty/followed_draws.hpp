#pragma once
/// Draws of the error along which it is seen how far the objective is quadratic (Linearisation::rise).
#include <vector>

#include "checkpoint/quantities.hpp"
#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

class FollowedDraws {
 public:
  /// Whose arguments outlive this. Collective.
  FollowedDraws(problem::Problem const& problem, estimate::Linearisation& linear);
  /// A draw of the error of the parameters, in pieces; the first two are kept where rows may be far from linear. Not collective.
  void add(std::vector<Field> const& error);
  /// rise() along each, of the part that the data tell: entry i of a draw times max(0, 2 known_i - 1), since where the data say nothing an error is as wide as
  /// the prior, and there is nothing to doubt; none of draws of which no part is told. Collective.
  std::vector<double> rises(std::vector<Field> const& known) const;

  /// To a part of a checkpoint, and back, where it holds so many draws. Collective.
  void keep(checkpoint::Quantities& kept) const;
  void go_on(checkpoint::Quantities const& kept, int draws);

 private:
  std::string name_of(std::size_t draw, std::size_t unknown) const;

  problem::Problem const& problem_;
  estimate::Linearisation& linear_;
  bool asked_;
  std::vector<std::vector<Field>> draws_;   ///< [draw][parameter]
};

}  // namespace mollis::uncertainty

#include "estimators/joint/weight_search.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/rounding.hpp"

namespace mollis::joint {
namespace {

constexpr double farthest = 3.0;   ///< of the last move

}  // namespace

/// A side that stays keeps the target near itself, and is believed half as much each time. Where two sides meet far from 0 other weights have
/// changed what the farther one told.
void WeightSearch::tell(double log_beta, double excess) {
  bool const has_sides = last_.excess * other_.excess < 0.0, stays = excess * last_.excess > 0.0;
  if (!has_sides || !stays) other_ = last_;
  halved_ = has_sides && stays ? 0.5 * halved_ : 1.0;
  last_ = {log_beta, excess};
  if (std::abs(last_.log_beta - other_.log_beta) < std::log(2.0) / estimate::steps_per_octave) other_ = {};
}

std::optional<double> WeightSearch::target() const {
  if (last_.excess == 0.0) return {};
  if (other_.excess == 0.0) return last_.log_beta + last_.excess;
  double const move = last_.log_beta - other_.log_beta, before = halved_ * other_.excess;
  if (last_.excess * before < 0.0) return last_.log_beta + move * last_.excess / (before - last_.excess);
  double const most = farthest * std::abs(move), slope = (last_.excess - before) / move;
  double const way = slope < 0.0 ? -last_.excess / slope : std::copysign(most, last_.excess);   // rising: no root is in sight, but the way is known
  return last_.log_beta + std::clamp(way, -most, most);
}

WeightSearch::Numbers WeightSearch::numbers() const { return {last_.log_beta, last_.excess, other_.log_beta, other_.excess, halved_}; }

WeightSearch WeightSearch::of(Numbers const& numbers) {
  WeightSearch search;
  search.last_ = {numbers[0], numbers[1]};
  search.other_ = {numbers[2], numbers[3]};
  search.halved_ = numbers[4];
  return search;
}

}  // namespace mollis::joint

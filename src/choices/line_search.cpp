#include "choices/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "estimate/rounding.hpp"

namespace mollis::choices {

void LineSearch::attempt(double at) {
  if (at < floor_ || at > ceiling_ || tried_.count(at) != 0) return;
  tried_[at] = value_(at);
}

LineSearch::Tried::const_iterator LineSearch::best() const {
  return std::min_element(tried_.begin(), tried_.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
}

void LineSearch::scan(double lowest, double highest, double step) {
  for (double at = lowest; at <= highest; at += step) {
    attempt(at);
    if (at > best()->first + 1.5 * step) break;
  }
}

void LineSearch::bracket(double start, double step) {
  for (double const at : {start - step, start, start + step}) attempt(at);
}

LineSearch::Point LineSearch::least(double step) {
  for (std::size_t count = 0; count != tried_.size();) {
    count = tried_.size();
    if (best() == tried_.begin()) attempt(best()->first - step);
    if (best() == std::prev(tried_.end())) attempt(best()->first + step);
  }
  attempt_vertex();
  return {best()->first, best()->second};
}

void LineSearch::attempt_vertex() {
  auto const middle = best();
  if (middle == tried_.begin() || middle == std::prev(tried_.end())) return;
  auto const [a, ta] = *std::prev(middle);
  auto const [b, tb] = *middle;
  auto const [c, tc] = *std::next(middle);
  double const slope = (b - a) * (tb - tc), curve = (b - c) * (tb - ta);
  double const vertex = b - 0.5 * ((b - a) * slope - (b - c) * curve) / (slope - curve);
  if (std::isfinite(vertex)) attempt(estimate::rounded_log2(vertex));
}

}  // namespace mollis::choices

#include "problem/coarse_lattice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mollis::problem {
namespace {

constexpr double least = 4.0, step = 0.5, largest = 1e4;

}  // namespace

Index coarse_splines(CoarseLine const& line, double ratio) {
  Index const around = line.periodic ? line.places : line.places - 1;
  Index const gaps = std::max<Index>(static_cast<Index>(std::lround(static_cast<double>(around) / ratio)), 1), splines = line.periodic ? gaps : gaps + 3;
  return splines >= line.places || splines < 4 ? line.places : splines;
}

Index coarse_splines(std::vector<std::vector<CoarseLine>> const& blocks, double ratio) {
  Index sum = 0;
  for (auto const& block : blocks) {
    Index product = 1;
    for (auto const& line : block) product = std::min(product * coarse_splines(line, ratio), most_coarse_splines + 1);
    sum += product;
  }
  return sum;
}

double coarse_ratio(std::vector<std::vector<CoarseLine>> const& blocks) {
  for (double ratio = least; ratio < largest; ratio += step)
    if (coarse_splines(blocks, ratio) <= most_coarse_splines) return ratio;
  return std::numeric_limits<double>::infinity();
}

}  // namespace mollis::problem

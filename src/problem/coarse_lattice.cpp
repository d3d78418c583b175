#include "problem/coarse_lattice.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::problem {
namespace {

constexpr Index slow_functions = 3;
constexpr double step = 0.5, largest = 1e4;   // of ratios
constexpr double smooth_from = 4.0, slow_from = 1.5, finer = 1.5;

Index sum_of(CoarseBlocks const& blocks) {
  Index sum = 0;
  for (auto const& block : blocks) sum += block.size();
  return sum;
}

/// Of the first ratio that leaves at most so many functions; none.
template <class At>
CoarseBlocks first_of(double from, Index most, At const& at) {
  for (double ratio = from; ratio < largest; ratio += step)
    if (auto blocks = at(ratio); sum_of(blocks) <= most) return blocks;
  return {};
}

CoarseBlocks with(CoarseBlocks blocks, double ratio) {
  for (auto& block : blocks)
    for (auto& line : block.lines) line.ratio = ratio;
  return blocks;
}

/// Axes of the states over which no field varies; none where there is no field.
std::vector<int> slow_axes(CoarseBlocks const& states, CoarseBlocks const& parameters) {
  std::vector<int> axes;
  if (states.empty() || std::all_of(parameters.begin(), parameters.end(), [](auto const& block) { return block.axes.empty(); })) return axes;
  for (int const axis : states.front().axes)
    if (std::none_of(parameters.begin(), parameters.end(), [&](auto const& block) { return std::count(block.axes.begin(), block.axes.end(), axis) > 0; }))
      axes.push_back(axis);
  return axes;
}

CoarseBlocks joined(CoarseBlocks blocks, CoarseBlocks const& more) {
  blocks.insert(blocks.end(), more.begin(), more.end());
  return blocks;
}

}  // namespace

Index CoarseLine::functions() const {
  if (slow) return std::min(places, slow_functions);
  Index const around = periodic ? places : places - 1;
  Index const gaps = std::max<Index>(static_cast<Index>(std::lround(static_cast<double>(around) / ratio)), 1), splines = periodic ? gaps : gaps + 3;
  return splines >= places || splines < 4 ? places : splines;
}

Index CoarseBlock::size() const {
  Index product = 1;
  for (auto const& line : lines) product = std::min(product * line.functions(), most_functions + 1);
  return product;
}

std::vector<CoarseBlocks> coarse_sets(CoarseBlocks const& states, CoarseBlocks const& parameters) {
  auto const slow = slow_axes(states, parameters);
  auto const smooth = [&](double ratio) { return with(joined(states, parameters), ratio); };
  auto const few = [&](double ratio) {
    auto blocks = with(states, ratio);
    for (auto& block : blocks)
      for (std::size_t i = 0; i < block.axes.size(); ++i) block.lines[i].slow = std::count(slow.begin(), slow.end(), block.axes[i]) > 0;
    return joined(blocks, with(parameters, std::max(1.0, ratio / finer)));
  };
  std::vector<CoarseBlocks> sets{first_of(smooth_from, slow.empty() ? most_functions : most_smooth, smooth)};
  if (!slow.empty()) sets.push_back(first_of(slow_from, most_slow, few));
  sets.erase(std::remove_if(sets.begin(), sets.end(), [](auto const& blocks) { return blocks.empty(); }), sets.end());
  return sets;
}

}  // namespace mollis::problem

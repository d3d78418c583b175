#include "mollifier/pass_order.hpp"

#include <functional>
#include <numeric>

namespace mollis::mollifier {
namespace {

/// Points read along axes before `axis`, made along it and those behind.
double points_at(PassBox const& box, std::ptrdiff_t axis) {
  auto const product = [](auto from, auto to) { return std::accumulate(from, to, 1.0, std::multiplies<>()); };
  return product(box.read.begin(), box.read.begin() + axis) * product(box.made.begin() + axis, box.made.end());
}

}  // namespace

std::map<int, Rest> by_order(std::vector<Sum> const& sums, std::size_t axis) {
  std::map<int, Rest> rests;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    std::map<int, Sum> of_sum;
    for (auto const& summand : sums[k]) of_sum[summand.order[axis]].push_back(summand);
    for (auto const& [order, sum] : of_sum) {
      auto& rest = rests[order];
      rest.sums.push_back(sum);
      rest.which.push_back(k);
      rest.add.push_back(order != of_sum.begin()->first);
    }
  }
  return rests;
}

std::vector<int> filtered_axes(PassBox const& box) {
  std::vector<int> axes;
  for (int a = static_cast<int>(box.taps.size()) - 1; a >= 0; --a)
    if (box.taps[static_cast<std::size_t>(a)] > 0) axes.push_back(a);
  return axes;
}

double multiply_adds(PassBox const& box, std::vector<Sum> const& sums) {
  auto const axes = filtered_axes(box);
  auto const plan = plan_passes(sums, axes);
  double count = 0.0;
  for (std::size_t l = 0; l < axes.size(); ++l) {
    double rows = 0.0;
    for (auto const& node : plan[l]) rows += static_cast<double>(node.size());
    count += rows * points_at(box, axes[l]) * static_cast<double>(box.taps[static_cast<std::size_t>(axes[l])]);
  }
  return count;
}

bool is_slowest_first(PassBox const& box, std::vector<Sum> const& sums) {
  auto const axes = filtered_axes(box);
  if (axes.size() < 2 || points_at(box, 0) == 0.0) return false;
  auto const slowest = static_cast<std::size_t>(axes.back());
  auto const rests = by_order(sums, slowest);
  PassBox rest = box;
  rest.read[slowest] = box.made[slowest];
  rest.taps[slowest] = 0;
  double count = static_cast<double>(rests.size()) * points_at(rest, static_cast<std::ptrdiff_t>(rest.read.size())) * static_cast<double>(box.taps[slowest]);
  for (auto const& [order, left] : rests) count += multiply_adds(rest, left.sums);
  return count < multiply_adds(box, sums);
}

}  // namespace mollis::mollifier

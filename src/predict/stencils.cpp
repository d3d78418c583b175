#include "predict/stencils.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "run/error.hpp"

namespace mollis::predict {
namespace {

mollifier::LineFilter stencil(grid::Axis const& axis, std::set<int> const& orders) {
  int const highest = *orders.rbegin();
  Index const least = (highest + 1) / 2;
  Index radius = least + accuracy / 2 - 1;
  while (radius > least && 2 * radius + 1 > axis.size()) --radius;
  if (2 * radius + 1 > axis.size())
    throw run::Error(run::Exit::bad_deck, fmt::format("a derivative of order {} along {} takes {} points to run forward, the axis has {}; "
                                                      "use a finer grid", highest, axis.name, 2 * radius + 1, axis.size()));
  mollifier::Radii radii;
  for (int const order : orders) radii.emplace_back(order, order == 0 ? 0 : radius);
  return mollifier::moment_filter(axis, {}, radii, static_cast<int>(2 * radius));   // as many points as coefficients: it interpolates
}

}  // namespace

std::vector<mollifier::LineFilter> make_stencils(grid::Grid const& slice, std::vector<mollifier::MultiIndex> const& set) {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < slice.dimension(); ++a) {
    std::set<int> orders{0};
    for (auto const& order : set) orders.insert(order[static_cast<std::size_t>(a)]);
    bool const plain = *orders.rbegin() == 0;
    filters.push_back(plain ? mollifier::moment_filter(slice.axis(a), {}, {{0, 0}}, 0) : stencil(slice.axis(a), orders));
  }
  return filters;
}

}  // namespace mollis::predict

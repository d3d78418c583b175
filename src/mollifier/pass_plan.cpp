#include "mollifier/pass_plan.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace mollis::mollifier {
namespace {

struct Member {
  int sum;
  MultiIndex order;
  double factor;
};

/// A node of the level before the last and an order along its axis: what reaches the last level of one derivative.
struct Prefix {
  int node, order;
  bool operator==(Prefix const& o) const { return node == o.node && order == o.order; }
  bool operator<(Prefix const& o) const { return node != o.node ? node < o.node : order < o.order; }
};

/// A field that the last pass reads, and what it makes of it.
struct LastNode {
  std::vector<std::pair<Prefix, double>> parts;                  ///< the first has the factor 1
  std::map<int, std::vector<PlannedResult::Row>> results;        ///< by sum
};

/// What one sum wants of the last pass at one order: prefixes with their factors.
struct Wish {
  int sum, order;
  std::vector<std::pair<Prefix, double>> parts;
};

int along(Member const& member, int axis) { return member.order[static_cast<std::size_t>(axis)]; }

void append(std::vector<Wish>& wishes, Member const& member, int order, Prefix const& prefix) {
  auto at = std::find_if(wishes.begin(), wishes.end(), [&](Wish const& w) { return w.sum == member.sum && w.order == order; });
  if (at == wishes.end()) at = wishes.insert(at, {member.sum, order, {}});
  auto part = std::find_if(at->parts.begin(), at->parts.end(), [&](auto const& p) { return p.first == prefix; });
  if (part == at->parts.end()) part = at->parts.insert(part, {prefix, 0.0});
  part->second += member.factor;
}

/// Wishes that differ by a factor are one field.
std::vector<LastNode> last_nodes(std::vector<Wish> const& wishes) {
  std::vector<LastNode> nodes;
  for (auto const& wish : wishes) {
    auto parts = wish.parts;
    std::sort(parts.begin(), parts.end());
    double const factor = parts.front().second;
    for (auto& part : parts) part.second /= factor;
    auto at = std::find_if(nodes.begin(), nodes.end(), [&](LastNode const& node) { return node.parts == parts; });
    if (at == nodes.end()) at = nodes.insert(at, {parts, {}});
    at->results[wish.sum].push_back({wish.order, factor});
  }
  return nodes;
}

PlannedResult& result_for(PlannedNode& node, int target) {
  auto const at = std::find_if(node.begin(), node.end(), [&](auto const& result) { return result.target == target; });
  return at != node.end() ? *at : *node.insert(at, {target, {}, false});
}

/// The first to write sets, the others add.
void mark_additions(std::vector<PlannedNode>& nodes) {
  std::map<int, bool> written;
  for (auto& node : nodes)
    for (auto& result : node) result.add = std::exchange(written[result.target], true);
}

}  // namespace

std::vector<Sum> sums_of(std::vector<MultiIndex> const& set) {
  std::vector<Sum> sums;
  for (auto const& order : set) sums.push_back({{order, 1.0}});
  return sums;
}

std::vector<std::vector<PlannedNode>> plan_passes(std::vector<Sum> const& sums, std::vector<int> const& axes) {
  std::vector<std::vector<PlannedNode>> plan(axes.size());
  if (axes.empty()) return plan;
  std::vector<std::vector<Member>> members(1);  // behind each node of the level at hand
  for (std::size_t k = 0; k < sums.size(); ++k)
    for (auto const& summand : sums[k])
      if (summand.factor != 0.0) members[0].push_back({static_cast<int>(k), summand.order, summand.factor});
  for (std::size_t l = 0; l + 2 < axes.size(); ++l) {
    std::vector<std::vector<Member>> next;
    for (auto const& behind : members) {
      std::map<int, int> child;  // by order
      PlannedNode node;
      for (auto const& member : behind) {
        int const order = along(member, axes[l]);
        if (child.count(order) == 0) {
          child[order] = static_cast<int>(next.size());
          node.push_back({child[order], {{order, 1.0}}, false});
          next.emplace_back();
        }
        next[static_cast<std::size_t>(child[order])].push_back(member);
      }
      plan[l].push_back(std::move(node));
    }
    members = std::move(next);
  }
  int const march = axes.back();
  std::vector<Wish> wishes;
  for (std::size_t n = 0; n < members.size(); ++n)
    for (auto const& member : members[n])
      append(wishes, member, along(member, march), {static_cast<int>(n), axes.size() > 1 ? along(member, axes[axes.size() - 2]) : 0});
  auto const last = last_nodes(wishes);
  if (axes.size() > 1) {
    auto& before = plan[axes.size() - 2];
    before.resize(members.size());
    for (std::size_t v = 0; v < last.size(); ++v)
      for (auto const& [prefix, factor] : last[v].parts)
        result_for(before[static_cast<std::size_t>(prefix.node)], static_cast<int>(v)).rows.push_back({prefix.order, factor});
    mark_additions(before);
  }
  for (auto const& node : last) {
    plan.back().emplace_back();
    for (auto const& [sum, rows] : node.results) plan.back().back().push_back({sum, rows, false});
  }
  mark_additions(plan.back());
  return plan;
}

}  // namespace mollis::mollifier

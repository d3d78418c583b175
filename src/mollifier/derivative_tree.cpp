#include "mollifier/derivative_tree.hpp"

#include <algorithm>
#include <map>

#include "mollifier/local_rows.hpp"

namespace mollis::mollifier {
namespace {

constexpr Index cached_points = 1 << 15;  ///< of the planes that run through the passes before the last at a time
constexpr Index page = 4096;              ///< doubles; rows a multiple of it apart fall on the same sets of a cache
constexpr Index strip = 256;              ///< doubles of a row that should find cache sets of their own

/// A stride of at least `size` doubles, in whole cache lines, that spreads strips of successive planes over the cache.
Index spread(Index size) {
  Index const lines = (size + 7) / 8 * 8, past = lines % page;
  if (lines < page || (past >= strip && past <= page - strip)) return lines;
  return lines + (past < strip ? 0 : page) - past + strip + 8;
}

Index product(grid::Box const& box, int from, int to) {
  Index size = 1;
  for (int a = from; a < to; ++a) size *= box[a].size();
  return size;
}

}  // namespace

DerivativeTree::DerivativeTree(std::vector<LineFilter> const& filters, std::vector<MultiIndex> const& set,
                               grid::Box const& ghosted, grid::Box const& owned)
    : ghosted_(ghosted), owned_(owned) {
  std::vector<int> active;
  for (int a = owned.dimension() - 1; a >= 0; --a)
    if (!is_identity(filters[static_cast<std::size_t>(a)])) active.push_back(a);
  std::vector<std::vector<int>> members(1);  // of the set, behind each node of the level at hand
  for (std::size_t k = 0; k < set.size(); ++k) members[0].push_back(static_cast<int>(k));
  for (int a : active) add_level(a, filters[static_cast<std::size_t>(a)], set, members, a == active.back());
  if (!active.empty()) plan_march(active);
}

void DerivativeTree::add_level(int axis, LineFilter const& filter, std::vector<MultiIndex> const& set,
                               std::vector<std::vector<int>>& members, bool is_last) {
  levels_.push_back({1, ghosted_[axis].size(), owned_[axis].size(), product(owned_, axis + 1, owned_.dimension())});
  std::map<std::vector<int>, std::shared_ptr<kernels::LinePass const>> passes;
  std::vector<std::vector<int>> next;
  std::vector<Node> nodes;
  for (auto const& behind : members) {
    Node node;
    node.buffer = nodes.size();
    std::vector<int> slots;
    std::map<int, std::size_t> child_of;  // by order
    for (int k : behind) {
      int const order = set[static_cast<std::size_t>(k)][static_cast<std::size_t>(axis)];
      if (is_last || child_of.count(order) == 0) {
        child_of[order] = next.size();
        slots.push_back(filter.slot(order));
        node.children.push_back(is_last ? k : static_cast<int>(next.size()));
        next.emplace_back();
      }
      next[child_of[order]].push_back(k);
    }
    auto& pass = passes[slots];
    if (!pass) pass = std::make_shared<kernels::LinePass>(local_rows(filter, slots, ghosted_[axis], owned_[axis]));
    node.pass = pass;
    node.slots = slots;
    nodes.push_back(node);
  }
  nodes_.push_back(nodes);
  members = next;
}

void DerivativeTree::plan_march(std::vector<int> const& active) {
  int const march = active.back(), dimension = owned_.dimension();
  slices_ = product(ghosted_, 0, march);
  planes_ = ghosted_[march].size();
  plane_in_ = product(ghosted_, march + 1, dimension);
  for (std::size_t l = 0; l < last(); ++l) levels_[l].outer = product(ghosted_, march + 1, active[l]);
  bool const padded = last() > 0 && levels_[last() - 1].outer == 1;
  plane_stride_ = padded ? spread(levels_.back().inner) : levels_.back().inner;
  Index const threads = Kokkos::DefaultHostExecutionSpace().concurrency();
  Index const wanted = cached_points * threads / std::max<Index>(1, plane_in_);
  planes_at_once_ = std::max<Index>(1, std::min(wanted, planes_));
}

/// Fields before the last level are used up before their parent's next plane: siblings alone need room of their own.
void DerivativeTree::allocate() {
  work_.resize(levels_.size());
  for (std::size_t l = 1; l <= last(); ++l) {
    std::size_t buffers = 0;
    for (Node const& parent : nodes_[l - 1]) {
      std::size_t position = 0;
      for (int child : parent.children) {
        auto& buffer = nodes_[l][static_cast<std::size_t>(child)].buffer;
        if (l < last()) buffer = position++;
        buffers = std::max(buffers, buffer + 1);
      }
    }
    Level const& level = levels_[l];
    Index const size =
        l == last() ? planes_ * plane_stride_ : planes_at_once_ * level.outer * level.inputs * level.inner;
    while (work_[l].size() < buffers) work_[l].push_back(make_field("mollis::jets", size));
  }
}

kernels::Lines DerivativeTree::input_of(std::size_t level, int node, Index plane) const {
  Field const& field = work_[level][nodes_[level][static_cast<std::size_t>(node)].buffer];
  Level const& before = levels_[level - 1];
  Index const dense = before.outputs * before.inner;
  if (level < last()) return {field.data(), dense, before.inner};
  return {field.data() + plane * plane_stride_, before.outer == 1 ? plane_stride_ : dense, before.inner};
}

/// Patches of `count` planes (last level: slices) from `first` on.
void DerivativeTree::patch(std::size_t level, Node const& node, Index first, Index count, kernels::ConstLines const& in,
                           std::vector<kernels::Lines> const& out) const {
  if (patches_.empty() || patches_[level].rows.block.extent(0) == 0) return;  // blocks without points have no planes to count
  auto const& [rows, begin] = patches_[level];
  Index const from = begin[static_cast<std::size_t>(first)], to = begin[static_cast<std::size_t>(first + count)];
  Index const base = level == last() ? first : first * levels_[level].outer;
  for (std::size_t k = 0; k < out.size() && from < to; ++k) kernels::patch(rows, from, to, base, node.slots[k], in, out[k]);
}

void DerivativeTree::descend(std::size_t level, int node, kernels::ConstLines const& in, Index slice, Index plane,
                             Index planes) const {
  Node const& here = nodes_[level][static_cast<std::size_t>(node)];
  std::vector<kernels::Lines> out;
  for (int child : here.children) out.push_back(input_of(level + 1, child, plane));
  here.pass->apply(planes * levels_[level].outer, levels_[level].inner, in, out);
  patch(level, here, slice * planes_ + plane, planes, in, out);
  if (level + 1 == last()) return;
  Level const& next = levels_[level + 1];
  for (int child : here.children)
    descend(level + 1, child, {input_of(level + 1, child, plane).data, next.inputs * next.inner, next.inner}, slice,
            plane, planes);
}

void DerivativeTree::ascend(std::size_t level, int node, kernels::Lines const& out, Index plane, Index planes,
                            bool add) const {
  Node const& here = nodes_[level][static_cast<std::size_t>(node)];
  std::vector<kernels::ConstLines> in;
  for (int child : here.children) {
    kernels::Lines const lines = input_of(level + 1, child, plane);
    in.push_back({lines.data, lines.outer_stride, lines.axis_stride});
    if (level + 1 == last()) continue;
    Level const& next = levels_[level + 1];
    ascend(level + 1, child, {lines.data, next.inputs * next.inner, next.inner}, plane, planes, false);
  }
  here.pass->apply_transpose(planes * levels_[level].outer, levels_[level].inner, in, out, add);
}

void DerivativeTree::apply(Field const& in, std::vector<Field> const& out) {
  if (levels_.empty()) {
    for (Field const& field : out) Kokkos::deep_copy(field, in);
    return;
  }
  if (work_.empty()) allocate();
  Level const &first = levels_.front(), &march = levels_.back();
  for (Index slice = 0; slice < slices_; ++slice) {
    double const* from = in.data() + slice * planes_ * plane_in_;
    for (Index p = 0; last() > 0 && p < planes_; p += planes_at_once_)
      descend(0, 0, {from + p * plane_in_, first.inputs * first.inner, first.inner}, slice, p,
              std::min(planes_at_once_, planes_ - p));
    for (Node const& node : nodes_.back()) {
      kernels::ConstLines const lines{last() > 0 ? work_.back()[node.buffer].data() : from, 0, plane_stride_};
      std::vector<kernels::Lines> results;
      for (int k : node.children)
        results.push_back(
            {out[static_cast<std::size_t>(k)].data() + slice * march.outputs * march.inner, 0, march.inner});
      node.pass->apply(1, march.inner, lines, results);
      patch(last(), node, slice, 1, lines, results);
    }
  }
}

void DerivativeTree::apply_transpose(std::vector<Field> const& in, Field const& out, bool add) {
  if (levels_.empty()) {
    if (!add) Kokkos::deep_copy(out, 0.0);
    for (Field const& field : in)
      Kokkos::parallel_for(
          "mollis::jets", Kokkos::RangePolicy<Execution>(0, out.extent(0)),
          KOKKOS_LAMBDA(std::size_t i) { out(i) += field(i); });
    return;
  }
  if (work_.empty()) allocate();
  Level const &first = levels_.front(), &march = levels_.back();
  for (Index slice = 0; slice < slices_; ++slice) {
    double* to = out.data() + slice * planes_ * plane_in_;
    for (Node const& node : nodes_.back()) {
      kernels::Lines const lines{last() > 0 ? work_.back()[node.buffer].data() : to, 0, plane_stride_};
      std::vector<kernels::ConstLines> parts;
      for (int k : node.children)
        parts.push_back({in[static_cast<std::size_t>(k)].data() + slice * march.outputs * march.inner, 0, march.inner});
      node.pass->apply_transpose(1, march.inner, parts, lines, last() == 0 && add);
    }
    for (Index p = 0; last() > 0 && p < planes_; p += planes_at_once_)
      ascend(0, 0, {to + p * plane_in_, first.inputs * first.inner, first.inner}, p,
             std::min(planes_at_once_, planes_ - p), add);
  }
}

}  // namespace mollis::mollifier

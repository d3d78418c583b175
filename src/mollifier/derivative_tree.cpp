#include "mollifier/derivative_tree.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "kernels/pointwise.hpp"
#include "mollifier/local_rows.hpp"

namespace mollis::mollifier {
namespace {

constexpr Index cached_points = 1 << 15;  ///< of the planes that run through the passes before the last at a time
constexpr Index line = 8;                 ///< doubles of a line of the cache
constexpr Index page = 4096;              ///< doubles; rows a multiple of it apart fall on the same sets of a cache
constexpr Index strip = 256;              ///< doubles of a row that should find cache sets of their own

/// A stride of at least `size` doubles, in whole cache lines, that spreads strips of successive planes over the cache.
Index spread(Index size) {
  Index const lines = (size + line - 1) / line * line, past = lines % page;
  if (lines < page || (past >= strip && past <= page - strip)) return lines;
  return lines + (past < strip ? 0 : page) - past + strip + 8;
}

Index product(grid::Box const& box, int from, int to) {
  Index size = 1;
  for (int a = from; a < to; ++a) size *= box[a].size();
  return size;
}

}  // namespace

DerivativeTree::DerivativeTree(std::vector<LineFilter> const& filters, std::vector<Sum> const& sums,
                               grid::Box const& ghosted, grid::Box const& results)
    : ghosted_(ghosted), results_(results) {
  for (auto const& sum : sums) {
    copies_.push_back(0.0);
    for (auto const& summand : sum) copies_.back() += summand.factor;
  }
  std::vector<int> active;
  for (int a = results.dimension() - 1; a >= 0; --a)
    if (!is_identity(filters[static_cast<std::size_t>(a)])) active.push_back(a);
  auto const plan = plan_passes(sums, active);
  for (std::size_t l = 0; l < active.size(); ++l) add_level(active[l], filters[static_cast<std::size_t>(active[l])], plan[l]);
  if (active.empty()) return;
  plan_march(active);
  lay_out();
}

void DerivativeTree::add_level(int axis, LineFilter const& filter, std::vector<PlannedNode> const& plan) {
  levels_.push_back({1, ghosted_[axis].size(), results_[axis].size(), product(results_, axis + 1, results_.dimension())});
  std::map<std::vector<std::vector<PlannedResult::Row>>, std::shared_ptr<kernels::LinePass const>> passes;
  std::vector<Node> nodes;
  for (auto const& planned : plan) {
    Node node;
    node.buffer = nodes.size();
    std::vector<std::vector<PlannedResult::Row>> rows;
    for (auto const& result : planned) {
      node.children.push_back({result.target, filter.slot(result.rows.front().order), result.add});
      rows.push_back(result.rows);
    }
    auto& pass = passes[rows];
    if (!pass) pass = std::make_shared<kernels::LinePass>(local_rows(filter, rows, ghosted_[axis], results_[axis]));
    node.pass = pass;
    nodes.push_back(node);
  }
  nodes_.push_back(nodes);
}

void DerivativeTree::set_patches(std::vector<LevelPatches> patches) {
  for (auto const& level : nodes_)
    for (auto const& node : level)
      for (auto const& child : node.children)
        if (child.add) throw std::logic_error("jets: no patches where derivatives are added up");
  patches_ = std::move(patches);
}

void DerivativeTree::add_to(std::vector<bool> const& sums) {
  if (nodes_.empty()) throw std::logic_error("jets: nothing is added where no axis is filtered");
  for (auto& node : nodes_.back())
    for (auto& child : node.children) child.add = child.add || sums[static_cast<std::size_t>(child.target)];
}

void DerivativeTree::plan_march(std::vector<int> const& active) {
  int const march = active.back(), dimension = results_.dimension();
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
void DerivativeTree::lay_out() {
  places_.resize(levels_.size());
  for (std::size_t l = 1; l <= last(); ++l) {
    std::size_t buffers = 0;
    for (Node const& parent : nodes_[l - 1]) {
      std::size_t position = 0;
      for (auto const& child : parent.children) {
        auto& buffer = nodes_[l][static_cast<std::size_t>(child.target)].buffer;
        if (l < last()) buffer = position++;
        buffers = std::max(buffers, buffer + 1);
      }
    }
    Level const& level = levels_[l];
    Index const size =
        l == last() ? planes_ * plane_stride_ : planes_at_once_ * level.outer * level.inputs * level.inner;
    while (places_[l].size() < buffers) {
      places_[l].push_back(workspace_->size);
      workspace_->size += (size + line - 1) / line * line;
    }
  }
}

/// Finds the fields in the workspace, which it makes where it is not there yet or somebody needs more since.
void DerivativeTree::prepare() {
  auto& memory = workspace_->memory;
  if (static_cast<Index>(memory.extent(0)) < workspace_->size) memory = make_field("mollis::jets", workspace_->size);
  work_.clear();
  for (auto const& level : places_) {
    work_.emplace_back();
    for (Index const place : level) work_.back().push_back(memory.data() + place);
  }
}

void DerivativeTree::share_workspace(DerivativeTree& other) {
  other.workspace_->size = std::max(other.workspace_->size, workspace_->size);
  workspace_ = other.workspace_;
}

kernels::Lines DerivativeTree::input_of(std::size_t level, int node, Index plane) const {
  double* const field = work_[level][nodes_[level][static_cast<std::size_t>(node)].buffer];
  Level const& before = levels_[level - 1];
  Index const dense = before.outputs * before.inner;
  if (level < last()) return {field, dense, before.inner};
  return {field + plane * plane_stride_, before.outer == 1 ? plane_stride_ : dense, before.inner};
}

/// Patches of `count` planes (last level: slices) from `first` on.
void DerivativeTree::patch(std::size_t level, Node const& node, Index first, Index count, kernels::ConstLines const& in,
                           std::vector<kernels::Lines> const& out) const {
  if (patches_.empty() || patches_[level].rows.block.extent(0) == 0) return;  // blocks without points have no planes to count
  auto const& [rows, begin] = patches_[level];
  Index const from = begin[static_cast<std::size_t>(first)], to = begin[static_cast<std::size_t>(first + count)];
  Index const base = level == last() ? first : first * levels_[level].outer;
  for (std::size_t k = 0; k < out.size() && from < to; ++k)
    kernels::patch(rows, from, to, base, node.children[k].slot, in, out[k]);
}

void DerivativeTree::descend(std::size_t level, int node, kernels::ConstLines const& in, Index slice, Index plane,
                             Index planes) const {
  Node const& here = nodes_[level][static_cast<std::size_t>(node)];
  std::vector<kernels::Lines> out;
  for (auto const& child : here.children) {
    out.push_back(input_of(level + 1, child.target, plane));
    out.back().add = child.add;
  }
  here.pass->apply(planes * levels_[level].outer, levels_[level].inner, in, out);
  patch(level, here, slice * planes_ + plane, planes, in, out);
  if (level + 1 == last()) return;
  Level const& next = levels_[level + 1];
  for (auto const& child : here.children)
    descend(level + 1, child.target, {input_of(level + 1, child.target, plane).data, next.inputs * next.inner, next.inner},
            slice, plane, planes);
}

void DerivativeTree::ascend(std::size_t level, int node, kernels::Lines const& out, Index plane, Index planes,
                            bool add) const {
  Node const& here = nodes_[level][static_cast<std::size_t>(node)];
  std::vector<kernels::ConstLines> in;
  for (auto const& child : here.children) {
    kernels::Lines const lines = input_of(level + 1, child.target, plane);
    in.push_back({lines.data, lines.outer_stride, lines.axis_stride});
    if (level + 1 == last()) continue;
    Level const& next = levels_[level + 1];
    ascend(level + 1, child.target, {lines.data, next.inputs * next.inner, next.inner}, plane, planes, false);
  }
  here.pass->apply_transpose(planes * levels_[level].outer, levels_[level].inner, in, out, add);
}

void DerivativeTree::apply(Field const& in, std::vector<Field> const& out) {
  if (results_.size() == 0) return;
  if (levels_.empty()) {
    for (std::size_t k = 0; k < out.size(); ++k) {
      Kokkos::deep_copy(out[k], in);
      if (copies_[k] != 1.0) kernels::scale(copies_[k], out[k]);
    }
    return;
  }
  prepare();
  Level const &first = levels_.front(), &march = levels_.back();
  for (Index slice = 0; slice < slices_; ++slice) {
    double const* from = in.data() + slice * planes_ * plane_in_;
    for (Index p = 0; last() > 0 && p < planes_; p += planes_at_once_)
      descend(0, 0, {from + p * plane_in_, first.inputs * first.inner, first.inner}, slice, p,
              std::min(planes_at_once_, planes_ - p));
    for (Node const& node : nodes_.back()) {
      kernels::ConstLines const lines{last() > 0 ? work_.back()[node.buffer] : from, 0, plane_stride_};
      std::vector<kernels::Lines> results;
      for (auto const& child : node.children)
        results.push_back({out[static_cast<std::size_t>(child.target)].data() + slice * march.outputs * march.inner, 0,
                           march.inner, child.add});
      node.pass->apply(1, march.inner, lines, results);
      patch(last(), node, slice, 1, lines, results);
    }
  }
}

void DerivativeTree::apply_transpose(std::vector<Field> const& in, Field const& out, bool add) {
  if (levels_.empty() || results_.size() == 0) {
    if (!add) Kokkos::deep_copy(out, 0.0);
    for (std::size_t k = 0; k < in.size() && results_.size() > 0; ++k) kernels::add_scaled(copies_[k], in[k], out);
    return;
  }
  prepare();
  Level const &first = levels_.front(), &march = levels_.back();
  for (Index slice = 0; slice < slices_; ++slice) {
    double* to = out.data() + slice * planes_ * plane_in_;
    for (Node const& node : nodes_.back()) {
      kernels::Lines const lines{last() > 0 ? work_.back()[node.buffer] : to, 0, plane_stride_};
      std::vector<kernels::ConstLines> parts;
      for (auto const& child : node.children)
        parts.push_back(
            {in[static_cast<std::size_t>(child.target)].data() + slice * march.outputs * march.inner, 0, march.inner});
      node.pass->apply_transpose(1, march.inner, parts, lines, last() == 0 && add);
    }
    for (Index p = 0; last() > 0 && p < planes_; p += planes_at_once_)
      ascend(0, 0, {to + p * plane_in_, first.inputs * first.inner, first.inner}, p,
             std::min(planes_at_once_, planes_ - p), add);
  }
}

}  // namespace mollis::mollifier

#include "mollifier/jet_passes.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "mollifier/local_rows.hpp"

namespace mollis::mollifier {
namespace {

Index product(grid::Box const& box, int from, int to) {
  Index size = 1;
  for (int a = from; a < to; ++a) size *= box[a].size();
  return size;
}

/// Axes that are filtered, fastest first.
std::vector<int> active(std::vector<LineFilter> const& filters) {
  std::vector<int> axes;
  for (int a = static_cast<int>(filters.size()) - 1; a >= 0; --a)
    if (!is_identity(filters[static_cast<std::size_t>(a)])) axes.push_back(a);
  return axes;
}

/// Multiply-adds of a DerivativeTree: every row of every pass at its points, those of the block along axes to come.
double multiply_adds(std::vector<LineFilter> const& filters, std::vector<Sum> const& sums, grid::Box const& ghosted, grid::Box const& results) {
  auto const axes = active(filters);
  auto const plan = plan_passes(sums, axes);
  double count = 0.0;
  for (std::size_t l = 0; l < axes.size(); ++l) {
    double rows = 0.0;
    for (auto const& node : plan[l]) rows += static_cast<double>(node.size());
    Index const points = product(ghosted, 0, axes[l]) * product(results, axes[l], results.dimension());
    count += rows * static_cast<double>(points * filters[static_cast<std::size_t>(axes[l])].width);
  }
  return count;
}

LineFilter copying(Index points) {
  LineFilter filter;
  filter.points = points;
  filter.orders = {0};
  filter.interior = filter.valid = {0, points};
  filter.interior_row = {1.0};
  return filter;
}

/// What is left of the sums behind one order along the slowest axis that is filtered.
struct Rest {
  std::vector<Sum> sums;
  std::vector<std::size_t> which;   ///< of all sums
  std::vector<bool> add;            ///< lower orders have written there
};

/// That axis by itself, and the others.
struct Split {
  std::map<int, Rest> by_order;
  std::vector<LineFilter> filters;                    ///< of the other axes
  grid::Box ghosted;                                  ///< its results, all else as it was
  double multiply_adds = 0.0;
};

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

Split split(std::vector<LineFilter> const& filters, std::vector<Sum> const& sums, grid::Box const& ghosted, grid::Box const& results, int axis) {
  auto const a = static_cast<std::size_t>(axis);
  Split out{by_order(sums, a), filters, ghosted, 0.0};
  out.filters[a] = copying(filters[a].points);
  out.ghosted[axis] = results[axis];
  out.multiply_adds = static_cast<double>(out.by_order.size()) * static_cast<double>(out.ghosted.size() * filters[a].width);
  for (auto const& [order, rest] : out.by_order) out.multiply_adds += multiply_adds(out.filters, rest.sums, out.ghosted, results);
  return out;
}

std::vector<Field> some(std::vector<Field> const& all, std::vector<std::size_t> const& which) {
  std::vector<Field> out;
  for (auto const k : which) out.push_back(all[k]);
  return out;
}

}  // namespace

JetPasses::JetPasses(std::vector<LineFilter> const& filters, std::vector<Sum> const& sums, grid::Box const& ghosted, grid::Box const& results) {
  auto const axes = active(filters);
  auto const parts = axes.size() > 1 && results.size() > 0 ? split(filters, sums, ghosted, results, axes.back()) : Split();
  if (parts.by_order.empty() || parts.multiply_adds >= multiply_adds(filters, sums, ghosted, results)) {
    parts_.push_back({DerivativeTree(filters, sums, ghosted, results), {}});
    for (std::size_t k = 0; k < sums.size(); ++k) parts_.front().sums.push_back(k);
    return;
  }
  int const axis = axes.back();
  std::vector<std::vector<PlannedResult::Row>> rows;
  for (auto const& [order, rest] : parts.by_order) {
    rows.push_back({{order, 1.0}});
    parts_.push_back({DerivativeTree(parts.filters, rest.sums, parts.ghosted, results), rest.which});
    parts_.back().tree.add_to(rest.add);
    if (parts_.size() > 1) parts_.back().tree.share_workspace(parts_.front().tree);
  }
  first_ = First{kernels::LinePass(local_rows(filters[static_cast<std::size_t>(axis)], rows, ghosted[axis], results[axis])),
                 product(ghosted, 0, axis), product(ghosted, axis + 1, ghosted.dimension())};
  workspace_->size = size_of_result() * static_cast<Index>(parts_.size());
}

void JetPasses::share_workspace(JetPasses& other) {
  for (auto& part : parts_) part.tree.share_workspace(other.parts_.front().tree);
  for (auto& part : other.parts_) part.tree.share_workspace(other.parts_.front().tree);
  other.workspace_->size = std::max(other.workspace_->size, workspace_->size);
  workspace_ = other.workspace_;
}

/// In the workspace, which it makes where it is not there yet or somebody needs more since.
std::vector<Field> JetPasses::results_of_first() const {
  auto& memory = workspace_->memory;
  if (static_cast<Index>(memory.extent(0)) < workspace_->size) memory = make_field("mollis::jets::first", workspace_->size);
  std::vector<Field> fields;
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    auto const begin = static_cast<std::size_t>(size_of_result()) * k;
    fields.push_back(Kokkos::subview(memory, std::make_pair(begin, begin + static_cast<std::size_t>(size_of_result()))));
  }
  return fields;
}

void JetPasses::apply(Field const& in, std::vector<Field> const& out) {
  if (!first_) return parts_.front().tree.apply(in, out);
  auto const fields = results_of_first();
  Index const stride = first_->inner;
  std::vector<kernels::Lines> lines;
  for (auto const& field : fields) lines.push_back({field.data(), first_->pass.outputs() * stride, stride});
  first_->pass.apply(first_->outer, stride, {in.data(), first_->pass.inputs() * stride, stride}, lines);
  for (std::size_t k = 0; k < parts_.size(); ++k) parts_[k].tree.apply(fields[k], some(out, parts_[k].sums));
}

void JetPasses::apply_transpose(std::vector<Field> const& in, Field const& out, bool add) {
  if (!first_) return parts_.front().tree.apply_transpose(in, out, add);
  auto const fields = results_of_first();
  Index const stride = first_->inner;
  std::vector<kernels::ConstLines> lines;
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    parts_[k].tree.apply_transpose(some(in, parts_[k].sums), fields[k], false);
    lines.push_back({fields[k].data(), first_->pass.outputs() * stride, stride});
  }
  first_->pass.apply_transpose(first_->outer, stride, lines, {out.data(), first_->pass.inputs() * stride, stride}, add);
}

}  // namespace mollis::mollifier

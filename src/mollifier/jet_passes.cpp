#include "mollifier/jet_passes.hpp"

#include <algorithm>
#include <utility>

#include "mollifier/local_rows.hpp"
#include "mollifier/pass_order.hpp"

namespace mollis::mollifier {
namespace {

Index product(grid::Box const& box, int from, int to) {
  Index size = 1;
  for (int a = from; a < to; ++a) size *= box[a].size();
  return size;
}

PassBox box_of(std::vector<LineFilter> const& filters, grid::Box const& ghosted, grid::Box const& results) {
  PassBox box;
  for (int a = 0; a < results.dimension(); ++a) {
    auto const& filter = filters[static_cast<std::size_t>(a)];
    box.read.push_back(ghosted[a].size());
    box.made.push_back(results[a].size());
    box.taps.push_back(is_identity(filter) ? 0 : filter.width);
  }
  return box;
}

LineFilter copying(Index points) {
  LineFilter filter;
  filter.points = points;
  filter.orders = {0};
  filter.interior = filter.valid = {0, points};
  filter.interior_row = {1.0};
  return filter;
}

std::vector<Field> some(std::vector<Field> const& all, std::vector<std::size_t> const& which) {
  std::vector<Field> out;
  for (auto const k : which) out.push_back(all[k]);
  return out;
}

}  // namespace

JetPasses::JetPasses(std::vector<LineFilter> const& filters, std::vector<Sum> const& sums, grid::Box const& ghosted, grid::Box const& results) {
  auto const box = box_of(filters, ghosted, results);
  if (!is_slowest_first(box, sums)) {
    parts_.push_back({DerivativeTree(filters, sums, ghosted, results), {}});
    for (std::size_t k = 0; k < sums.size(); ++k) parts_.front().sums.push_back(k);
    return;
  }
  int const axis = filtered_axes(box).back();
  auto const slowest = static_cast<std::size_t>(axis);
  auto others = filters;
  others[slowest] = copying(filters[slowest].points);
  auto block = ghosted;
  block[axis] = results[axis];
  std::vector<std::vector<PlannedResult::Row>> rows;
  for (auto const& [order, rest] : by_order(sums, slowest)) {
    rows.push_back({{order, 1.0}});
    parts_.push_back({DerivativeTree(others, rest.sums, block, results), rest.which});
    parts_.back().tree.add_to(rest.add);
    if (parts_.size() > 1) parts_.back().tree.share_workspace(parts_.front().tree);
  }
  first_ = First{kernels::LinePass(local_rows(filters[slowest], rows, ghosted[axis], results[axis])),
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

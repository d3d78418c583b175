#include "mollifier/jets.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "halo/plan.hpp"
#include "mollifier/jet_passes.hpp"
#include "mollifier/local_rows.hpp"

namespace mollis::mollifier {
namespace {

/// True where no block needs more or less than it owns: the same on all ranks.
bool nothing_to_exchange(grid::Grid const& grid, halo::Needs const& needs) {
  for (int a = 0; a < grid.dimension(); ++a)
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      grid::Range const own = grid.block_range(a, b);
      grid::Range const& need = needs[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
      if (!(need == own) && !(need.size() == 0 && own.size() == 0)) return false;
    }
  return true;
}

void check(grid::Grid const& grid, std::vector<LineFilter> const& filters, std::vector<Sum> const& sums, grid::Box const& results) {
  if (static_cast<int>(filters.size()) != grid.dimension())
    throw std::invalid_argument("jets: one filter an axis, please");
  for (int a = 0; a < grid.dimension(); ++a) {
    LineFilter const& filter = filters[static_cast<std::size_t>(a)];
    if (filter.points != grid.axis(a).size())
      throw std::invalid_argument("jets: the filter along " + grid.axis(a).name + " is for another number of points");
    for (Sum const& sum : sums)
      for (auto const& [order, factor] : sum) filter.slot(order[static_cast<std::size_t>(a)]);
    grid::Range const own = grid.owned()[a];
    if (is_identity(filter) ? !(results[a] == own) : results[a].lower < own.lower || results[a].upper > own.upper)
      throw std::invalid_argument("jets: results along " + grid.axis(a).name + " that the block does not have");
  }
  for (Sum const& sum : sums)
    if (sum.empty()) throw std::invalid_argument("jets: a sum of nothing");
}

std::vector<MultiIndex> firsts_of(std::vector<Sum> const& sums) {
  std::vector<MultiIndex> set;
  for (auto const& sum : sums) set.push_back(sum.front().order);
  return set;
}

void check_sizes(std::vector<Field> const& fields, std::size_t count, Index size) {
  bool fits = fields.size() == count;
  for (Field const& field : fields) fits = fits && static_cast<Index>(field.extent(0)) == size;
  if (!fits) throw std::invalid_argument("jets: one field of the local size a derivative, please");
}

}  // namespace

struct Jets::Data {
  grid::Grid grid;
  std::vector<LineFilter> filters;
  std::vector<MultiIndex> set;
  grid::Box results;
  std::optional<halo::Plan> plan;  ///< none where every block needs its own points alone
  mutable std::optional<JetPasses> passes;
  mutable Field ghosted;  ///< workspace, made at first use

  Field const& workspace() const {
    if (static_cast<Index>(ghosted.extent(0)) != plan->ghosted_size())
      ghosted = make_field("mollis::jets::ghosted", plan->ghosted_size());
    return ghosted;
  }
};

Jets::Jets(grid::Grid const& grid, std::vector<LineFilter> filters, std::vector<MultiIndex> const& set)
    : Jets(grid, std::move(filters), sums_of(set), grid.owned()) {}

Jets::Jets(grid::Grid grid, std::vector<LineFilter> filters, std::vector<Sum> const& sums, grid::Box results) {
  check(grid, filters, sums, results);
  auto const needs = needs_of(grid, filters);
  auto const data = std::make_shared<Data>(Data{std::move(grid), std::move(filters), firsts_of(sums), std::move(results), {}, {}, {}});
  if (!nothing_to_exchange(data->grid, needs)) data->plan.emplace(data->grid, needs);
  data->passes.emplace(data->filters, sums, data->plan ? data->plan->ghosted() : data->grid.owned(), data->results);
  data_ = data;
}

grid::Grid const& Jets::grid() const { return data_->grid; }
std::vector<MultiIndex> const& Jets::set() const { return data_->set; }
grid::Box const& Jets::results() const { return data_->results; }
LineFilter const& Jets::filter(int axis) const { return data_->filters[static_cast<std::size_t>(axis)]; }

void Jets::share_workspace(Jets const& other) {
  if (data_ == other.data_) return;   // views of Kokkos do not survive being put in their own place
  data_->passes->share_workspace(*other.data_->passes);
  if (data_->plan && other.data_->plan && data_->plan->ghosted_size() == other.data_->plan->ghosted_size())
    data_->ghosted = other.data_->workspace();
}

void Jets::apply(Field const& owned, std::vector<Field> const& out) const {
  check_sizes({owned}, 1, grid().local_size());
  check_sizes(out, set().size(), results().size());
  if (!data_->plan) return data_->passes->apply(owned, out);
  Field const& ghosted = data_->workspace();
  data_->plan->forward(owned, ghosted);
  data_->passes->apply(ghosted, out);
}

std::vector<Field> Jets::apply(Field const& owned) const {
  std::vector<Field> out;
  for (std::size_t k = 0; k < set().size(); ++k) out.push_back(make_field("mollis::jet", results().size()));
  apply(owned, out);
  return out;
}

void Jets::apply_transpose_add(std::vector<Field> const& in, Field const& owned) const {
  check_sizes({owned}, 1, grid().local_size());
  check_sizes(in, set().size(), results().size());
  if (!data_->plan) return data_->passes->apply_transpose(in, owned, true);
  Field const& ghosted = data_->workspace();
  data_->passes->apply_transpose(in, ghosted, false);
  data_->plan->reverse_add(ghosted, owned);
}

Field Jets::valid() const {
  grid::Box const& points = results();
  Field const field = make_field("mollis::jets::valid", points.size());
  auto const host = Kokkos::create_mirror_view(field);
  for (Index point = 0; point < points.size(); ++point) {
    Index rest = point;
    double value = 1.0;
    for (int a = points.dimension() - 1; a >= 0; --a) {
      if (!filter(a).valid.contains(points[a].lower + rest % points[a].size())) value = 0.0;
      rest /= points[a].size();
    }
    host(static_cast<std::size_t>(point)) = value;
  }
  Kokkos::deep_copy(field, host);
  return field;
}

std::vector<double> Jets::gram_table(int axis) const {
  LineFilter const& rows = filter(axis);
  int const orders = static_cast<int>(rows.orders.size());
  std::vector<double> table;
  grid::Range const own = grid().owned()[axis];
  for (Index i = own.lower; i < own.upper; ++i)
    for (int a = 0; a < orders; ++a)
      for (int b = 0; b < orders; ++b) table.push_back(rows.gram(i, a, b));
  return table;
}

}  // namespace mollis::mollifier

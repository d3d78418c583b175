#include "predict/lines.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "predict/stencils.hpp"

namespace mollis::predict {
namespace {

using Kind = equation::Feature::Kind;

std::vector<mollifier::MultiIndex> orders_in_space(equation::System const& system, Layout const& layout) {
  std::vector<mollifier::MultiIndex> set;
  for (auto const& feature : system.features)
    if (feature.kind == Kind::state) set.push_back(order_in_space(layout, feature));
  return set;
}

/// Global indices of the n-th point of this rank's box.
std::vector<Index> point_of(grid::Grid const& grid, Index n) {
  std::vector<Index> point(static_cast<std::size_t>(grid.dimension()));
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    auto const range = grid.owned()[a];
    point[static_cast<std::size_t>(a)] = range.lower + n % range.size();
    n /= range.size();
  }
  return point;
}

std::vector<int> all_axes(grid::Grid const& grid) {
  std::vector<int> axes(static_cast<std::size_t>(grid.dimension()));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

double known(double value) { return std::isnan(value) ? 0.0 : value; }

}  // namespace

Lines::Lines(grid::Grid stencils, equation::System const& system, Layout const& layout, Inputs& inputs)
    : grid_(std::move(stencils)), system_(system), layout_(layout), inputs_(inputs), bank_(grid_, system),
      numbering_(grid_, static_cast<int>(layout.components.size())), stencils_(make_stencils(grid_, orders_in_space(system, layout))),
      stride_(parameters::strides_over(grid_, all_axes(grid_))) {
  inputs_.begin(system_, bank_);
  for (std::size_t f = 0; f < system_.features.size(); ++f) {
    auto const& feature = system_.features[f];
    if (feature.kind != Kind::state) continue;
    int const order = order_in_time(layout_, feature);
    auto const same = [&](Read const& read) { return read.state == feature.index && read.order == order; };
    auto read = std::find_if(reads_.begin(), reads_.end(), same);
    if (read == reads_.end()) read = reads_.insert(reads_.end(), Read{feature.index, order, {}, {}});
    read->features.push_back(static_cast<int>(f));
  }
  for (auto& read : reads_) {
    std::vector<mollifier::MultiIndex> set;
    for (int const f : read.features) set.push_back(order_in_space(layout_, system_.features[static_cast<std::size_t>(f)]));
    bool const plain = std::all_of(set.begin(), set.end(), [](auto const& order) { return order == mollifier::MultiIndex{}; });
    if (!plain) read.jets.emplace(grid_, stencils_, set);
  }
}

Lines::Column Lines::column_of(int state, int order) const {
  auto const s = static_cast<std::size_t>(state);
  if (order > 0 && order == layout_.top[s]) return {layout_.last_of(state), true};
  return {layout_.first[s] + order, false};
}

std::vector<Field> Lines::fields_of(Vec vector) const {
  std::vector<Field> fields;
  Index const size = grid_.local_size();
  for (std::size_t c = 0; c < layout_.components.size(); ++c) {
    fields.push_back(make_field("unknown", size));
    petsc::copy_out(vector, static_cast<Index>(c) * size, fields.back());
  }
  return fields;
}

void Lines::put(std::vector<Field> const& components, Vec vector) const {
  for (std::size_t c = 0; c < components.size(); ++c) petsc::copy_in(components[c], vector, static_cast<Index>(c) * grid_.local_size());
}

void Lines::take(double t, std::vector<Field> const& u, std::vector<Field> const& u_t) {
  inputs_.move_to(t, bank_);
  for (auto const& read : reads_) {
    auto const column = column_of(read.state, read.order);
    auto const& values = (column.of_rate ? u_t : u)[static_cast<std::size_t>(column.component)];
    auto const jets = read.jets ? read.jets->apply(values) : std::vector<Field>(read.features.size(), values);
    for (std::size_t k = 0; k < jets.size(); ++k) bank_.set(read.features[k], {jets[k], stride_});
  }
}

std::vector<Field> Lines::evaluate(kernels::Tape const& tape, std::size_t outputs) const {
  std::vector<Field> fields;
  std::vector<double*> data;
  for (std::size_t k = 0; k < outputs; ++k) {
    fields.push_back(make_field("tape output", grid_.local_size()));
    data.push_back(fields.back().data());
  }
  if (outputs > 0 && grid_.local_size() > 0) kernels::evaluate(tape, bank_.operands(), data, bank_.extents());
  Kokkos::fence();
  return fields;
}

HostField Lines::finite(double t, std::vector<Field> const& components) {
  std::vector<Field> const rest(components.size(), Field("no change", static_cast<std::size_t>(grid_.local_size())));
  take(t, components, rest);
  HostField const mask("finite", static_cast<std::size_t>(grid_.local_size()));
  Kokkos::deep_copy(mask, 1.0);
  for (auto const& fields : {evaluate(system_.residual, static_cast<std::size_t>(system_.residuals)),
                             evaluate(system_.state_partials, system_.by_state.size())})
    for (auto const& field : fields) {
      auto const host = on_host(field);
      for (std::size_t i = 0; i < mask.extent(0); ++i)
        if (!std::isfinite(host(i))) mask(i) = 0.0;
    }
  return mask;
}

void Lines::residual(double t, Vec u, Vec u_t, Vec out) {
  auto const unknowns = fields_of(u), rates = fields_of(u_t);
  take(t, unknowns, rates);
  auto const values = evaluate(system_.residual, static_cast<std::size_t>(system_.residuals));
  std::vector<Field> rows;
  for (std::size_t c = 0; c < layout_.components.size(); ++c) {
    auto const [state, order] = layout_.components[c];
    auto const s = static_cast<std::size_t>(state);
    bool const last = static_cast<int>(c) == layout_.last_of(state);
    auto const own = on_host(unknowns[c]), rate = on_host(rates[c]);
    auto const next = on_host(last ? values[static_cast<std::size_t>(layout_.residual_of[s])] : unknowns[c + 1]);
    auto const given = on_host(prescribed_[s].values.at(t, order));
    rows.push_back(make_field("row", grid_.local_size()));
    auto const row = Kokkos::create_mirror_view(rows.back());
    for (std::size_t i = 0; i < row.extent(0); ++i)
      row(i) = prescribed_[s].where(i) != 0.0 ? own(i) - known(given(i)) : last ? next(i) : rate(i) - next(i);
    Kokkos::deep_copy(rows.back(), row);
  }
  put(rows, out);
}

void Lines::add_row(Mat out, PetscInt row, std::vector<Index> const& point, int component, int feature, double factor) const {
  auto const order = order_in_space(layout_, system_.features[static_cast<std::size_t>(feature)]);
  std::vector<std::pair<std::vector<Index>, double>> taps{{point, factor}};
  for (std::size_t a = 0; a < point.size(); ++a) {
    if (order[a] == 0) continue;
    auto const& stencil = stencils_[a];
    double const* const weights = stencil.row(point[a], stencil.slot(order[a]));
    std::vector<std::pair<std::vector<Index>, double>> more;
    for (auto const& [place, weight] : taps)
      for (Index j = 0; j < stencil.width; ++j) {
        if (weights[j] == 0.0) continue;
        more.emplace_back(place, weight * weights[j]);
        more.back().first[a] = stencil.start(point[a]) + j;
      }
    taps = std::move(more);
  }
  std::vector<PetscInt> columns;
  std::vector<PetscScalar> values;
  for (auto const& [place, weight] : taps) {
    columns.push_back(numbering_.at(component, place));
    values.push_back(weight);
  }
  petsc::check(MatSetValues(out, 1, &row, static_cast<PetscInt>(columns.size()), columns.data(), values.data(), ADD_VALUES));
}

void Lines::jacobian(double t, Vec u, Vec u_t, double shift, Mat out) {
  take(t, fields_of(u), fields_of(u_t));
  auto const partials = evaluate(system_.state_partials, system_.by_state.size());
  std::vector<decltype(on_host(Field()))> host;
  for (auto const& partial : partials) host.push_back(on_host(partial));
  petsc::check(MatZeroEntries(out));
  auto const put = [&](PetscInt row, PetscInt column, double value) {
    petsc::check(MatSetValue(out, row, column, value, ADD_VALUES));
  };
  for (Index n = 0; n < grid_.local_size(); ++n) {
    auto const i = static_cast<std::size_t>(n);
    auto const point = point_of(grid_, n);
    for (std::size_t c = 0; c < layout_.components.size(); ++c) {
      auto const [state, order] = layout_.components[c];
      auto const s = static_cast<std::size_t>(state);
      auto const row = numbering_.at(static_cast<int>(c), point);
      bool const given = prescribed_[s].where(i) != 0.0, last = static_cast<int>(c) == layout_.last_of(state);
      put(row, row, given ? 1.0 : last ? 0.0 : shift);
      if (!given && !last) put(row, numbering_.at(static_cast<int>(c) + 1, point), -1.0);
      if (given || !last) continue;
      for (std::size_t j = 0; j < system_.by_state.size(); ++j) {
        auto const& partial = system_.by_state[j];
        if (partial.residual != layout_.residual_of[s]) continue;
        auto const& feature = system_.features[static_cast<std::size_t>(partial.feature)];
        auto const column = column_of(feature.index, order_in_time(layout_, feature));
        add_row(out, row, point, column.component, partial.feature, host[j](i) * (column.of_rate ? shift : 1.0));
      }
    }
  }
  petsc::check(MatAssemblyBegin(out, MAT_FINAL_ASSEMBLY));
  petsc::check(MatAssemblyEnd(out, MAT_FINAL_ASSEMBLY));
}

double Lines::taps_of(int feature) const {
  auto const order = order_in_space(layout_, system_.features[static_cast<std::size_t>(feature)]);
  double taps = 1.0;
  for (std::size_t a = 0; a < stencils_.size(); ++a) taps *= order[a] == 0 ? 1.0 : static_cast<double>(stencils_[a].width);
  return taps;
}

petsc::Matrix Lines::make_matrix() const {
  double most = 2.0;   // of a row; stencils along one axis share their middle, which is not counted on
  for (int k = 0; k < system_.residuals; ++k) {
    double row = 2.0;
    for (auto const& partial : system_.by_state)
      if (partial.residual == k) row += taps_of(partial.feature);
    most = std::max(most, row);
  }
  petsc::Matrix matrix;
  auto const local = static_cast<PetscInt>(numbering_.local_size());
  auto const entries = static_cast<PetscInt>(most);
  petsc::check(MatCreate(grid_.comm(), matrix.address()));
  petsc::check(MatSetSizes(matrix, local, local, PETSC_DETERMINE, PETSC_DETERMINE));
  petsc::check(MatSetType(matrix, MATAIJ));
  PetscInt total = 0;
  petsc::check(VecGetSize(numbering_.make_vector(), &total));
  petsc::check(MatSeqAIJSetPreallocation(matrix, std::min(entries, local), nullptr));
  petsc::check(MatMPIAIJSetPreallocation(matrix, std::min(entries, local), nullptr, std::min(entries, total - local), nullptr));
  return matrix;
}

}  // namespace mollis::predict

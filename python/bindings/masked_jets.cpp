#include "python/bindings/masked_jets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "kernels/pointwise.hpp"

namespace mollis::python {
namespace {

Field on_device(std::vector<double> const& values) {
  Field const field = make_field("mollis::python::mask", static_cast<Index>(values.size()));
  Kokkos::deep_copy(field, Kokkos::View<double const*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(values.data(), values.size()));
  return field;
}

Field copy_of(Field const& field) {
  Field const copy = make_field("mollis::python::copy", static_cast<Index>(field.size()));
  Kokkos::deep_copy(copy, field);
  return copy;
}

/// The local box of an array of the whole grid.
std::vector<double> local(grid::Grid const& grid, std::vector<double> const& whole) {
  auto const& box = grid.owned();
  std::vector<double> part;
  for (Index i = 0; i < box.size(); ++i) {
    Index at = 0, rest = i, stride = 1;
    for (int a = box.dimension() - 1; a >= 0; --a) {
      at += (box[a].lower + rest % box[a].size()) * stride;
      rest /= box[a].size();
      stride *= grid.axis(a).size();
    }
    part.push_back(whole.at(static_cast<std::size_t>(at)));
  }
  return part;
}

}  // namespace

MaskedJets::MaskedJets(mollifier::Jets jets, std::vector<double> const& mask, std::optional<Moments> const& moments)
    : jets_(std::move(jets)) {
  auto const& grid = jets_.grid();
  auto const size = static_cast<std::size_t>(grid.local_size());
  auto const inside = on_host(jets_.valid());
  valid_.assign(inside.data(), inside.data() + size);
  if (mask.empty()) return;
  exists_ = local(grid, mask);
  auto const axis = mollifier::only_filtered_axis(jets_);
  if (moments && axis)
    refit(*axis, *moments);
  else
    find_footprints();
  keep_masks();
}

/// Along one axis: a point is valid where its row, refitted if need be, is defined for all orders.
void MaskedJets::refit(int axis, Moments const& moments) {
  axis_ = axis;
  auto const& grid = jets_.grid();
  auto const& box = grid.owned();
  if (box[axis_].size() != grid.axis(axis_).size())
    throw std::invalid_argument("mask: axis " + grid.axis(axis_).name +
                                " is cut over ranks, and rows along it are to be refitted; leave comm out");
  for (int a = axis_ + 1; a < box.dimension(); ++a) inner_ *= box[a].size();
  std::vector<double> pattern(exists_.size());
  std::transform(exists_.begin(), exists_.end(), pattern.begin(),
                 [](double e) { return e != 0.0 ? 0.0 : std::numeric_limits<double>::quiet_NaN(); });
  refit_.emplace(jets_, moments.kernel, moments.radii[static_cast<std::size_t>(axis_)], moments.degree,
                 on_device(pattern));
  auto const orders = static_cast<int>(jets_.filter(axis_).orders.size());
  for (std::size_t i = 0; i < refit_->points().size(); ++i)
    for (int k = 0; k < orders; ++k)
      if (!std::isfinite(refit_->gram(i, k, k))) valid_[static_cast<std::size_t>(refit_->points()[i])] = 0.0;
}

/// Over several axes: a point is valid where no footprint meets a gap.
void MaskedJets::find_footprints() {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < jets_.grid().dimension(); ++a) filters.push_back(mollifier::footprint_filter(jets_.filter(a)));
  mollifier::Jets const footprints(jets_.grid(), filters, jets_.set());
  std::vector<double> gaps(exists_.size());
  std::transform(exists_.begin(), exists_.end(), gaps.begin(), [](double e) { return e != 0.0 ? 0.0 : 1.0; });
  for (auto const& met : footprints.apply(on_device(gaps))) {
    auto const count = on_host(met);
    for (std::size_t i = 0; i < valid_.size(); ++i)
      if (count(i) > 0.5) valid_[i] = 0.0;
  }
}

/// What applying needs on the device.
void MaskedJets::keep_masks() {
  auto filtered = valid_;
  if (refit_)
    for (Index const p : refit_->points()) filtered[static_cast<std::size_t>(p)] = 0.0;
  existing_ = on_device(exists_);
  inside_ = on_device(valid_);
  filtered_ = on_device(filtered);
}

int MaskedJets::slot(std::size_t k) const {
  return jets_.filter(axis_).slot(jets_.set()[k][static_cast<std::size_t>(axis_)]);
}

void MaskedJets::apply(Field const& in, std::vector<Field> const& out) const {
  if (exists_.empty()) return jets_.apply(in, out);
  Field const values = copy_of(in);
  kernels::apply_mask(existing_, values);
  jets_.apply(values, out);
  if (refit_) refit_->apply(values, out);
  for (auto const& derivative : out) kernels::apply_mask(inside_, derivative);
}

void MaskedJets::transpose(std::vector<Field> const& in, Field const& out) const {
  Kokkos::deep_copy(out, 0.0);
  if (exists_.empty()) return jets_.apply_transpose_add(in, out);
  std::vector<Field> plain;  // what passes through the filters themselves
  for (auto const& part : in) {
    plain.push_back(copy_of(part));
    kernels::apply_mask(filtered_, plain.back());
  }
  jets_.apply_transpose_add(plain, out);
  if (refit_) add_refitted(in, out);
}

/// out += the transposes of refitted rows.
void MaskedJets::add_refitted(std::vector<Field> const& in, Field const& out) const {
  Index const n = jets_.grid().owned()[axis_].size();
  auto const sum = on_host(out);
  for (std::size_t k = 0; k < in.size(); ++k) {
    auto const values = on_host(in[k]);
    for (Index const p : refit_->points()) {
      if (valid_[static_cast<std::size_t>(p)] == 0.0) continue;
      Index const line = p - p / inner_ % n * inner_;  // where its line begins
      auto const taps = refit_->taps(p, slot(k));
      for (Index j = 0; j < taps.width; ++j)
        sum(static_cast<std::size_t>(line + (taps.start + j + n) % n * inner_)) += taps.weights[j] * values(static_cast<std::size_t>(p));
    }
  }
  Kokkos::deep_copy(out, sum);
}

std::vector<double> MaskedJets::factors_of(int axis, int order) const {
  auto const& filter = jets_.filter(axis);
  auto const range = jets_.grid().owned()[axis];
  std::vector<double> factors;
  for (Index i = range.lower; i < range.upper; ++i)
    factors.push_back(filter.gram(i, filter.slot(order), filter.slot(order)));
  return factors;
}

void MaskedJets::variance(std::size_t k, double* out) const {
  auto const& box = jets_.grid().owned();
  Index const size = box.size();
  std::fill_n(out, size, 1.0);
  Index inner = size;
  for (int a = 0; a < box.dimension(); ++a) {
    auto const factors = factors_of(a, jets_.set()[k][static_cast<std::size_t>(a)]);
    Index const rows = static_cast<Index>(factors.size());
    inner = rows > 0 ? inner / rows : 0;
    for (Index i = 0; i < size; ++i) out[i] *= factors[static_cast<std::size_t>(i / inner % rows)];
  }
  if (refit_)
    for (std::size_t i = 0; i < refit_->points().size(); ++i)
      out[refit_->points()[i]] = refit_->gram(i, slot(k), slot(k));
  for (Index i = 0; i < size; ++i)
    if (valid_[static_cast<std::size_t>(i)] == 0.0) out[i] = 0.0;
}

}  // namespace mollis::python

// mollis._core.Mollifier: mollified derivatives of arrays, and their exact transposes.
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "kernels/field.hpp"
#include "mollifier/jets.hpp"
#include "python/bindings/masked_jets.hpp"
#include "python/bindings/parts.hpp"
#include "python/bindings/runtime.hpp"

namespace mollis::python {
namespace {

namespace nb = nanobind;
using Array = nb::ndarray<double, nb::c_contig, nb::device::cpu>;
using ConstArray = nb::ndarray<double const, nb::c_contig, nb::device::cpu>;

/// An axis as Python gives it: coordinates, and the period where it has one.
struct AxisGiven {
  std::string name;
  std::vector<double> coordinates;
  double period;  ///< 0: open
};

struct FilterGiven {
  std::string kind, kernel;  ///< kind: "moment", "analytic", "difference"
  double exponent;
  std::vector<Index> radius;  ///< [axis] cells; 0: the values as they are
  int degree;
};

grid::Axis axis_of(AxisGiven const& given) {
  return grid::axis_from_coordinates(given.name, given.coordinates, given.period);
}

mollifier::Kernel kernel_of(FilterGiven const& given) {
  using Family = mollifier::Kernel::Family;
  if (given.kernel == "bump") return {Family::bump, given.exponent};
  if (given.kernel == "polynomial") return {Family::polynomial, given.exponent};
  if (given.kernel == "cosine") return {Family::cosine, given.exponent};
  if (given.kernel == "gaussian") return {Family::gaussian, given.exponent};
  throw std::invalid_argument("kernel = \"" + given.kernel +
                              "\": use \"bump\", \"polynomial\", \"cosine\" or \"gaussian\"");
}

mollifier::Radii radii_of(Index radius, std::vector<int> const& orders) {
  mollifier::Radii radii;
  for (int const order : orders) radii.emplace_back(order, radius);
  return radii;
}

mollifier::LineFilter filter_of(grid::Axis const& axis, FilterGiven const& given, Index radius,
                                std::vector<int> const& orders) {
  if (given.kind == "difference") return mollifier::difference_filter(axis, orders);
  auto const radii = radii_of(radius, orders);
  try {
    return given.kind == "analytic" ? mollifier::analytic_filter(axis, kernel_of(given), radii)
                                    : mollifier::moment_filter(axis, kernel_of(given), radii, given.degree);
  } catch (mollifier::Unfit const& unfit) {
    throw std::invalid_argument("axis " + axis.name + ", " + unfit.key + ": " + unfit.what());
  }
}

std::vector<int> orders_along(std::vector<mollifier::MultiIndex> const& set, int axis) {
  std::vector<int> orders;
  for (auto const& member : set) orders.push_back(member[static_cast<std::size_t>(axis)]);
  std::sort(orders.begin(), orders.end());
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  return orders;
}

/// An array of Python as a field, without a copy where the device is the host.
Field field_of(double* data, Index size) { return Field(data, static_cast<std::size_t>(size)); }

class Mollifier {
 public:
  /// mask: over the whole grid, 0 where a point does not exist; empty: all exist.
  Mollifier(std::vector<AxisGiven> const& axes, std::vector<std::vector<int>> const& orders, FilterGiven const& filter,
            int comm, std::vector<double> const& mask)
      : jets_(make(axes, orders, filter, communicator(comm), mask)), size_(jets().grid().local_size()) {}

  /// out[b, k] = D^k in[b].
  void apply(ConstArray const& in, Array const& out) {
    auto const count = jets().set().size();
    nb::gil_scoped_release const release;
    for (Index b = 0; b < batches(in.size()); ++b) jets_->apply(in.data() + b * size_, fields(out.data(), b, count));
    Kokkos::fence();
  }

  /// out[b] = sum_k (D^k)^T in[b, k].
  void transpose(ConstArray const& in, Array const& out) {
    auto const count = jets().set().size();
    nb::gil_scoped_release const release;
    for (Index b = 0; b < batches(out.size()); ++b)
      jets_->transpose(fields(const_cast<double*>(in.data()), b, count), out.data() + b * size_);
    Kokkos::fence();
  }

  /// out[k] = variance of D^k of unit white noise.
  void variance(Array const& out) const {
    for (std::size_t k = 0; k < jets().set().size(); ++k)
      jets_->variance(k, out.data() + static_cast<Index>(k) * size_);
  }

  /// 1 where all derivatives exist.
  void valid(Array const& out) const {
    jets();
    std::copy(jets_->valid().begin(), jets_->valid().end(), out.data());
  }

  /// Gives up what needs MPI and Kokkos.
  void close() { jets_.reset(); }

  std::vector<Index> lower() const { return bounds(&grid::Range::lower); }
  std::vector<Index> upper() const { return bounds(&grid::Range::upper); }

 private:
  static MaskedJets make(std::vector<AxisGiven> const& axes, std::vector<std::vector<int>> const& orders,
                         FilterGiven const& given, MPI_Comm comm, std::vector<double> const& mask) {
    std::vector<grid::Axis> made;
    for (auto const& axis : axes) made.push_back(axis_of(axis));
    std::vector<mollifier::MultiIndex> set;
    for (auto const& member : orders) {
      set.emplace_back();
      std::copy(member.begin(), member.end(), set.back().begin());
    }
    std::vector<mollifier::LineFilter> filters;
    Moments moments{kernel_of(given), {}, given.degree};
    for (std::size_t a = 0; a < made.size(); ++a) {
      auto const along = orders_along(set, static_cast<int>(a));
      filters.push_back(filter_of(made[a], given, given.radius[a], along));
      moments.radii.push_back(radii_of(given.radius[a], along));
    }
    int ranks = 1;
    MPI_Comm_size(comm, &ranks);
    grid::Grid const grid(comm, made, grid::decompose(made, ranks));
    return {{grid, filters, set}, mask, given.kind == "moment" ? std::optional(std::move(moments)) : std::nullopt};
  }

  Index batches(std::size_t size) const { return size_ > 0 ? static_cast<Index>(size) / size_ : 0; }

  /// The arrays [b, 0], [b, 1], ...
  std::vector<Field> fields(double* data, Index b, std::size_t count) const {
    std::vector<Field> result;
    for (std::size_t k = 0; k < count; ++k)
      result.push_back(field_of(data + (b * static_cast<Index>(count) + static_cast<Index>(k)) * size_, size_));
    return result;
  }

  std::vector<Index> bounds(Index grid::Range::*end) const {
    std::vector<Index> result;
    for (auto const& range : jets().grid().owned().ranges) result.push_back(range.*end);
    return result;
  }

  mollifier::Jets const& jets() const {
    if (!jets_) throw std::logic_error("this mollifier was closed when MPI ended");
    return jets_->jets();
  }

  std::optional<MaskedJets> jets_;  ///< none once closed
  Index size_;
};

}  // namespace

void add_mollifier(nb::module_& module) {
  nb::class_<AxisGiven>(module, "Axis").def(nb::init<std::string, std::vector<double>, double>());
  nb::class_<FilterGiven>(module, "Filter").def(nb::init<std::string, std::string, double, std::vector<Index>, int>());
  nb::class_<Mollifier>(module, "Mollifier")
      .def(nb::init<std::vector<AxisGiven> const&, std::vector<std::vector<int>> const&, FilterGiven const&, int,
                    std::vector<double> const&>())
      .def("apply", &Mollifier::apply)
      .def("transpose", &Mollifier::transpose)
      .def("variance", &Mollifier::variance)
      .def("valid", &Mollifier::valid)
      .def("close", &Mollifier::close)
      .def_prop_ro("lower", &Mollifier::lower)
      .def_prop_ro("upper", &Mollifier::upper);
}

}  // namespace mollis::python

// mollis._core.Mollifier: mollified derivatives of arrays, and their exact transposes.
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "kernels/field.hpp"
#include "mollifier/jets.hpp"
#include "python/bindings/arrays.hpp"
#include "python/bindings/masked_jets.hpp"
#include "python/bindings/parts.hpp"
#include "python/bindings/runtime.hpp"

namespace mollis::python {
namespace {

namespace nb = nanobind;
using Array = nb::ndarray<double, nb::c_contig>;               // in any memory
using ConstArray = nb::ndarray<double const, nb::c_contig>;
using HostArray = nb::ndarray<double, nb::c_contig, nb::device::cpu>;

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

std::vector<Field> fields_of(std::vector<Lent> const& rows) {
  std::vector<Field> fields;
  for (auto const& row : rows) fields.push_back(row.field());
  return fields;
}

class Mollifier {
 public:
  /// mask: over the whole grid, 0 where a point does not exist; empty: all exist.
  Mollifier(std::vector<AxisGiven> const& axes, std::vector<std::vector<int>> const& orders, FilterGiven const& filter,
            int comm, std::vector<double> const& mask)
      : jets_(make(axes, orders, filter, communicator(comm), mask)), size_(jets().grid().local_size()) {}

  /// out[b, k] = D^k in[b] for b < batches (of which ranks without points know nothing by their arrays).
  void apply(ConstArray const& in, Array const& out, Index batches) {
    auto const count = static_cast<Index>(jets().set().size());
    nb::gil_scoped_release const release;
    auto const turn = take_turn();
    for (Index b = 0; b < batches; ++b) {
      auto const results = rows(out, b * count, count, false);
      jets_->apply(rows(in, b, 1, true).front().field(), fields_of(results));
      give_back(results);
    }
  }

  /// out[b] = sum_k (D^k)^T in[b, k].
  void transpose(ConstArray const& in, Array const& out, Index batches) {
    auto const count = static_cast<Index>(jets().set().size());
    nb::gil_scoped_release const release;
    auto const turn = take_turn();
    for (Index b = 0; b < batches; ++b) {
      auto const given = rows(in, b * count, count, true), results = rows(out, b, 1, false);
      jets_->transpose(fields_of(given), results.front().field());
      give_back(results);
    }
  }

  /// out[k] = variance of D^k of unit white noise.
  void variance(HostArray const& out) const {
    for (std::size_t k = 0; k < jets().set().size(); ++k)
      jets_->variance(k, out.data() + static_cast<Index>(k) * size_);
  }

  /// 1 where all derivatives exist.
  void valid(HostArray const& out) const {
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

  /// The fields first, first + 1, ... of an array of many.
  template <class Given>
  std::vector<Lent> rows(Given const& array, Index first, Index count, bool filled) const {
    std::vector<Lent> result;
    for (Index k = first; k < first + count; ++k)
      result.emplace_back(const_cast<double*>(array.data()) + k * size_, size_, array.device_type(), array.device_id(), filled);
    return result;
  }

  static void give_back(std::vector<Lent> const& rows) {
    Kokkos::fence();
    for (auto const& row : rows) row.give_back();
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
      .def("apply", &Mollifier::apply, nb::arg("values").noconvert(), nb::arg("out").noconvert(), nb::arg("batches"))
      .def("transpose", &Mollifier::transpose, nb::arg("values").noconvert(), nb::arg("out").noconvert(), nb::arg("batches"))
      .def("variance", &Mollifier::variance, nb::arg("out").noconvert())
      .def("valid", &Mollifier::valid, nb::arg("out").noconvert())
      .def("close", &Mollifier::close)
      .def_prop_ro("lower", &Mollifier::lower)
      .def_prop_ro("upper", &Mollifier::upper);
}

}  // namespace mollis::python

#include "python/bindings/arrays.hpp"

#include <nanobind/ndarray.h>

#include <stdexcept>
#include <type_traits>

namespace mollis::python {
namespace {

namespace nb = nanobind;
using OnHost = Kokkos::View<double*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

constexpr bool works_on_host = std::is_same_v<Field::memory_space, Kokkos::HostSpace>;

/// DLPack's type of the device on which kernels work, and which of them it is.
#if defined(KOKKOS_ENABLE_CUDA)
constexpr int device_type_here = nb::device::cuda::value;
int device_number_here() { return Execution().cuda_device(); }
#elif defined(KOKKOS_ENABLE_HIP)
constexpr int device_type_here = nb::device::rocm::value;
int device_number_here() { return Execution().hip_device(); }
#else
constexpr int device_type_here = nb::device::cpu::value;
int device_number_here() { return 0; }
#endif

}  // namespace

char const* device() { return works_on_host ? "cpu" : "cuda"; }

Lent::Lent(double* data, Index size, int device_type, int device_number, bool filled) : data_(data), copy_(false) {
  bool const on_host = device_type == nb::device::cpu::value;
  if (!on_host && (works_on_host || device_type != device_type_here || device_number != device_number_here()))
    throw std::invalid_argument("the array lies on a device on which this Mollis does not work; copy it to the host");
  copy_ = on_host && !works_on_host;
  auto const count = static_cast<std::size_t>(size);
  field_ = copy_ ? make_field("mollis::python::lent", size) : Field(data, count);
  if (copy_ && filled) Kokkos::deep_copy(field_, OnHost(data, count));
}

void Lent::give_back() const {
  if (copy_) Kokkos::deep_copy(OnHost(data_, field_.size()), field_);
}

}  // namespace mollis::python

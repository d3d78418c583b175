#include "io/hdf5.hpp"

#include <utility>

namespace mollis::io {
namespace {

herr_t take_first(unsigned, H5E_error2_t const* error, void* text) {
  auto& reason = *static_cast<std::string*>(text);
  if (reason.empty() && error->desc != nullptr) reason = error->desc;
  return 0;
}

std::string innermost_reason() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &reason);
  return reason.empty() ? "HDF5 gives no reason" : reason;
}

}  // namespace

Hdf5Error::Hdf5Error() : std::runtime_error(innermost_reason()) {}

Quiet::Quiet() {
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Quiet::~Quiet() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

Handle::Handle(hid_t id, Close closer) : id_(id), close_(closer) {
  if (id < 0) throw Hdf5Error();
}

Handle::Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(close_, other.close_);
  return *this;
}

Handle::~Handle() {
  if (id_ >= 0) close_(id_);
}

void Handle::close() {
  if (id_ >= 0) require(close_(std::exchange(id_, -1)));
}

Handle simple_space(Sizes const& shape) {
  if (shape.empty()) return Handle(H5Screate(H5S_SCALAR), H5Sclose);
  return Handle(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
}

Handle access_property(MPI_Comm comm) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  require(H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL));
  return access;
}

Handle transfer_property(H5FD_mpio_xfer_t transfer) {
  Handle property(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  require(H5Pset_dxpl_mpio(property, transfer));
  return property;
}

Handle creating_groups() {
  Handle property(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  require(H5Pset_create_intermediate_group(property, 1));
  return property;
}

Sizes shape_of(hid_t space) {
  int const rank = H5Sget_simple_extent_ndims(space);
  require(rank);
  Sizes shape(static_cast<std::size_t>(rank));
  if (rank > 0) require(H5Sget_simple_extent_dims(space, shape.data(), nullptr));
  return shape;
}

}  // namespace mollis::io

#pragma once
/// The HDF5 C library behind a thin wall: handles that close themselves, failures as exceptions with HDF5's own reason.
#include <hdf5.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/index.hpp"

namespace mollis::io {

/// A call of HDF5 that failed; what() is the innermost reason that the library gives.
class Hdf5Error : public std::runtime_error {
 public:
  Hdf5Error();
};

/// HDF5 prints no error stack while one of these lives.
class Quiet {
 public:
  Quiet();
  ~Quiet();
  Quiet(Quiet const&) = delete;
  Quiet& operator=(Quiet const&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// Owner of an identifier. Move only.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close closer);  ///< throws Hdf5Error where id is negative
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  ~Handle();

  operator hid_t() const { return id_; }
  bool open() const { return id_ >= 0; }
  void close();  ///< now, and throws Hdf5Error where that fails (the destructor is silent)

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// Throws Hdf5Error on a negative status.
inline void require(herr_t status) {
  if (status < 0) throw Hdf5Error();
}

using Sizes = std::vector<hsize_t>;

Handle simple_space(Sizes const& shape);              ///< a scalar space for no axes
Handle access_property(MPI_Comm comm);                ///< opens a file through MPI-IO
Handle transfer_property(H5FD_mpio_xfer_t transfer);  ///< collective or independent
Handle creating_groups();                             ///< makes the groups on the way to a new object
Sizes shape_of(hid_t space);

}  // namespace mollis::io

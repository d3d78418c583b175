// HDF5, and NetCDF-4 which is HDF5: read in parallel through MPI-IO.
#include <fmt/format.h>

#include <algorithm>

#include "io/formats/all.hpp"
#include "io/formats/hdf5_describe.hpp"
#include "io/hdf5.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

class Hdf5Reader : public Reader {
 public:
  Hdf5Reader(MPI_Comm comm, std::string const& file, Description const& description)
      : where_(file + ": " + description.dataset),
        parallel_(comm != MPI_COMM_SELF),
        contiguous_(description.contiguous) {
    for (Index size : description.shape()) shape_.push_back(static_cast<hsize_t>(size));
    Quiet const quiet;
    guarded([&] {
      Handle const access = parallel_ ? access_property(comm) : Handle();
      file_ = Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, parallel_ ? hid_t(access) : H5P_DEFAULT), H5Fclose);
      data_ = Handle(H5Dopen2(file_, description.dataset.c_str(), H5P_DEFAULT), H5Dclose);
    });
  }

  void read(Slab const& slab, double* values) override {
    Quiet const quiet;
    guarded([&] {
      Index const size = slab.size();
      Handle const in_file = simple_space(shape_),
                   in_memory = simple_space({static_cast<hsize_t>(std::max<Index>(size, 1))});
      Sizes const start(slab.start.begin(), slab.start.end()), count(slab.count.begin(), slab.count.end());
      if (size == 0) {
        require(H5Sselect_none(in_file));
        require(H5Sselect_none(in_memory));
      } else if (!shape_.empty()) {
        require(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
      }
      // Chunks may fail to decompress on some ranks alone: these must not leave the others waiting in a collective
      // call.
      Handle const transfer =
          parallel_ ? transfer_property(contiguous_ ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT) : Handle();
      require(H5Dread(data_, H5T_NATIVE_DOUBLE, in_memory, in_file, parallel_ ? hid_t(transfer) : H5P_DEFAULT, values));
    });
  }

 private:
  template <class Work>
  void guarded(Work&& work) const {
    try {
      work();
    } catch (Hdf5Error const& reason) {
      throw run::Error(run::Exit::bad_data,
                       fmt::format("{}: cannot be read ({}); copy or write the file again", where_, reason.what()));
    }
  }

  std::string where_;
  bool parallel_, contiguous_;
  Sizes shape_;
  Handle file_, data_;
};

class Hdf5 : public Format {
 public:
  std::string name() const override { return "HDF5"; }
  std::vector<std::string> endings() const override { return {".h5", ".hdf5", ".he5", ".nc", ".nc4", ".mat"}; }
  bool built_in() const override { return true; }
  std::string package() const override { return ""; }
  bool knows(std::string const& file, std::string const&) const override {
    Quiet const quiet;
    return H5Fis_hdf5(file.c_str()) > 0;  // the signature may come after a block of the user's own
  }
  std::vector<std::string> datasets(std::string const& file) const override { return hdf5_datasets(file); }
  Description describe(std::string const& file, std::string const& dataset) const override {
    return hdf5_describe(file, dataset);
  }
  std::unique_ptr<Reader> open(MPI_Comm comm, std::string const& file, Description const& description) const override {
    return std::make_unique<Hdf5Reader>(comm, file, description);
  }
};

}  // namespace

Format const& hdf5_format() {
  static Hdf5 const format;
  return format;
}

}  // namespace mollis::io

#pragma once
/// Attributes of HDF5 objects, and the names of a dataset's axes (dimension scales, as NetCDF-4 and h5py write them).
/// Internal.
#include <string>
#include <vector>

#include "io/formats/cf.hpp"
#include "io/hdf5.hpp"

namespace mollis::io {

/// Those of an open object, which must outlive this.
class Hdf5Attributes : public CfAttributes {
 public:
  explicit Hdf5Attributes(hid_t object) : object_(object) {}
  bool has(std::string const& name) const override;
  std::vector<double> numbers(std::string const& name) const override;
  bool real(std::string const& name) const override;
  std::string text(std::string const& name) const override;

 private:
  hid_t object_;
};

/// Puts in names, datasets of coordinates and units, from DIMENSION_LIST or else DIMENSION_LABELS. Throws Hdf5Error.
void name_axes(hid_t dataset, std::vector<Dimension>& axes);

}  // namespace mollis::io

#pragma once
/// The CF conventions for NetCDF, honoured in HDF5 files as well: scale_factor, add_offset, _FillValue, missing_value,
/// valid_range, valid_min, valid_max, _Unsigned. Internal.
#include <string>
#include <vector>

#include "io/dataset.hpp"

namespace mollis::io {

/// The attributes of a variable, through whatever library.
class CfAttributes {
 public:
  virtual ~CfAttributes() = default;
  virtual bool has(std::string const& name) const = 0;
  virtual std::vector<double> numbers(std::string const& name) const = 0;  ///< none where these are no numbers
  virtual bool real(std::string const& name) const = 0;                    ///< floating-point numbers
  virtual std::string text(std::string const& name) const = 0;             ///< "" where it is no text
};

/// Stored numbers: their size in bytes, and whether they are integers.
struct Stored {
  int bytes = 8;
  bool integer = false, negative = true;
  std::string name() const;  ///< "int16", "uint8", "float32"
};

/// `where`: file and dataset, for messages. Throws run::Error bad_data at attributes that make no sense: unscaled
/// values would look right.
Packing cf_packing(CfAttributes const& attributes, Stored const& stored, std::string const& where);

/// What the NetCDF library writes where nobody wrote: values of such a file without a _FillValue of their own that are
/// this are missing. None for bytes.
std::vector<double> netcdf_default_fill(Stored const& stored);

/// Seconds in the unit of a CF time, "days since 1950-01-01 00:00"; 0 where it is none. Months and years as in UDUNITS
/// (a year is 365.242198781 days).
double seconds_in(std::string const& unit);

/// Why times in this unit cannot be taken for numbers ("day as %Y%m%d.%f", "fortnights since 1950-01-01"), with what to
/// do; "" where they can.
std::string fault_of_times(std::string const& unit);

}  // namespace mollis::io

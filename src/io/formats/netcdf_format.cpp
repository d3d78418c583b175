// Classic NetCDF (CDF-1, CDF-2, CDF-5) through the NetCDF library, each rank its own box. NetCDF-4 is HDF5 and read as
// such.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "io/formats/all.hpp"
#include "io/formats/cf.hpp"
#include "io/formats/netcdf_extent.hpp"
#include "run/error.hpp"

#ifdef MOLLIS_HAS_NETCDF
#include <netcdf.h>
#endif

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

bool is_classic(std::string const& head) {
  return head.size() > 4 && head.compare(0, 3, "CDF") == 0 && (head[3] == 1 || head[3] == 2 || head[3] == 5);
}

#ifdef MOLLIS_HAS_NETCDF

void require(int status, std::string const& where) {
  if (status != NC_NOERR)
    throw Error(Exit::bad_data, fmt::format("{}: damaged or truncated NetCDF file ({}); copy or write it again", where,
                                            nc_strerror(status)));
}

class File {
 public:
  explicit File(std::string const& path) {
    std::error_code ignored;
    auto const size = std::filesystem::file_size(path, ignored);
    Index const extent = netcdf_extent(path);
    if (extent < 0 || ignored || static_cast<double>(size) < static_cast<double>(extent)) require(NC_ETRUNC, path);
    require(nc_open(path.c_str(), NC_NOWRITE, &id_), path);
  }
  ~File() { nc_close(id_); }
  File(File const&) = delete;
  File& operator=(File const&) = delete;
  operator int() const { return id_; }

 private:
  int id_ = -1;
};

class Attributes : public CfAttributes {
 public:
  Attributes(int file, int variable) : file_(file), variable_(variable) {}
  bool has(std::string const& name) const override {
    return nc_inq_attid(file_, variable_, name.c_str(), nullptr) == NC_NOERR;
  }
  std::vector<double> numbers(std::string const& name) const override {
    if (!has(name) || type_of(name) == NC_CHAR) return {};
    std::vector<double> values(length_of(name));
    if (values.empty() || nc_get_att_double(file_, variable_, name.c_str(), values.data()) != NC_NOERR) return {};
    return values;
  }
  bool real(std::string const& name) const override {
    return has(name) && (type_of(name) == NC_FLOAT || type_of(name) == NC_DOUBLE);
  }
  std::string text(std::string const& name) const override {
    if (!has(name) || type_of(name) != NC_CHAR) return "";
    std::string text(length_of(name), '\0');
    if (text.empty() || nc_get_att_text(file_, variable_, name.c_str(), text.data()) != NC_NOERR) return "";
    return text.substr(0, text.find('\0'));
  }

 private:
  nc_type type_of(std::string const& name) const {
    nc_type type = NC_NAT;
    nc_inq_atttype(file_, variable_, name.c_str(), &type);
    return type;
  }
  std::size_t length_of(std::string const& name) const {
    std::size_t length = 0;
    nc_inq_attlen(file_, variable_, name.c_str(), &length);
    return length;
  }
  int file_, variable_;
};

Stored stored_as(nc_type type, std::string const& where) {
  switch (type) {
    case NC_BYTE:
      return {1, true, true};
    case NC_UBYTE:
      return {1, true, false};
    case NC_SHORT:
      return {2, true, true};
    case NC_USHORT:
      return {2, true, false};
    case NC_INT:
      return {4, true, true};
    case NC_UINT:
      return {4, true, false};
    case NC_INT64:
      return {8, true, true};
    case NC_UINT64:
      return {8, true, false};
    case NC_FLOAT:
      return {4, false, true};
    case NC_DOUBLE:
      return {8, false, true};
    default:
      throw Error(Exit::bad_data, where + ": holds text, not real or integer numbers");
  }
}

std::vector<std::string> variables_of(int file, std::string const& path) {
  int count = 0;
  require(nc_inq_nvars(file, &count), path);
  std::vector<std::string> names;
  for (int v = 0; v < count; ++v) {
    char name[NC_MAX_NAME + 1] = "";
    require(nc_inq_varname(file, v, name), path);
    names.emplace_back(name);
  }
  return names;
}

Dimension dimension_of(int file, int id, std::string const& where) {
  char name[NC_MAX_NAME + 1] = "";
  std::size_t length = 0;
  require(nc_inq_dim(file, id, name, &length), where);
  Dimension axis{name, static_cast<Index>(length), "", 0.0, ""};
  int variable = -1;
  if (nc_inq_varid(file, name, &variable) != NC_NOERR) return axis;
  axis.coordinates = name;
  axis.unit = Attributes(file, variable).text("units");
  return axis;
}

class NetcdfReader : public Reader {
 public:
  NetcdfReader(std::string const& path, std::string const& variable) : where_(path + ": " + variable), file_(path) {
    require(nc_inq_varid(file_, variable.c_str(), &variable_), where_);
  }
  void read(Slab const& slab, double* values) override {
    if (slab.size() == 0) return;
    std::vector<std::size_t> const start(slab.start.begin(), slab.start.end()),
        count(slab.count.begin(), slab.count.end());
    require(nc_get_vara_double(file_, variable_, start.data(), count.data(), values), where_);
  }

 private:
  std::string where_;
  File file_;
  int variable_ = -1;
};

#endif

class Netcdf : public Format {
 public:
  std::string name() const override { return "NetCDF"; }
  std::vector<std::string> endings() const override { return {".nc", ".cdf", ".nc3"}; }
  std::string package() const override { return "libnetcdf-mpi-dev"; }
  bool knows(std::string const&, std::string const& head) const override { return is_classic(head); }
#ifdef MOLLIS_HAS_NETCDF
  bool built_in() const override { return true; }
  std::vector<std::string> datasets(std::string const& path) const override { return variables_of(File(path), path); }
  Description describe(std::string const& path, std::string const& dataset) const override {
    File const file(path);
    std::string const where = path + ": " + dataset;
    int variable = -1, count = 0;
    if (nc_inq_varid(file, dataset.c_str(), &variable) != NC_NOERR)
      throw_missing(path, dataset, variables_of(file, path));
    nc_type type = NC_NAT;
    require(nc_inq_var(file, variable, nullptr, &type, &count, nullptr, nullptr), where);
    std::vector<int> dimensions(static_cast<std::size_t>(count));
    require(nc_inq_vardimid(file, variable, dimensions.data()), where);
    Stored const stored = stored_as(type, where);
    Attributes const attributes(file, variable);
    Description d;
    d.dataset = dataset;
    for (int id : dimensions) d.axes.push_back(dimension_of(file, id, where));
    d.type = stored.name();
    d.unit = attributes.text("units");
    d.title = attributes.text("long_name");
    d.packing = cf_packing(attributes, stored, where);
    if (!attributes.has("_FillValue")) {
      auto const fills = netcdf_default_fill(stored);
      d.packing.fills.insert(d.packing.fills.end(), fills.begin(), fills.end());
    }
    d.scales = d.axes.size() == 1 && d.axes[0].name == dataset;
    return d;
  }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const& path, Description const& description) const override {
    return std::make_unique<NetcdfReader>(path, description.dataset);
  }
#else
  bool built_in() const override { return false; }
  std::vector<std::string> datasets(std::string const&) const override { return {}; }
  Description describe(std::string const&, std::string const&) const override { return {}; }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const&, Description const&) const override { return nullptr; }
#endif
};

}  // namespace

Format const& netcdf_format() {
  static Netcdf const format;
  return format;
}

}  // namespace mollis::io

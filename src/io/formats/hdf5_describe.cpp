#include "io/formats/hdf5_describe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/formats/all.hpp"
#include "io/formats/cf.hpp"
#include "io/formats/hdf5_attributes.hpp"
#include "io/hdf5.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

herr_t collect(hid_t group, char const* name, H5L_info_t const*, void* names) {
  hid_t const object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return 0;
  if (H5Iget_type(object) == H5I_DATASET) static_cast<std::vector<std::string>*>(names)->push_back(name);
  H5Oclose(object);
  return 0;
}

std::vector<std::string> datasets_of(hid_t file) {
  std::vector<std::string> names;
  H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, collect, &names);
  return names;
}

/// True where every link on the way exists (H5Lexists wants its parents to).
bool link_exists(hid_t file, std::string const& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    std::string const part = path.substr(0, end);
    if (part != "/" && H5Lexists(file, part.c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return true;
  }
}

Handle open_file(std::string const& file) {
  try {
    return Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  } catch (Hdf5Error const& reason) {
    throw Error(Exit::bad_data,
                fmt::format("{}: damaged or truncated HDF5 file ({}); copy or write it again", file, reason.what()));
  }
}

char const* class_name(H5T_class_t c) {
  switch (c) {
    case H5T_STRING:
      return "strings";
    case H5T_COMPOUND:
      return "compound values";
    case H5T_TIME:
      return "times";
    case H5T_BITFIELD:
      return "bit fields";
    case H5T_OPAQUE:
      return "opaque values";
    case H5T_REFERENCE:
      return "references";
    case H5T_VLEN:
      return "sequences of varying length";
    case H5T_ARRAY:
      return "arrays";
    default:
      return "values of an unknown type";
  }
}

Stored stored_numbers(hid_t dataset, std::string const& where) {
  Handle const type(H5Dget_type(dataset), H5Tclose);
  H5T_class_t const c = H5Tget_class(type);
  if (c != H5T_INTEGER && c != H5T_FLOAT && c != H5T_ENUM) {
    throw Error(Exit::bad_data, fmt::format("{}: holds {}, not real or integer numbers", where, class_name(c)));
  }
  return {static_cast<int>(H5Tget_size(type)), c != H5T_FLOAT, c == H5T_FLOAT || H5Tget_sign(type) == H5T_SGN_2};
}

void require_filters(hid_t creation, std::string const& where) {
  int const count = H5Pget_nfilters(creation);
  for (int i = 0; i < count; ++i) {
    std::size_t values = 0;
    unsigned flags = 0, config = 0;
    char name[64] = "";
    H5Z_filter_t const filter =
        H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr, sizeof name, name, &config);
    if (H5Zfilter_avail(filter) <= 0) {
      throw Error(
          Exit::bad_data,
          fmt::format("{}: compressed by filter {} \"{}\", which this HDF5 lacks; repack it (h5repack -f GZIP=4) "
                      "or set HDF5_PLUGIN_PATH",
                      where, static_cast<int>(filter), name));
    }
  }
}

bool is_netcdf(hid_t file) { return H5Aexists(file, "_NCProperties") > 0; }

/// Parallel HDF5 reads no virtual datasets, and gives fill values for those of their files that are not there.
void require_values(hid_t creation, std::string const& where) {
  if (H5Pget_layout(creation) == H5D_VIRTUAL)
    throw Error(Exit::bad_data,
                where + ": is a virtual dataset, whose values lie in other files; copy them into a plain one");
}

Description description_of(hid_t file, hid_t dataset, std::string const& where) {
  Stored const stored = stored_numbers(dataset, where);
  Handle const creation(H5Dget_create_plist(dataset), H5Pclose);
  require_values(creation, where);
  require_filters(creation, where);
  Handle const space(H5Dget_space(dataset), H5Sclose);
  if (H5Sget_simple_extent_type(space) == H5S_NULL) throw Error(Exit::bad_data, where + ": is empty");
  Description d;
  for (hsize_t size : shape_of(space)) d.axes.push_back({"", static_cast<Index>(size), "", 0.0, ""});
  Hdf5Attributes const attributes(dataset);
  name_axes(dataset, d.axes);
  d.type = stored.name();
  d.unit = attributes.text("units");
  d.title = attributes.text("long_name");
  d.scales = attributes.text("CLASS") == "DIMENSION_SCALE";
  d.contiguous = H5Pget_layout(creation) == H5D_CONTIGUOUS;
  d.packing = cf_packing(attributes, stored, where);
  if (is_netcdf(file) && !attributes.has("_FillValue")) {
    auto const fills = netcdf_default_fill(stored);
    d.packing.fills.insert(d.packing.fills.end(), fills.begin(), fills.end());
  }
  return d;
}

}  // namespace

std::vector<std::string> hdf5_datasets(std::string const& file) {
  Quiet const quiet;
  return datasets_of(open_file(file));
}

Description hdf5_describe(std::string const& file, std::string const& dataset) {
  Quiet const quiet;
  Handle const id = open_file(file);
  if (dataset.empty() || !link_exists(id, dataset)) throw_missing(file, dataset, datasets_of(id));
  std::string const where = file + ": " + dataset;
  try {
    Handle const object(H5Oopen(id, dataset.c_str(), H5P_DEFAULT), H5Oclose);
    if (H5Iget_type(object) != H5I_DATASET) throw_missing(file, dataset, datasets_of(id));
    auto description = description_of(id, object, where);
    description.dataset = dataset;
    return description;
  } catch (Hdf5Error const& reason) {
    throw Error(Exit::bad_data, fmt::format("{}: damaged ({}); copy or write the file again", where, reason.what()));
  }
}

}  // namespace mollis::io

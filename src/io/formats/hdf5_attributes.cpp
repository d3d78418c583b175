#include "io/formats/hdf5_attributes.hpp"

namespace mollis::io {
namespace {

Handle open(hid_t object, std::string const& name) {
  return Handle(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
}

std::size_t size_of(hid_t attribute) {
  Handle const space(H5Aget_space(attribute), H5Sclose);
  hssize_t const count = H5Sget_simple_extent_npoints(space);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

/// Texts of fixed or varying length.
std::vector<std::string> texts_of(hid_t attribute) {
  Handle const type(H5Aget_type(attribute), H5Tclose);
  std::size_t const count = size_of(attribute), length = H5Tget_size(type);
  std::vector<std::string> all;
  if (H5Tget_class(type) != H5T_STRING || count == 0) return all;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> texts(count, nullptr);
    require(H5Aread(attribute, type, texts.data()));
    for (char const* text : texts) all.emplace_back(text == nullptr ? "" : text);
    Handle const space(H5Aget_space(attribute), H5Sclose);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
    return all;
  }
  std::string bytes(count * length, '\0');
  require(H5Aread(attribute, type, bytes.data()));
  for (std::size_t n = 0; n < count; ++n) {
    std::string const text = bytes.substr(n * length, length);
    all.push_back(text.substr(0, text.find('\0')));
  }
  return all;
}

std::string name_of(hid_t object) {
  ssize_t const size = H5Iget_name(object, nullptr, 0);
  if (size <= 0) return "";
  std::string name(static_cast<std::size_t>(size) + 1, '\0');
  H5Iget_name(object, name.data(), name.size());
  name.pop_back();
  return name;
}

/// The first scale of each axis.
void name_by_scales(hid_t dataset, std::vector<Dimension>& axes) {
  Handle const list = open(dataset, "DIMENSION_LIST");
  Handle const type(H5Aget_type(list), H5Tclose), space(H5Aget_space(list), H5Sclose);
  if (H5Tget_class(type) != H5T_VLEN || size_of(list) != axes.size()) return;
  std::vector<hvl_t> scales(axes.size(), hvl_t{0, nullptr});
  require(H5Aread(list, type, scales.data()));
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (scales[a].len == 0) continue;
    hid_t const scale = H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, scales[a].p);
    if (scale < 0) continue;
    Handle const owner(scale, H5Oclose);
    Hdf5Attributes const attributes(scale);
    std::string const path = name_of(scale);
    axes[a].name = path.substr(path.rfind('/') + 1);
    bool const bare = attributes.text("NAME").rfind("This is a netCDF dimension but not a netCDF variable", 0) == 0;
    if (!bare && !path.empty()) axes[a].coordinates = path.substr(1);
    axes[a].unit = attributes.text("units");
  }
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, scales.data());
}

}  // namespace

bool Hdf5Attributes::has(std::string const& name) const { return H5Aexists(object_, name.c_str()) > 0; }

std::vector<double> Hdf5Attributes::numbers(std::string const& name) const {
  if (!has(name)) return {};
  Handle const attribute = open(object_, name), type(H5Aget_type(attribute), H5Tclose);
  H5T_class_t const c = H5Tget_class(type);
  if (c != H5T_INTEGER && c != H5T_FLOAT) return {};
  std::vector<double> values(size_of(attribute));
  if (!values.empty()) require(H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()));
  return values;
}

bool Hdf5Attributes::real(std::string const& name) const {
  if (!has(name)) return false;
  Handle const attribute = open(object_, name), type(H5Aget_type(attribute), H5Tclose);
  return H5Tget_class(type) == H5T_FLOAT;
}

std::string Hdf5Attributes::text(std::string const& name) const {
  if (!has(name)) return "";
  auto const texts = texts_of(open(object_, name));
  return texts.size() == 1 ? texts.front() : "";
}

void name_axes(hid_t dataset, std::vector<Dimension>& axes) {
  Hdf5Attributes const attributes(dataset);
  if (attributes.has("DIMENSION_LIST")) name_by_scales(dataset, axes);
  if (!attributes.has("DIMENSION_LABELS")) return;
  auto const labels = texts_of(open(dataset, "DIMENSION_LABELS"));
  for (std::size_t a = 0; a < axes.size() && a < labels.size(); ++a)
    if (axes[a].name.empty()) axes[a].name = labels[a];
}

}  // namespace mollis::io

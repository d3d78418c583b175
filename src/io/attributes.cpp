#include "io/attributes.hpp"

namespace mollis::io {
namespace {

void write_one(hid_t object, std::string const& name, hid_t type, Sizes const& shape, void const* values) {
  Handle const space = simple_space(shape);
  Handle const attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  require(H5Awrite(attribute, type, values));
}

/// Writes one attribute of whatever type it has.
struct Writer {
  hid_t object;
  std::string const& name;

  void operator()(std::string const& text) const {
    Handle const type(H5Tcopy(H5T_C_S1), H5Tclose);
    require(H5Tset_size(type, H5T_VARIABLE));
    require(H5Tset_cset(type, H5T_CSET_UTF8));
    char const* const pointer = text.c_str();
    write_one(object, name, type, {}, &pointer);
  }
  void operator()(double value) const { write_one(object, name, H5T_NATIVE_DOUBLE, {}, &value); }
  void operator()(Index value) const { write_one(object, name, H5T_NATIVE_INT64, {}, &value); }
  void operator()(std::vector<double> const& values) const {
    write_one(object, name, H5T_NATIVE_DOUBLE, {values.size()}, values.data());
  }
  void operator()(std::vector<Index> const& values) const {
    write_one(object, name, H5T_NATIVE_INT64, {values.size()}, values.data());
  }
};

}  // namespace

void write_attributes(hid_t object, Attributes const& attributes) {
  for (auto const& [name, value] : attributes) std::visit(Writer{object, name}, value);
}

void write_ascii_attribute(hid_t object, std::string const& name, std::string const& text) {
  Handle const type(H5Tcopy(H5T_C_S1), H5Tclose);
  require(H5Tset_size(type, text.size()));
  require(H5Tset_strpad(type, H5T_STR_NULLPAD));
  write_one(object, name, type, {}, text.data());
}

}  // namespace mollis::io

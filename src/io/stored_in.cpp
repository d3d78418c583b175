#include "io/stored_in.hpp"

#include <filesystem>

#include "io/hdf5.hpp"
#include "io/text.hpp"

namespace mollis::io {
namespace {

std::string file_of(hid_t object) {
  ssize_t const size = H5Fget_name(object, nullptr, 0);
  if (size <= 0) return "";
  std::string name(static_cast<std::size_t>(size) + 1, '\0');
  H5Fget_name(object, name.data(), name.size());
  name.pop_back();
  return name;
}

/// Names in `file` as the library may take them: from the file's directory, or as they stand.
void add(std::vector<std::string>& files, std::string const& file, std::string const& name) {
  if (name.empty() || name == ".") return;
  files.push_back((std::filesystem::path(parent_of(file)) / name).string());
  if (!std::filesystem::path(name).is_absolute()) files.push_back(name);
}

void add_virtual(std::vector<std::string>& files, std::string const& file, hid_t creation) {
  std::size_t count = 0;
  require(H5Pget_virtual_count(creation, &count));
  for (std::size_t i = 0; i < count; ++i) {
    std::string name(4096, '\0');
    require(static_cast<herr_t>(H5Pget_virtual_filename(creation, i, name.data(), name.size())));
    add(files, file, name.c_str());
  }
}

void add_external(std::vector<std::string>& files, std::string const& file, hid_t creation) {
  int const count = H5Pget_external_count(creation);
  for (int i = 0; i < count; ++i) {
    std::string name(4096, '\0');
    require(H5Pget_external(creation, static_cast<unsigned>(i), name.size() - 1, name.data(), nullptr, nullptr));
    add(files, file, name.c_str());
  }
}

}  // namespace

std::vector<std::string> stored_in(std::string const& file, std::string const& dataset) {
  Quiet const quiet;
  std::vector<std::string> files;
  std::error_code ignored;
  if (std::filesystem::is_fifo(file, ignored) || H5Fis_hdf5(file.c_str()) <= 0) return files;  // opening a pipe would wait
  try {
    Handle const id(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    Handle const data(H5Dopen2(id, dataset.c_str(), H5P_DEFAULT), H5Dclose);
    Handle const creation(H5Dget_create_plist(data), H5Pclose);
    auto const holder = file_of(data);
    if (holder != file) files.push_back(holder);
    if (H5Pget_layout(creation) == H5D_VIRTUAL) add_virtual(files, holder, creation);
    add_external(files, holder, creation);
  } catch (Hdf5Error const&) {  // told when it is read
  }
  return files;
}

}  // namespace mollis::io

#include "io/mark.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/attributes.hpp"
#include "io/text.hpp"

namespace mollis::io {
namespace {

namespace fs = std::filesystem;

std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1u) != 0 ? 0xedb88320u ^ (rest >> 1) : rest >> 1;
    table[byte] = rest;
  }
  return table;
}

herr_t add_link(hid_t, char const* name, H5L_info_t const*, void* text) {
  static_cast<std::string*>(text)->append(name).append("\n");
  return 0;
}

/// A line a link, in the order of their names.
std::string contents_of(hid_t file) {
  std::string names;
  require(H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, add_link, &names));
  return names;
}

/// A text attribute of the root; "" where there is none.
std::string text_attribute(hid_t file, char const* name) {
  if (H5Aexists(file, name) <= 0) return "";
  Handle const attribute(H5Aopen(file, name, H5P_DEFAULT), H5Aclose), type(H5Aget_type(attribute), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) <= 0) return "";
  char* value = nullptr;
  require(H5Aread(attribute, type, &value));
  std::string const text = value ? value : "";
  H5free_memory(value);
  return text;
}

bool is_plain(std::string const& path) {
  std::error_code ignored;
  return fs::is_regular_file(fs::symlink_status(path, ignored));
}

/// The attribute "files" of a marked result, as JSON.
nlohmann::json files_of_result(std::string const& path) {
  if (!is_marked(path, "mollis")) return {};
  Quiet const quiet;
  try {
    Handle const file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    return nlohmann::json::parse(text_attribute(file, "files"), nullptr, false);
  } catch (Hdf5Error const&) {
    return {};
  }
}

/// The summary of a run; null where the file is none.
nlohmann::json summary_of(std::string const& path) {
  auto const summary = nlohmann::json::parse(read_text(path).value_or(""), nullptr, false);
  bool const known = summary.is_object() && summary.contains("run") && summary.contains("files");
  return known ? summary : nlohmann::json();
}

}  // namespace

std::string checksum(std::string const& bytes) {
  static auto const table = crc_table();
  std::uint32_t rest = 0xffffffffu;
  for (char const byte : bytes) rest = table[(rest ^ static_cast<unsigned char>(byte)) & 0xffu] ^ (rest >> 8);
  return fmt::format("{:08x}", ~rest);
}

void write_mark(hid_t file, std::string const& program, std::string const& id) {
  write_attributes(file, {{"written_by", program}, {"run", id}, {"contents", contents_of(file)}});
}

bool is_marked(std::string const& path, std::string const& program) {
  Quiet const quiet;
  if (!is_plain(path) || H5Fis_hdf5(path.c_str()) <= 0) return false;
  try {
    Handle const file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    return text_attribute(file, "written_by") == program && text_attribute(file, "contents") == contents_of(file);
  } catch (Hdf5Error const&) {
    return false;
  }
}

bool is_own_result(std::string const& directory, std::string const& name) {
  auto const path = directory + "/" + name;
  if (!is_plain(path)) return false;
  if (fs::path(name).extension() == ".h5") return is_marked(path, "mollis");
  auto const summary = summary_of(directory + "/summary.json");
  if (name == "summary.json") return !summary.is_null();
  auto const sum = checksum(read_text(path).value_or(""));
  auto const lists = [&](nlohmann::json const& files) { return files.is_object() && files.contains(name) && files[name] == sum; };
  return (!summary.is_null() && lists(summary["files"])) || lists(files_of_result(directory + "/result.h5"));
}

}  // namespace mollis::io

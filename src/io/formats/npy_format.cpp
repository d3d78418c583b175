// One array of NumPy (.npy), each rank its own box.
#include <filesystem>
#include <fstream>

#include "io/formats/all.hpp"
#include "io/formats/npy.hpp"

namespace mollis::io {
namespace {

std::unique_ptr<std::istream> opened(std::string const& file) { return std::make_unique<std::ifstream>(file, std::ios::binary); }

Index size_of(std::string const& file) { return static_cast<Index>(std::filesystem::file_size(file)); }

class Npy : public Format {
 public:
  std::string name() const override { return "NumPy"; }
  std::vector<std::string> endings() const override { return {".npy"}; }
  bool built_in() const override { return true; }
  std::string package() const override { return ""; }
  bool knows(std::string const&, std::string const& head) const override { return head.rfind(npy_magic, 0) == 0; }
  std::vector<std::string> datasets(std::string const&) const override { return {""}; }
  Description describe(std::string const& file, std::string const&) const override {
    auto const stream = opened(file);
    return description_of(read_header(*stream, file, 0, size_of(file)));
  }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const& file, Description const&) const override {
    return npy_reader(opened(file), file, 0, size_of(file));
  }
};

}  // namespace

Format const& npy_format() {
  static Npy const format;
  return format;
}

}  // namespace mollis::io

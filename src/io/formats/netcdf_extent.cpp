#include "io/formats/netcdf_extent.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

namespace mollis::io {
namespace {

constexpr Index unreasonable = Index{1} << 48;  // bytes, or counts

/// The header, number by number (all big endian). Any number past the end or out of reason spoils it for good.
class Header {
 public:
  explicit Header(std::string const& file) : stream_(file, std::ios::binary) {
    stream_.seekg(3);
    int const version = stream_.get();
    wide_ = version == 5 ? 8 : 4;
    offset_ = version == 1 ? 4 : 8;
  }

  bool good() const { return good_; }
  Index number(int bytes) {
    Index value = 0;
    for (int i = 0; i < bytes; ++i) {
      int const byte = stream_.get();
      if (byte == std::char_traits<char>::eof()) good_ = false;
      value = (value << 8) | (byte & 255);
    }
    if (value < 0 || value > unreasonable) good_ = false;
    return good_ ? value : 0;
  }
  Index count() { return number(wide_); }
  Index offset() { return number(offset_); }
  bool streaming(Index records) const { return records == (Index{1} << (8 * 4)) - 1; }
  /// The length of a list that begins with this tag, or is absent.
  Index list(Index tag) {
    Index const found = number(4), n = count();
    if (found != tag && (found != 0 || n != 0)) good_ = false;
    return good_ ? n : 0;
  }
  void pass(Index bytes) { stream_.seekg(bytes, std::ios::cur); }
  void name() { pass((count() + 3) / 4 * 4); }
  static Index size_of(Index type) {
    static std::array<Index, 12> const sizes{0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};
    return type > 0 && type < 12 ? sizes[static_cast<std::size_t>(type)] : 0;
  }
  void attributes() {
    Index const n = list(12);
    for (Index i = 0; i < n && good_; ++i) {
      name();
      Index const size = size_of(number(4));
      pass((count() * size + 3) / 4 * 4);
    }
  }

 private:
  std::ifstream stream_;
  int wide_ = 4, offset_ = 4;
  bool good_ = true;
};

struct Variable {
  bool record = false;
  Index begin = 0, size = 0;  ///< of a record, where it has records; padded to 4 bytes
};

}  // namespace

Index netcdf_extent(std::string const& file) {
  Header header(file);
  Index const records = header.count();
  std::vector<Index> dimensions;
  Index n = header.list(10);
  for (Index i = 0; i < n && header.good(); ++i) {
    header.name();
    dimensions.push_back(header.count());
  }
  header.attributes();
  std::vector<Variable> variables;
  n = header.list(11);
  for (Index i = 0; i < n && header.good(); ++i) {
    header.name();
    Variable v;
    v.size = 1;
    Index const axes = header.count();
    for (Index a = 0; a < axes && header.good(); ++a) {
      auto const id = static_cast<std::size_t>(header.count());
      if (id >= dimensions.size()) return -1;
      if (dimensions[id] == 0)
        v.record = true;
      else if (v.size < unreasonable / dimensions[id])
        v.size *= dimensions[id];
      else
        return -1;
    }
    header.attributes();
    v.size *= Header::size_of(header.number(4));
    header.count();  // the size again, which is too small a number for large variables
    v.begin = header.offset();
    variables.push_back(v);
  }
  if (!header.good()) return -1;
  Index record = 0, extent = 0;
  auto const count = std::count_if(variables.begin(), variables.end(), [](Variable const& v) { return v.record; });
  for (auto const& v : variables)
    if (v.record) record += count == 1 ? v.size : (v.size + 3) / 4 * 4;  // one alone is not padded
  for (auto const& v : variables) {
    if (v.record && (records == 0 || header.streaming(records))) continue;
    extent = std::max(extent, v.begin + v.size + (v.record ? (records - 1) * record : 0));
  }
  return extent;
}

}  // namespace mollis::io

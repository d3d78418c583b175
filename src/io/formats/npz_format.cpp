// Arrays of NumPy by name (.npz, a zip archive of .npy), each rank its own box; compressed ones are unpacked in memory.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#ifdef MOLLIS_HAS_ZLIB
#include <zlib.h>
#endif

#include "io/formats/all.hpp"
#include "io/formats/npy.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

/// A file of the archive, as the directory at its end has it.
struct Member {
  std::string name;
  int method = 0;  ///< 0: as it stands, 8: deflated
  Index packed = 0, size = 0, header = 0, sum = 0;
};

[[noreturn]] void refuse(std::string const& file, std::string const& what) { throw Error(Exit::bad_data, file + ": " + what); }

[[noreturn]] void damaged(std::string const& file) { refuse(file, "damaged or truncated .npz file (its zip directory makes no sense); copy or write it again"); }

/// A number of `bytes` bytes, the lowest first.
Index number_at(std::string const& text, std::size_t at, std::size_t bytes, std::string const& file) {
  if (at + bytes > text.size()) damaged(file);
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text[at + i]);
  return static_cast<Index>(value);
}

std::string bytes_of(std::ifstream& stream, Index from, Index count, Index size, std::string const& file) {
  if (from < 0 || count < 0 || from > size || count > size - from) damaged(file);
  std::string text(static_cast<std::size_t>(count), '\0');
  stream.clear();
  stream.seekg(static_cast<std::streamoff>(from));
  stream.read(text.data(), static_cast<std::streamsize>(count));
  if (stream.gcount() != static_cast<std::streamsize>(count)) damaged(file);
  return text;
}

/// Sizes and place of archives beyond 4 GiB stand in an extra field, in this order where the plain ones are all ones.
void read_long(std::string const& extra, Member& member, std::string const& file) {
  constexpr Index elsewhere = 0xffffffff;
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    auto const length = static_cast<std::size_t>(number_at(extra, at + 2, 2, file));
    std::size_t field = at + 4;
    if (number_at(extra, at, 2, file) == 1)
      for (Index* const value : {&member.size, &member.packed, &member.header}) {
        if (*value != elsewhere) continue;
        *value = number_at(extra, field, 8, file);
        field += 8;
      }
    at += 4 + length;
  }
}

std::vector<Member> members_of(std::string const& file) {
  std::ifstream stream(file, std::ios::binary);
  auto const size = static_cast<Index>(std::filesystem::file_size(file));
  Index const last = std::min<Index>(size, 65557);  // the end record with the longest comment
  auto const tail = bytes_of(stream, size - last, last, size, file);
  auto const end = tail.rfind(std::string("PK\5\6", 4));
  if (end == std::string::npos) damaged(file);
  Index count = number_at(tail, end + 10, 2, file), length = number_at(tail, end + 12, 4, file), from = number_at(tail, end + 16, 4, file);
  if (auto const locator = tail.rfind(std::string("PK\6\7", 4)); from == 0xffffffff && locator != std::string::npos) {
    auto const record = bytes_of(stream, number_at(tail, locator + 8, 8, file), 56, size, file);
    count = number_at(record, 32, 8, file);
    length = number_at(record, 40, 8, file);
    from = number_at(record, 48, 8, file);
  }
  auto const directory = bytes_of(stream, from, length, size, file);
  std::vector<Member> members;
  std::size_t at = 0;
  for (Index n = 0; n < count; ++n) {
    if (directory.compare(at, 4, std::string("PK\1\2", 4)) != 0) damaged(file);
    auto const name = static_cast<std::size_t>(number_at(directory, at + 28, 2, file)), extra = static_cast<std::size_t>(number_at(directory, at + 30, 2, file)),
               comment = static_cast<std::size_t>(number_at(directory, at + 32, 2, file));
    if (at + 46 + name + extra + comment > directory.size()) damaged(file);
    Member member{directory.substr(at + 46, name), static_cast<int>(number_at(directory, at + 10, 2, file)), number_at(directory, at + 20, 4, file),
                  number_at(directory, at + 24, 4, file), number_at(directory, at + 42, 4, file), number_at(directory, at + 16, 4, file)};
    read_long(directory.substr(at + 46 + name, extra), member, file);
    members.push_back(member);
    at += 46 + name + extra + comment;
  }
  return members;
}

/// "u" of "u.npy".
std::string array_name(std::string const& member) {
  auto const ending = member.size() > 4 ? member.size() - 4 : std::string::npos;
  return ending != std::string::npos && member.compare(ending, 4, ".npy") == 0 ? member.substr(0, ending) : "";
}

#ifdef MOLLIS_HAS_ZLIB
std::string inflated(std::string const& packed, Index size, std::string const& where) {
  std::string text(static_cast<std::size_t>(size), '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) refuse(where, "cannot be unpacked: out of memory");
  std::size_t in = 0, out = 0;
  int state = Z_OK;
  constexpr std::size_t piece = std::size_t{1} << 30;  // zlib counts with 32 bits
  while (state == Z_OK) {
    auto const offered = std::min(piece, packed.size() - in), room = std::min(piece, text.size() - out);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + in));
    stream.avail_in = static_cast<uInt>(offered);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + out);
    stream.avail_out = static_cast<uInt>(room);
    state = inflate(&stream, Z_NO_FLUSH);
    auto const taken = offered - stream.avail_in, made = room - stream.avail_out;
    in += taken;
    out += made;
    if (taken == 0 && made == 0) break;
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END || out != text.size()) refuse(where, "its compressed numbers are damaged; copy or write it again");
  return text;
}

/// Throws bad_data unless the bytes have the sum that the directory says.
void check_sum(std::istream& stream, Index begin, Index end, Index sum, std::string const& where) {
  uLong found = crc32(0L, Z_NULL, 0);
  std::string piece(std::size_t{1} << 20, '\0');
  stream.seekg(static_cast<std::streamoff>(begin));
  for (Index left = end - begin; left > 0;) {
    stream.read(piece.data(), static_cast<std::streamsize>(std::min<Index>(left, static_cast<Index>(piece.size()))));
    auto const count = stream.gcount();
    if (count <= 0) break;
    found = crc32(found, reinterpret_cast<Bytef const*>(piece.data()), static_cast<uInt>(count));
    left -= static_cast<Index>(count);
  }
  stream.clear();
  if (static_cast<Index>(found) != sum) refuse(where, "damaged .npz file: its numbers have not the sum that was written with them; copy or write it again");
}
#else
void check_sum(std::istream&, Index, Index, Index, std::string const&) {}

std::string inflated(std::string const&, Index, std::string const& where) {
  refuse(where, "is compressed, and this program was built without zlib; save it by numpy.savez, or install zlib1g-dev and build again");
}
#endif

/// An array of the archive as a stream, and its bytes there.
struct Opened {
  std::unique_ptr<std::istream> stream;
  Index begin = 0, end = 0, sum = 0;
};

Opened open_array(std::string const& file, std::string const& dataset) {
  auto const members = members_of(file);
  auto const found = std::find_if(members.begin(), members.end(), [&](Member const& m) { return !dataset.empty() && array_name(m.name) == dataset; });
  if (found == members.end()) {
    std::vector<std::string> names;
    for (auto const& member : members)
      if (!array_name(member.name).empty()) names.push_back(array_name(member.name));
    throw_missing(file, dataset, names);
  }
  auto const where = file + ": " + dataset;
  auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
  auto const size = static_cast<Index>(std::filesystem::file_size(file));
  auto const local = bytes_of(*stream, found->header, 30, size, file);
  if (local.compare(0, 4, std::string("PK\3\4", 4)) != 0) damaged(file);
  Index const begin = found->header + 30 + number_at(local, 26, 2, file) + number_at(local, 28, 2, file);
  if (begin + found->packed > size) damaged(file);
  if (found->method == 0) return {std::move(stream), begin, begin + found->packed, found->sum};
  if (found->method != 8) refuse(where, fmt::format("is packed by method {} of zip, not by numpy; save it by numpy.savez", found->method));
  constexpr Index most = 1032;  // times that deflate packs at best
  if (found->size < 0 || found->size / most > found->packed) damaged(file);
  auto text = inflated(bytes_of(*stream, begin, found->packed, size, file), found->size, where);
  return {std::make_unique<std::istringstream>(std::move(text)), 0, found->size, found->sum};
}

class Npz : public Format {
 public:
  std::string name() const override { return "NumPy archive"; }
  std::vector<std::string> endings() const override { return {".npz"}; }
  bool built_in() const override { return true; }
  std::string package() const override { return ""; }
  bool knows(std::string const& file, std::string const& head) const override {
    return head.rfind(std::string("PK\3\4", 4), 0) == 0 && ends_with(file, endings());
  }
  std::vector<std::string> datasets(std::string const& file) const override {
    std::vector<std::string> names;
    for (auto const& member : members_of(file))
      if (auto const name = array_name(member.name); !name.empty()) names.push_back(name);
    return names;
  }
  Description describe(std::string const& file, std::string const& dataset) const override {
    auto const array = open_array(file, dataset);
    check_sum(*array.stream, array.begin, array.end, array.sum, file + ": " + dataset);
    auto description = description_of(read_header(*array.stream, file + ": " + dataset, array.begin, array.end));
    description.dataset = dataset;
    return description;
  }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const& file, Description const& description) const override {
    auto array = open_array(file, description.dataset);
    return npy_reader(std::move(array.stream), file + ": " + description.dataset, array.begin, array.end);
  }
};

}  // namespace

Format const& npz_format() {
  static Npz const format;
  return format;
}

}  // namespace mollis::io

#include "io/formats/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/formats/raw.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

constexpr std::size_t longest_header = std::size_t{1} << 20;

[[noreturn]] void refuse(std::string const& file, std::string const& what) {
  throw Error(Exit::bad_data, file + ": " + what);
}

/// What follows 'key': in the header's dictionary.
std::string entry(std::string const& file, std::string const& text, std::string const& key) {
  auto const at = text.find("'" + key + "'");
  auto const colon = at == std::string::npos ? at : text.find(':', at);
  if (colon == std::string::npos) refuse(file, "damaged .npy file (its header has no " + key + "); write it again");
  return text.substr(text.find_first_not_of(' ', colon + 1));
}

/// "<f4" and the like.
void read_type(std::string const& file, std::string const& text, NpyHeader& header) {
  std::string const kind = text.size() > 1 && text[0] == '\'' ? text.substr(1, text.find('\'', 1) - 1) : "";
  auto const numbers_only = [&](std::string const& what) {
    refuse(
        file,
        fmt::format(
            "holds {}, not real or integer numbers; save the array as numbers: numpy.save(file, array.astype(float))",
            what));
  };
  if (kind.empty()) numbers_only("records");
  char const letter = kind.size() > 1 ? kind[1] : ' ';
  if (letter == 'O') numbers_only("Python objects (a pickle)");
  if (letter == 'U' || letter == 'S') numbers_only("texts");
  if (letter == 'c') numbers_only("complex numbers");
  bool const number = letter == 'f' || letter == 'i' || letter == 'u' || letter == 'b';
  int const bytes = number && kind.size() == 3 ? kind[2] - '0' : 0;
  header.stored = {bytes, letter != 'f', letter == 'f' || letter == 'i'};
  if (!number || !is_number(header.stored)) numbers_only(fmt::format("values of type \"{}\"", run::shown(kind)));
  header.swapped = (kind[0] == '>' && little_endian()) || (kind[0] == '<' && !little_endian());
}

void read_shape(std::string const& file, std::string const& text, NpyHeader& header) {
  auto const end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string::npos)
    refuse(file, "damaged .npy file (its header has no shape); write it again");
  for (std::size_t at = 1; at < end;) {
    std::size_t const stop = std::min(text.find(',', at), end);
    std::string const word = text.substr(at, stop - at);
    if (word.find_first_not_of(" L") != std::string::npos) {
      auto const digit = word.find_first_of("0123456789");
      if (digit == std::string::npos || word.size() > 20)
        refuse(file, "damaged .npy file (its shape is no list of sizes); write it again");
      header.shape.push_back(static_cast<Index>(std::stoull(word.substr(digit))));
    }
    at = stop + 1;
  }
}

}  // namespace

NpyHeader read_header(std::istream& stream, std::string const& file, Index begin, Index end) {
  unsigned char start[12] = {};
  stream.clear();
  stream.seekg(static_cast<std::streamoff>(begin));
  stream.read(reinterpret_cast<char*>(start), 12);
  std::size_t const wide = start[6] == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = wide; i-- > 0;) length = length << 8 | start[8 + i];
  if (stream.gcount() < 12 || start[6] < 1 || start[6] > 3 || length > longest_header)
    refuse(file, "damaged .npy file (its header makes no sense); write it again");
  NpyHeader header;
  header.data = begin + static_cast<Index>(8 + wide + length);
  std::string text(length, '\0');
  stream.seekg(static_cast<std::streamoff>(begin) + static_cast<std::streamoff>(8 + wide));
  stream.read(text.data(), static_cast<std::streamsize>(length));
  if (static_cast<std::size_t>(stream.gcount()) != length) refuse(file, "truncated .npy file; copy or write it again");
  read_type(file, entry(file, text, "descr"), header);
  header.fortran = entry(file, text, "fortran_order").rfind("True", 0) == 0;
  read_shape(file, entry(file, text, "shape"), header);
  auto const there = static_cast<double>(end - header.data);
  double wanted = header.stored.bytes;
  for (Index n : header.shape) wanted *= static_cast<double>(n);
  if (there < wanted)
    refuse(file, fmt::format("truncated .npy file ({:.0f} of {:.0f} bytes of numbers); copy or write it again", there,
                             wanted));
  return header;
}

namespace {

class NpyReader : public Reader {
 public:
  NpyReader(std::unique_ptr<std::istream> stream, std::string const& file, Index begin, Index end)
      : file_(file), stream_(std::move(stream)), header_(read_header(*stream_, file, begin, end)) {}

  void read(Slab const& slab, double* values) override {
    if (slab.size() == 0) return;
    if (!header_.fortran) return rows(header_.shape, slab, values);
    // The file's own order is that of the axes reversed.
    std::size_t const n = header_.shape.size();
    Slab turned{{slab.start.rbegin(), slab.start.rend()}, {slab.count.rbegin(), slab.count.rend()}, false};
    std::vector<double> own(static_cast<std::size_t>(slab.size()));
    rows({header_.shape.rbegin(), header_.shape.rend()}, turned, own.data());
    std::vector<Index> at(n, 0), stride;
    Index step = 1, from = 0;
    for (Index const count : slab.count) {
      stride.push_back(step);
      step *= count;
    }
    for (std::size_t to = 0; to < own.size(); ++to) {
      values[to] = own[static_cast<std::size_t>(from)];
      for (std::size_t a = n; a-- > 0;) {
        from += stride[a];
        if (++at[a] < slab.count[a]) break;
        from -= stride[a] * at[a];
        at[a] = 0;
      }
    }
  }

 private:
  /// Runs along the last axis, of an array in row-major order.
  void rows(std::vector<Index> const& shape, Slab const& slab, double* values) {
    std::size_t const n = shape.size();
    Index const run = n == 0 ? 1 : slab.count[n - 1], runs = slab.size() / run;
    std::vector<unsigned char> bytes(static_cast<std::size_t>(run * header_.stored.bytes));
    std::vector<Index> at(n, 0);
    for (Index r = 0; r < runs; ++r) {
      Index offset = 0;
      for (std::size_t a = 0; a < n; ++a) offset = offset * shape[a] + slab.start[a] + at[a];
      stream_->seekg(static_cast<std::streamoff>(header_.data + offset * header_.stored.bytes));
      stream_->read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
      if (stream_->gcount() != static_cast<std::streamsize>(bytes.size()))
        refuse(file_, "cannot be read to its end; copy or write it again");
      to_doubles(bytes.data(), header_.stored, header_.swapped, run, values + r * run);
      for (std::size_t a = n > 0 ? n - 1 : 0; a-- > 0;) {
        if (++at[a] < slab.count[a]) break;
        at[a] = 0;
      }
    }
  }

  std::string file_;
  std::unique_ptr<std::istream> stream_;
  NpyHeader header_;
};

}  // namespace

Description description_of(NpyHeader const& header) {
  Description d;
  for (Index n : header.shape) d.axes.push_back({"", n, "", 0.0, ""});
  d.type = header.stored.name();
  return d;
}

std::unique_ptr<Reader> npy_reader(std::unique_ptr<std::istream> stream, std::string const& file, Index begin, Index end) {
  return std::make_unique<NpyReader>(std::move(stream), file, begin, end);
}

}  // namespace mollis::io

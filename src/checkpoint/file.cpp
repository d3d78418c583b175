#include "checkpoint/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "checkpoint/sums.hpp"
#include "io/attributes.hpp"
#include "io/mark.hpp"
#include "io/output_file.hpp"
#include "io/format.hpp"
#include "io/read.hpp"
#include "io/small_datasets.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"
#include "run/provenance.hpp"

namespace mollis::checkpoint {
namespace {

using Json = nlohmann::ordered_json;
using run::Error;
using run::Exit;

constexpr char const* index_name = "/index";       ///< JSON, as bytes
constexpr char const* numbers_name = "/numbers";   ///< of all parts, one after the other
constexpr Index most_values = Index{1} << 20;      ///< that a rank verifies in one go

std::string field_name(std::string const& part, std::string const& name) { return "/fields/" + part + "/" + name; }

/// The index lists what is where; all numbers stand in one dataset, so that they come back bit by bit, NaN included.
struct Packed {
  Json index;
  std::vector<double> numbers;
};

Packed packed(Content const& content) {
  Packed out;
  out.index["identity"] = content.identity;
  for (auto const& [part, quantities] : content.parts) {
    Json entry{{"numbers", Json::object()}, {"texts", quantities.all_texts()}, {"fields", Json::object()}};
    for (auto const& [name, values] : quantities.all_numbers()) {
      entry["numbers"][name] = {out.numbers.size(), values.size()};
      out.numbers.insert(out.numbers.end(), values.begin(), values.end());
    }
    out.index["parts"][part] = entry;
  }
  return out;
}

void write_bytes(hid_t file, std::string const& bytes) {
  io::Handle const space = io::simple_space({bytes.size()});
  io::Handle const data(H5Dcreate2(file, index_name, H5T_NATIVE_UCHAR, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  io::require(H5Dwrite(data, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()));
}

std::string bytes_of(std::vector<double> const& values) {
  return std::string(reinterpret_cast<char const*>(values.data()), values.size() * sizeof(double));
}

/// The shape of a dataset that is known to be there. By one rank.
io::Sizes shape_in(hid_t dataset) {
  io::Handle const space(H5Dget_space(dataset), H5Sclose);
  return io::shape_of(space);
}

template <class T>
std::vector<T> read_all(hid_t file, char const* name, hid_t type) {
  io::Handle const data(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose);
  std::size_t count = 1;
  for (auto const extent : shape_in(data)) count *= extent;
  std::vector<T> values(count);
  if (count > 0) io::require(H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  return values;
}

Index read_integer(hid_t file, char const* name) {
  io::Handle const attribute(H5Aopen(file, name, H5P_DEFAULT), H5Aclose);
  Index value = 0;
  io::require(H5Aread(attribute, H5T_NATIVE_INT64, &value));
  return value;
}

/// Pieces of a dataset, number mine, mine + step, ...: whole sub-arrays along its last axes, so that each is a run of global
/// indices. The sum over them. By one rank.
Sum sum_of_pieces(hid_t dataset, Index mine, Index step) {
  auto const shape = shape_in(dataset);
  std::size_t split = shape.size();
  Index run = 1;
  while (split > 0 && run * static_cast<Index>(shape[split - 1]) <= most_values) run *= static_cast<Index>(shape[--split]);
  Index pieces = 1;
  for (std::size_t a = 0; a < split; ++a) pieces *= static_cast<Index>(shape[a]);
  std::vector<double> values(static_cast<std::size_t>(run));
  Sum sum = 0;
  for (Index piece = mine; piece < pieces && run > 0; piece += step) {
    io::Handle const space(H5Dget_space(dataset), H5Sclose), memory = io::simple_space({static_cast<hsize_t>(run)});
    io::Sizes start(shape.size(), 0), count = shape;
    Index rest = piece;
    for (std::size_t a = split; a-- > 0;) {
      start[a] = static_cast<hsize_t>(rest % static_cast<Index>(shape[a]));
      count[a] = 1;
      rest /= static_cast<Index>(shape[a]);
    }
    if (!shape.empty()) io::require(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
    io::require(H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values.data()));
    sum += sum_of(values.data(), run, piece * run);
  }
  return sum;
}

Error damaged(std::string const& path, std::string const& what) {
  return Error(Exit::bad_data, fmt::format("{}: the checkpoint is damaged ({})", path, what));
}

/// Index and numbers as rank 0 finds them, under their checksums.
void read_packed(std::string const& path, std::string& index, std::vector<double>& numbers) {
  if (!std::filesystem::exists(path)) throw Error(Exit::missing_input, fmt::format("{}: there is no checkpoint", path));
  if (!std::filesystem::is_regular_file(path))  // a pipe would block
    throw Error(Exit::bad_data, fmt::format("{}: is a pipe, a socket or a device, no checkpoint", path));
  io::Quiet const quiet;
  try {
    io::Handle const file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (H5Aexists(file, "checkpoint_version") <= 0) throw Error(Exit::bad_data, fmt::format("{}: is no checkpoint of Mollis", path));
    if (auto const version = read_integer(file, "checkpoint_version"); version != format_version)
      throw Error(Exit::bad_data, fmt::format("{}: the checkpoint has format {}, this Mollis reads {}; go on with the Mollis that wrote it, or begin "
                                              "anew without --restart", path, version, format_version));
    auto const bytes = read_all<unsigned char>(file, index_name, H5T_NATIVE_UCHAR);
    index.assign(bytes.begin(), bytes.end());
    numbers = read_all<double>(file, numbers_name, H5T_NATIVE_DOUBLE);
    auto const kept = read_all<unsigned char>(file, "/sums", H5T_NATIVE_UCHAR);
    if (std::string(kept.begin(), kept.end()) != io::checksum(index) + io::checksum(bytes_of(numbers)))
      throw damaged(path, "its index does not agree with its checksum");
  } catch (io::Hdf5Error const& reason) {
    throw damaged(path, reason.what());
  }
}

/// Fields against their checksums, all ranks at once.
void verify_fields(MPI_Comm comm, std::string const& path, Json const& index) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  std::vector<Sum> sums, wanted;
  run::collectively(comm, [&] {
    io::Quiet const quiet;
    try {
      io::Handle const file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
      for (auto const& [part, entry] : index["parts"].items())
        for (auto const& [name, sum] : entry["fields"].items()) {
          io::Handle const data(H5Dopen2(file, field_name(part, name).c_str(), H5P_DEFAULT), H5Dclose);
          wanted.push_back(sum.get<Sum>());
          sums.push_back(sum_of_pieces(data, rank, ranks));
        }
    } catch (io::Hdf5Error const& reason) {
      throw damaged(path, reason.what());
    }
  });
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_UINT64_T, MPI_SUM, comm);
  if (sums != wanted) throw damaged(path, "a field does not agree with its checksum");
}

}  // namespace

void write(MPI_Comm comm, std::string const& path, std::string const& shown, std::string const& id, Content const& content) {
  io::OutputFile file(comm, path, shown);
  auto out = packed(content);
  for (auto const& [part, quantities] : content.parts)
    for (auto const& [name, placed] : quantities.all_fields()) {
      file.write(placed.grid, field_name(part, name), placed.values, true);
      out.index["parts"][part]["fields"][name] = sum_of(comm, placed.grid, placed.values);
    }
  auto const index = out.index.dump();
  auto const sums = io::checksum(index) + io::checksum(bytes_of(out.numbers));
  file.commit(static_cast<Index>(index.size() + bytes_of(out.numbers).size()) + (1 << 16), [&](hid_t at) {
    write_bytes(at, index);
    io::write_vector(at, numbers_name, out.numbers);
    io::Handle const space = io::simple_space({sums.size()});
    io::Handle const data(H5Dcreate2(at, "/sums", H5T_NATIVE_UCHAR, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
    io::require(H5Dwrite(data, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, sums.data()));
    io::write_attributes(at, {{"checkpoint_version", format_version}, {"mollis", run::version()}});
    io::write_mark(at, program, id);
  });
}

Content read(MPI_Comm comm, std::string const& path) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  std::string text;
  std::vector<double> numbers;
  run::collectively(comm, [&] {
    if (rank == 0) read_packed(path, text, numbers);
  });
  run::broadcast(comm, text);
  run::broadcast(comm, numbers);
  auto const index = Json::parse(text);
  verify_fields(comm, path, index);
  Content content;
  content.identity = index["identity"].get<Identity>();
  for (auto const& [part, entry] : index["parts"].items()) {
    auto& quantities = content.parts[part];
    for (auto const& [name, text_of] : entry["texts"].items()) quantities.put_text(name, text_of.get<std::string>());
    for (auto const& [name, place] : entry["numbers"].items()) {
      auto const first = numbers.begin() + place[0].get<std::ptrdiff_t>();
      quantities.put(name, std::vector<double>(first, first + place[1].get<std::ptrdiff_t>()));
    }
    quantities.read_fields_from([path, part = std::string(part)](std::string const& name, grid::Grid const& grid) {
      return io::read_as_is(grid, path, field_name(part, name));
    });
  }
  return content;
}

}  // namespace mollis::checkpoint

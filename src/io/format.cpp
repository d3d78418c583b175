#include "io/format.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "deck/suggest.hpp"
#include "io/formats/all.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

constexpr std::size_t head_size = 4096;  // bytes that tell what a file is
constexpr std::size_t most_names = 12;   // in a message

std::string head_of(std::string const& file) {
  std::string head(head_size, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return head;
}

/// The dataset that "" means.
Description only_dataset(Format const& format, std::string const& file) {
  std::vector<Description> best;
  auto const names = format.datasets(file);
  std::optional<Error> reason;
  for (auto const& name : names) {
    try {
      auto description = format.describe(file, name);
      if (description.scales) continue;
      if (!best.empty() && description.axes.size() < best.front().axes.size()) continue;
      if (!best.empty() && description.axes.size() > best.front().axes.size()) best.clear();
      best.push_back(std::move(description));
    } catch (Error const& error) {  // no numbers: not what is meant
      reason = error;
    }
  }
  if (best.size() == 1) return best.front();
  if (best.empty() && names.size() == 1 && reason) throw *reason;
  throw Error(Exit::missing_input, fmt::format("{}: which dataset? the file holds {}; name one: dataset = \"...\"",
                                               file, names_text(names)));
}

}  // namespace

Index Slab::size() const {
  Index product = none ? 0 : 1;
  for (Index n : count) product *= n;
  return product;
}

std::string names_text(std::vector<std::string> names) {
  std::size_t const shown = std::min(names.size(), most_names), more = names.size() - shown;
  names.resize(shown);
  if (names.empty()) return "no datasets";
  return deck::quoted_list(names) + (more > 0 ? fmt::format(" and {} more", more) : "");
}

void throw_missing(std::string const& file, std::string const& dataset, std::vector<std::string> const& names) {
  throw Error(Exit::missing_input, fmt::format("{}: no dataset \"{}\"{}; the file holds {}", file, dataset,
                                               deck::did_you_mean(dataset, names), names_text(names)));
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool ends_with(std::string const& file, std::vector<std::string> const& endings) {
  auto const name = lower_case(file);
  return std::any_of(endings.begin(), endings.end(), [&](std::string const& ending) {
    return name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
  });
}

std::vector<Format const*> formats() {
  return {&hdf5_format(), &netcdf_format(), &npy_format(), &npz_format(), &tiff_format(), &nifti_format(), &csv_format()};
}

Format const& format_of(std::string const& file) {
  auto const head = head_of(file);
  if (head.empty()) throw Error(Exit::bad_data, file + ": is an empty file; copy or write it again");
  std::string meant = "n HDF5", known;
  for (Format const* format : formats()) {
    known += (known.empty() ? "" : ", ") + format->name();
    if (format != &hdf5_format() && ends_with(file, format->endings())) meant = " " + format->name();
    if (!format->knows(file, head)) continue;
    if (format->built_in()) return *format;
    throw Error(Exit::bad_data,
                fmt::format("{}: is a {} file, and this program was built without {}; install {} and build again, "
                            "or convert the file to HDF5",
                            file, format->name(), format->name(), format->package()));
  }
  throw Error(Exit::bad_data,
              fmt::format("{}: not a{} file, nor any other of {}; convert the data, or check that it was copied whole",
                          file, meant, known));
}

void require_readable(std::string const& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    throw Error(Exit::missing_input, fmt::format("{}: no such file; check the path (relative paths start at the deck's "
                                                 "directory) and that every node sees it",
                                                 file));
  }
  if (std::filesystem::is_directory(file, ignored)) throw Error(Exit::bad_data, file + ": is a directory, not a file");
  if (!std::filesystem::is_regular_file(file, ignored))
    throw Error(Exit::bad_data, file + ": is a pipe, a socket or a device; write the data to a file and name that");
  if (access(file.c_str(), R_OK) != 0) {
    throw Error(Exit::bad_data, fmt::format("{}: cannot be read: {}", file, std::strerror(errno)));
  }
}

Description describe(std::string const& file, std::string const& dataset) {
  require_readable(file);
  Format const& format = format_of(file);
  return dataset.empty() ? only_dataset(format, file) : format.describe(file, dataset);
}

Description describe_on_all(MPI_Comm comm, std::string const& file, std::string const& dataset) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  std::string bytes;
  run::collectively(comm, [&] {
    if (rank == 0) bytes = to_bytes(describe(file, dataset));
  });
  run::broadcast(comm, bytes);
  return description_from(bytes);
}

}  // namespace mollis::io

#include "io/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "io/descriptor.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

[[noreturn]] void throw_failed(std::string const& path, int reason) {
  throw Error(Exit::output_failed,
              fmt::format("{}: cannot be written: {}; free space or choose another [output] directory "
                          "(an earlier file of this name is untouched)",
                          path, std::strerror(reason)));
}

void sync(std::string const& path, int flags) {
  Descriptor const file{open(path.c_str(), flags)};
  if (file.value < 0) throw_failed(path, errno);
  // Some file systems sync no directories and say EINVAL.
  if (fsync(file.value) != 0 && errno != EINVAL && errno != EROFS) throw_failed(path, errno);
}

std::string parent_of(std::string const& path) {
  std::string const parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

void write_all(std::string const& path, std::string const& text) {
  Descriptor const file{open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666)};
  if (file.value < 0) throw_failed(path, errno);
  for (std::size_t done = 0; done < text.size();) {
    ssize_t const count = write(file.value, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_failed(path, errno);
    done += static_cast<std::size_t>(count);
  }
}

bool is_root(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank == 0;
}

void create(std::string const& directory) {
  std::error_code reason;
  std::filesystem::create_directories(directory, reason);
  if (!std::filesystem::is_directory(directory)) {
    throw Error(Exit::output_failed,
                fmt::format("{}: cannot make this directory: {}; choose another [output] directory", directory,
                            reason ? reason.message() : "a file is in its place"));
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    throw Error(Exit::output_failed,
                fmt::format("{}: cannot write into this directory: {}", directory, std::strerror(errno)));
  }
}

}  // namespace

void make_directory(MPI_Comm comm, std::string const& directory) {
  run::collectively(comm, [&] {
    if (is_root(comm)) create(directory);
  });
}

std::string partial_name(std::string const& path) { return path + ".partial"; }

void publish(std::string const& path) {
  std::string const partial = partial_name(path);
  sync(partial, O_RDONLY);
  if (std::rename(partial.c_str(), path.c_str()) != 0) throw_failed(path, errno);
  sync(parent_of(path), O_RDONLY | O_DIRECTORY);
}

void write_text_atomically(MPI_Comm comm, std::string const& path, std::string const& text) {
  run::collectively(comm, [&] {
    if (!is_root(comm)) return;
    try {
      write_all(partial_name(path), text);
      publish(path);
    } catch (Error const&) {
      unlink(partial_name(path).c_str());
      throw;
    }
  });
}

}  // namespace mollis::io

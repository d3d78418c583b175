#include "io/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <list>
#include <sstream>
#include <utility>

#include "io/descriptor.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::io {
namespace {

namespace fs = std::filesystem;
using run::Error;
using run::Exit;

[[noreturn]] void throw_failed(std::string const& shown, int reason) {
  throw Error(Exit::output_failed,
              fmt::format("{}: cannot be written: {}; free space or choose another place (what stood there is untouched)",
                          shown, std::strerror(reason)));
}

[[noreturn]] void throw_no_directory(std::string const& path, std::string const& reason) {
  throw Error(Exit::output_failed,
              fmt::format("{}: cannot make this directory: {}; choose another one", run::shown(path, 400), reason));
}

/// Some file systems sync no directories and say EINVAL.
bool synced(int file) { return fsync(file) == 0 || errno == EINVAL || errno == EROFS; }

/// What does not exist of a path, from the outermost directory in.
std::list<fs::path> missing_parts(std::string const& path) {
  std::list<fs::path> parts;
  for (fs::path part = path; !part.empty(); part = part.parent_path()) {
    std::error_code reason;
    if (fs::exists(part, reason)) break;
    if (reason) throw_no_directory(path, reason.message());
    if (part.has_filename()) parts.push_front(part);
  }
  return parts;
}

void write_all(int file, std::string const& text, std::string const& shown) {
  for (std::size_t done = 0; done < text.size();) {
    ssize_t const count = write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_failed(shown, errno);
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace

void write_text(std::string const& path, std::string const& text, std::string const& shown) {
  Descriptor const file{open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (file.value < 0) throw_failed(shown, errno);
  write_all(file.value, text, shown);
  if (!synced(file.value)) throw_failed(shown, errno);
}

std::optional<std::string> read_text(std::string const& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return std::nullopt;  // a pipe would block
  std::ifstream const file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void sync(std::string const& path) {
  Descriptor const file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0 || !synced(file.value)) throw_failed(path, errno);
}

std::string parent_of(std::string const& path) {
  std::string const parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

MadeDirectory::MadeDirectory(std::string const& path) {
  try {
    for (auto const& missing : missing_parts(path)) {
      std::error_code reason;
      if (fs::create_directory(missing, reason)) made_.push_back(missing.string());
      if (reason) throw_no_directory(path, reason.message());
    }
    std::error_code reason;
    path_ = fs::canonical(path, reason).string();
    if (reason || !fs::is_directory(path_, reason))
      throw_no_directory(path, reason ? reason.message() : "a file is in its place");
    if (access(path_.c_str(), W_OK | X_OK) != 0)
      throw Error(Exit::output_failed, fmt::format("{}: cannot write into this directory: {}", path, std::strerror(errno)));
  } catch (Error const&) {
    remove_made();
    throw;
  }
}

MadeDirectory::MadeDirectory(MadeDirectory&& other) noexcept { *this = std::move(other); }

MadeDirectory& MadeDirectory::operator=(MadeDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(made_, other.made_);
  return *this;
}

MadeDirectory::~MadeDirectory() { remove_made(); }

void MadeDirectory::remove_made() noexcept {
  for (; !made_.empty(); made_.pop_back()) rmdir(made_.back().c_str());
}

}  // namespace mollis::io

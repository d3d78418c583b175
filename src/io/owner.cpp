#include "io/owner.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <random>
#include <sstream>

#include "io/text.hpp"

namespace mollis::io {
namespace {

using Key = std::pair<char const*, std::string Owner::*>;
constexpr Key keys[] = {{"host", &Owner::host},       {"boot", &Owner::boot},       {"space", &Owner::space},
                        {"process", &Owner::process}, {"started", &Owner::started}, {"since", &Owner::since}};

std::string utc_now() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// The start of a running process in ticks after the boot, "?" where the system does not tell; nothing where there is no
/// such process, or only its corpse.
std::optional<std::string> start_of(std::string const& process) {
  auto const stat = read_text("/proc/" + process + "/stat");
  if (!stat || stat->empty()) {  // other users' processes may be hidden, but not from kill()
    bool const gone = kill(static_cast<pid_t>(std::atol(process.c_str())), 0) != 0 && errno == ESRCH;
    return gone ? std::nullopt : std::optional<std::string>("?");
  }
  std::istringstream fields(stat->substr(stat->rfind(')') + 1));  // the name before may hold anything
  std::string state, start;
  fields >> state;
  for (int field = 4; field <= 22; ++field) fields >> start;
  if (state == "Z" || state == "X") return std::nullopt;
  return start;
}

/// The digits of "pid:[4026531836]".
std::string name_space() {
  struct stat facts {};
  return stat("/proc/self/ns/pid", &facts) == 0 ? std::to_string(facts.st_ino) : "0";
}

std::string host_name() {
  char name[256] = "";
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "?";
}

std::string boot() { return read_text("/proc/sys/kernel/random/boot_id").value_or("00000000").substr(0, 8); }

}  // namespace

Owner this_process() {
  auto const process = std::to_string(getpid());
  return {host_name(), boot(), name_space(), process, start_of(process).value_or("?"), utc_now()};
}

std::string text_of(Owner const& owner) {
  std::string text;
  for (auto const& [key, member] : keys) text += fmt::format("{} {}\n", key, owner.*member);
  return text;
}

std::optional<Owner> owner_of(std::string const& text) {
  Owner owner;
  std::istringstream lines(text);
  for (std::string key, value; lines >> key >> value;) {
    for (auto const& [name, member] : keys)
      if (key == name) owner.*member = value;
  }
  for (auto const& [name, member] : keys)
    if ((owner.*member).empty()) return std::nullopt;
  return owner;
}

std::string temporary_name(std::string const& beginning) {
  auto const owner = this_process();
  return fmt::format("{}{}-{}-{}-{}-{}-{}", beginning, random_id(), owner.process, owner.started, owner.space, owner.boot,
                     owner.host);
}

std::optional<Owner> owner_of_name(std::string const& name, std::string const& beginning, std::string const& end) {
  if (name.size() <= beginning.size() + end.size() || name.rfind(beginning, 0) != 0 ||
      name.compare(name.size() - end.size(), end.size(), end) != 0)
    return std::nullopt;
  std::istringstream parts(name.substr(beginning.size(), name.size() - beginning.size() - end.size()));
  std::string id;
  Owner owner;
  for (auto* part : {&id, &owner.process, &owner.started, &owner.space, &owner.boot}) std::getline(parts, *part, '-');
  std::getline(parts, owner.host);  // which may hold a "-"
  bool const whole = id.size() == 12 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return whole && !owner.host.empty() ? std::optional(owner) : std::nullopt;
}

Life life_of(Owner const& owner) {
  auto const here = this_process();
  if (owner.host != here.host || owner.host == "?") return Life::unknown;
  if (owner.boot != here.boot) return Life::dead;
  if (owner.space != here.space) return Life::unknown;
  auto const start = start_of(owner.process);
  if (start == "?") return Life::unknown;
  return start == owner.started ? Life::alive : Life::dead;
}

std::string describe(Owner const& owner) {
  return fmt::format("process {} on host {}, since {}", owner.process, owner.host, owner.since);
}

std::string random_id() {
  std::random_device source;
  return fmt::format("{:08x}{:04x}", source(), source() & 0xffffu);
}

}  // namespace mollis::io

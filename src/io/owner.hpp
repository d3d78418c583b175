#pragma once
/// Who holds a lock or made a temporary: one process, told from all others, so that what a killed run left can go.
#include <optional>
#include <string>

namespace mollis::io {

struct Owner {
  std::string host, boot;  ///< boot: a number that changes whenever the host starts
  std::string space;       ///< number of the name space in which process numbers count (containers have their own)
  std::string process;
  std::string started;  ///< of the process, in ticks after the boot: its number may be used again
  std::string since;    ///< UTC
};

/// The calling process, now.
Owner this_process();

/// Lines "key value", and back; nothing where a key is missing.
std::string text_of(Owner const& owner);
std::optional<Owner> owner_of(std::string const& text);

/// The name of a new temporary, which says whose it is, from the first moment on: `beginning`, an ID that no other has,
/// and its owner, the calling process. And back: the owner of what `beginning` and `end` enclose.
std::string temporary_name(std::string const& beginning);
std::optional<Owner> owner_of_name(std::string const& name, std::string const& beginning, std::string const& end = "");

enum class Life { alive, dead, unknown };  ///< unknown: on another host, or in another container
Life life_of(Owner const& owner);

/// "process 12 on host a, since 2025-01-31T12:00:00Z".
std::string describe(Owner const& owner);

/// Twelve hexadecimal digits, new at every call and in every process.
std::string random_id();

}  // namespace mollis::io

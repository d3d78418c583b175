#include "io/protection.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>

#include "deck/problems.hpp"
#include "io/stored_in.hpp"

namespace mollis::io {
namespace {

/// Nothing where there is no such file.
std::optional<struct stat> facts_of(std::string const& file) {
  struct stat facts {};
  return stat(file.c_str(), &facts) == 0 ? std::optional(facts) : std::nullopt;
}

bool same(std::optional<struct stat> const& one, std::optional<struct stat> const& other) {
  return one && other && one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/// The name under which an input's values come from the file that is `there`; empty where they do not.
std::string way_to(deck::InputFile const& input, std::optional<struct stat> const& there) {
  if (same(there, facts_of(input.file))) return input.file;
  for (auto const& dataset : input.datasets)
    for (auto const& file : stored_in(input.file, dataset))
      if (same(there, facts_of(file))) return fmt::format("{}, whose {} is stored there", input.file, dataset);
  return "";
}

/// What speaks against writing over the target; empty where nothing does.
std::string objection(Target const& target, Protection const& protection) {
  struct stat link {};
  if (lstat(target.file.c_str(), &link) != 0) return "";  // nothing there
  auto const there = facts_of(target.file);
  if (same(there, facts_of(protection.deck)))
    return fmt::format("{} would be written over, but it is this deck; {}", target.file, target.remedy);
  if (!there || !S_ISREG(there->st_mode))
    return fmt::format("{} would be written over, but it is {}; {}", target.file,
                       !there                      ? "a link that leads nowhere"
                       : S_ISDIR(there->st_mode) ? "a directory"
                                                   : "no plain file",
                       target.remedy);
  if (protection.overwrite) return "";
  for (auto const& input : protection.inputs)
    if (auto const way = way_to(input, there); !way.empty())
      return fmt::format("{} would be written over, but {} reads it{}; {}, or say --overwrite", target.file, input.key,
                         way == target.file ? "" : " (as " + way + ")", target.remedy);
  if (target.is_own()) return "";
  return fmt::format("{} would be written over, but Mollis did not write it, or it was changed since; move it, {}, or say --overwrite",
                     target.file, target.remedy);
}

}  // namespace

void refuse_overwriting(std::vector<Target> const& targets, Protection const& protection) {
  deck::Problems problems;
  for (auto const& target : targets)
    if (auto const text = objection(target, protection); !text.empty()) problems.add(target.place, text);
  problems.raise();
}

}  // namespace mollis::io

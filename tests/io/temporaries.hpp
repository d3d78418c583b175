#pragma once
/// Temporaries of processes that no longer live, or live elsewhere.
#include <string>

#include "io/owner.hpp"

namespace files {

/// This process's number at a time when it was another's.
inline mollis::io::Owner dead() {
  auto owner = mollis::io::this_process();
  owner.started = "1";
  return owner;
}

/// The name of a temporary of this owner.
inline std::string temporary(mollis::io::Owner const& owner, std::string const& beginning, std::string const& end = "") {
  return beginning + mollis::io::random_id() + "-" + owner.process + "-" + owner.started + "-" + owner.space + "-" + owner.boot +
         "-" + owner.host + end;
}

}  // namespace files

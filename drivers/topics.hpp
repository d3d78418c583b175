#pragma once
/// mollis help [TOPIC]
#include <string>
#include <utility>
#include <vector>

#include "run/error.hpp"

namespace mollis::drivers {

using Commands = std::vector<std::pair<std::string, std::string>>;  ///< name, help

/// Prints a topic, or the index of commands and topics where it is empty; an unknown one is a usage error.
run::Exit show_topic(std::string const& topic, Commands const& commands, bool loud);

}  // namespace mollis::drivers

#pragma once
/// Which keys of [forward] an equation reads.
#include <string>
#include <vector>

#include "deck/deck.hpp"

namespace mollis::deck {

/// Whether the axes have t, so that equations that know both kinds are solved in time.
bool has_time(std::vector<std::string> const& axes);

/// Whether `equation` (empty: manufactured states) reads `key`; keys that every equation reads are not listed.
bool reads_key(std::optional<std::string> const& equation, bool in_time, std::string const& key);

/// The equations that read `key`, in words: "equation = \"langevin\" or ...".
std::string readers_of_key(std::string const& key);

}  // namespace mollis::deck

#pragma once
/// TOML values against their declarations.
#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <string>

#include "deck/schema.hpp"
#include "deck/text.hpp"

namespace mollis::deck {

/// Receives what is wrong and the node where it is wrong.
using Complaint = std::function<void(toml::node const& where, std::string const& what)>;

/// Checks type, limits and allowed words of a value (Type::table is not looked into). True where all is well.
bool check_value(Key const& key, toml::node const& node, Complaint const& complain);

/// The value of an integer or a float, the nearest one where an integer has no double; empty for anything else.
std::optional<double> real_of(toml::node const& node);

/// "the integer 3", "the text \"abc\"", "a list", ...
std::string describe(toml::node const& node);

}  // namespace mollis::deck

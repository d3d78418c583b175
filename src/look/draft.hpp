#pragma once
/// A deck to start from.
#include <string>

#include "look/survey.hpp"

namespace mollis::look {

/// A deck for the dataset that the file is most likely about, with a template of an equation. Comments that begin with
/// "# ?" ask what the file does not tell. It passes `mollis check` as it stands. Throws run::Error bad_data where the
/// file holds no array on a grid.
std::string draft(Survey const& survey);

}  // namespace mollis::look

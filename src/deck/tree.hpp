#pragma once
/// A document against the schema.
#include "deck/document.hpp"
#include "deck/schema.hpp"

namespace mollis::deck {

/// Reports unknown sections and keys (with the nearest known one, or the section where the key belongs), wrong types
/// and values, and absent required keys. What is wrong is removed and noted in document.broken; defaults are put in
/// where nothing was written. Afterwards every value in the tree is of its declared type.
void check_tree(Document& document);

}  // namespace mollis::deck

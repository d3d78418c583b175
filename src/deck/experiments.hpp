#pragma once
/// [[experiment]]: several experiments that share parameters become states and fields with names of their own, before anything
/// else reads the deck. What comes after sees a deck with more states, and residuals that hold once for each experiment.
#include <string>
#include <vector>

#include "deck/problems.hpp"

namespace mollis::deck {

class Document;

/// Moves what each [[experiment]] says of state STATE and field NAME to [observations.STATE_EXPERIMENT] and
/// [fields.NAME_EXPERIMENT], on top of what [observations.STATE] says for all (a field is replaced as a whole). A field that some
/// experiment leaves to [fields.NAME] stays there. Reports tables of another form, names that are none or stand twice, states and
/// fields that an experiment lacks. `overrides`: those of the document.
std::vector<Experiment> spread_experiments(Document& document, std::vector<std::string> const& overrides);

/// What a state or field is called in the residuals.
std::string name_in_residuals(std::vector<Experiment> const& experiments, std::string const& name);

/// Reports fields of experiments that neither the equation nor [forward] names: their values would go unread.
void check_fields_are_read(Deck const& deck, Problems& problems);

/// Decks without experiments that stand for those of the deck, one each, states and fields by their names in the residuals; the
/// deck itself where it has none.
std::vector<Deck> decks_of_experiments(Deck const& deck);

}  // namespace mollis::deck

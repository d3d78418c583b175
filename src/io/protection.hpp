#pragma once
/// No run writes over anything that it read, or that it did not write itself, unless it is told to.
#include <functional>
#include <string>
#include <vector>

#include "deck/input_files.hpp"

namespace mollis::io {

/// What a run reads, and whether --overwrite was said.
struct Protection {
  std::string deck;  ///< is never written over; may be empty
  std::vector<deck::InputFile> inputs;
  bool overwrite = false;
};

/// A file that a run would put in the place of what is there.
struct Target {
  std::string file;
  run::Place place;            ///< of the key that says so
  std::string remedy;          ///< "choose another [output] directory"
  std::function<bool()> is_own;  ///< whether Mollis wrote what is there, and nobody changed it
};

/// run::Error where a target stands in the place of the deck or of something that is no plain file, or, unless told to
/// overwrite, of an input or of something that Mollis did not write: a line each, that names both and what to do.
/// Exit usage where an override names all of these places, else bad_deck. Files are compared as the file system
/// sees them, so that links and ".." do not matter. By one rank.
void refuse_overwriting(std::vector<Target> const& targets, Protection const& protection);

}  // namespace mollis::io

#pragma once
/// From a deck file and overrides to a Deck.
#include <mpi.h>

#include <functional>
#include <string>
#include <vector>

#include "deck/deck.hpp"
#include "deck/problems.hpp"
#include "deck/source.hpp"

namespace mollis::deck {

/// What the deck is read for decides which sections it must have: invert and check grid, observations, parameters and
/// equation; mollify grid and observations; forward grid, observations and forward.
enum class Command { invert, mollify, forward, check };

/// Adds what else is wrong with a deck whose names and axes are known: its expressions, say. Not collective.
using Checker = std::function<void(Deck const&, Problems&)>;

/// The bytes of a deck. Throws run::Error (Exit::missing_input) where there is no readable file.
Source load(std::string const& path);

/// Checks everything and fills in the defaults. An override is section.key=value; a value that is not TOML is text.
/// Throws run::Error with one line for each thing that is wrong, all at once: Exit::bad_deck, or Exit::usage where
/// overrides alone are to blame. Touches no file.
Deck parse(Source const& source, std::vector<std::string> const& overrides, Command command,
           Checker const& checker = {});

/// load and parse. Not collective.
Deck read(std::string const& path, std::vector<std::string> const& overrides, Command command = Command::invert);

/// Gives a deck's text: load(path), or what stands in memory.
using Loader = std::function<Source()>;

/// The same deck, or the same error, on every rank: rank 0 alone loads it. Collective.
Deck read_on_all(MPI_Comm comm, Loader const& loader, std::vector<std::string> const& overrides, Command command,
                 Checker const& checker = {});
/// Of a file.
Deck read_on_all(MPI_Comm comm, std::string const& path, std::vector<std::string> const& overrides, Command command,
                 Checker const& checker = {});

}  // namespace mollis::deck

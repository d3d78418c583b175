#include "drivers/dispatch.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "forward/from_deck.hpp"
#include "problem/compile.hpp"

namespace mollis::drivers {
namespace {

using deck::Command;

Command command_named(std::string const& name) {
  if (name == "invert") return Command::invert;
  if (name == "mollify") return Command::mollify;
  return name == "forward" ? Command::forward : Command::check;
}

}  // namespace

deck::Deck read_deck(MPI_Comm comm, std::string const& command, deck::Loader const& source, std::vector<std::string> const& overrides) {
  auto const kind = command_named(command);
  auto const check_expressions = [&](deck::Deck const& deck, deck::Problems& problems) {
    if (kind == Command::mollify) return problem::check_walls(deck, problems);
    if (kind != Command::forward) return problem::check_expressions(deck, problems);
    problem::check_values(deck, problems);
    forward::check_expressions(deck, problems);
  };
  return deck::read_on_all(comm, source, overrides, kind, check_expressions);
}

deck::Deck read_result_deck(MPI_Comm comm, std::string const& result) {
  auto const load = [&] {
    for (auto const* name : {"deck.toml", "result.h5"})
      if (!std::filesystem::is_regular_file(result + "/" + name))
        throw run::Error(run::Exit::missing_input, fmt::format("{}: no result of mollis invert: there is no {} in it; give the output directory of a run",
                                                               result, name));
    return deck::load(result + "/deck.toml");
  };
  return read_deck(comm, "invert", load, {});
}

run::Exit dispatch(MPI_Comm comm, std::string const& command, deck::Deck deck, CommandLine const& line, run::Stages& stages) {
  switch (command_named(command)) {
    case Command::invert: return invert(comm, deck, line, stages);
    case Command::mollify: return mollify(comm, std::move(deck), line, stages);
    case Command::forward: return forward(comm, deck, line, stages);
    case Command::check: break;
  }
  return check(comm, deck, line);
}

}  // namespace mollis::drivers

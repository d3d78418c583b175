#include "drivers/topics.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "deck/effective.hpp"
#include "deck/suggest.hpp"
#include "equation/reference.hpp"
#include "run/exits.hpp"

namespace mollis::drivers {
namespace {

using run::Exit;

struct Message {
  Exit code;
  char const *text, *meaning;
};

/// The commonest messages, "..." for what differs.
constexpr Message messages[] = {
    {Exit::usage, "... is not of the form section.key",
     "an override is section.key=value; texts may go without quotes: output.directory=run2"},
    {Exit::bad_data, "has shape ...", "a dataset has one axis of the grid each; order, at, crop and bin say which part is read"},
    {Exit::bad_data, "no finite value", "the dataset holds NaN alone: another dataset, or a failed conversion"},
    {Exit::missing_input, "no such file", "paths in a deck start at the deck, not at the working directory"},
    {Exit::missing_input, "the file holds ...", "the dataset's name: [observations.NAME] dataset"},
    {Exit::bad_deck, "unknown key ...; did you mean ...?", "mollis help deck lists the keys of every section"},
    {Exit::bad_deck, "unknown name ...",
     "states, parameters, fields and let names each need their section; mollis help equation"},
    {Exit::bad_deck, "no residual depends on this parameter",
     "its value would stay initial: use it in [equation] or remove it"},
    {Exit::bad_deck, "radius ... needs ... points", "a footprint is 2 radius + 1 points; radius = \"auto\" finds one"},
    {Exit::bad_deck, "weak form: ...",
     "write the residual with derivatives outside, or use form = \"strong\"; mollis help equation"},
};

std::string errors() {
  std::string text = "Messages name what is wrong, where it stands and what to do, on stderr, once for all ranks:\n\n"
                     "  case.toml:12:10: [mollifier] radius: ...     line 12, column 10 of the deck\n"
                     "  override \"mollifier.radius=90\": [mollifier] radius: ...\n\nExit codes\n";
  for (auto const& exit : run::exits())
    text += fmt::format("  {:>2}  {:<15} {}\n", static_cast<int>(exit.code), exit.meaning, exit.next);
  text += "\nCommon messages, with their codes (64 in place of 78 where an override is at fault)\n";
  for (auto const& message : messages)
    text += fmt::format("  {:>2}  {}\n      {}\n", static_cast<int>(message.code), message.text, message.meaning);
  return text;
}

struct Topic {
  char const *name, *help;
  std::string (*text)();
};

constexpr Topic topics[] = {{"deck", "sections and keys of decks: types, limits, defaults", deck::reference},
                            {"equation", "expressions: functions, derivatives, what the weak form takes", equation::reference},
                            {"errors", "exit codes and the commonest messages", errors}};

std::string index(Commands const& commands) {
  std::string text = "mollis COMMAND DECK [section.key=value ...] [-- PETSc options]\n\nCommands (mollis COMMAND --help)\n";
  for (auto const& [name, help] : commands) text += fmt::format("  {:<9} {}\n", name, help);
  text += "\nTopics (mollis help TOPIC)\n";
  for (auto const& topic : topics) text += fmt::format("  {:<9} {}\n", topic.name, topic.help);
  return text;
}

}  // namespace

Exit show_topic(std::string const& topic, Commands const& commands, bool loud) {
  std::vector<std::string> names;
  for (auto const& known : topics) {
    names.emplace_back(known.name);
    if (topic != known.name) continue;
    if (loud) std::fputs(known.text().c_str(), stdout);
    return Exit::converged;
  }
  if (loud && topic.empty()) std::fputs(index(commands).c_str(), stdout);
  if (loud && !topic.empty())
    fmt::print(stderr, "mollis help {}: no such topic{}; the topics are {}\n", topic, deck::did_you_mean(topic, names),
               deck::quoted_list(names));
  return topic.empty() ? Exit::converged : Exit::usage;
}

}  // namespace mollis::drivers

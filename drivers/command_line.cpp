#include "drivers/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "drivers/job_size.hpp"
#include "drivers/topics.hpp"
#include "run/interrupt.hpp"
#include "run/provenance.hpp"

namespace mollis::drivers {
namespace {

using run::Exit;

Commands const& deck_commands() {
  static Commands const commands{{"invert", "recover the hidden parameters of DECK"},
                                 {"mollify", "smooth the observations of DECK; write derivatives with standard errors"},
                                 {"forward", "make synthetic observations as [forward] of DECK says"},
                                 {"check", "validate DECK, hold its data's shape against the grid; print the effective deck, decomposition, memory estimate"}};
  return commands;
}

void declare_restart(CLI::App& command, Request& request) {
  command.add_flag("--restart{yes}", request.restart, "go on from the checkpoint in the output directory; --restart=auto: if there is one")
      ->check(CLI::IsMember({"yes", "auto"}));
  command.add_option("--max-walltime", request.max_walltime, "HH:MM:SS after which the run stops with a checkpoint (exit 75)")
      ->check([](std::string const& text) {
        return run::seconds_of(text) > 0.0 ? std::string() : "\"" + text + "\" is no time; write HH:MM:SS, MM:SS or seconds";
      });
}

void declare_job(CLI::App& command, Request& request) {
  command.add_option("--ranks", request.ranks, "what the deck takes on so many ranks, and the line that submits it")->check(CLI::Range(1, 1 << 22));
  command.add_option("--model", request.model, "a scaling study from which hours are told (default: DECK.weak or DECK.strong beside the deck)");
  command.add_option("--machine", request.machine, "where the job is to run: a name of tools/machines or FILE.toml (default: where the study ran)");
  command.add_option("--memory-per-rank", request.memory, "the fewest ranks that fit, e.g. 4G")->check([](std::string const& text) {
    return bytes_of(text) > 0.0 ? std::string() : "\"" + text + "\" is no size; write e.g. 4G or 900M";
  });
}

/// A finite number, or what is wrong.
std::string check_time(std::string const& text) {
  char* end = nullptr;
  double const value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && std::isfinite(value) ? std::string() : "\"" + text + "\" is no time; write a number in the unit of axis t";
}

void declare_predict(CLI::App& app, Request& request) {
  auto* command = app.add_subcommand("predict", "run the equation of a result forward from what was fitted; compare with the data");
  command->add_option("result", request.result, "output directory of mollis invert")->required();
  command->add_option("--from", request.from, "begin at the fit's last frame at or before this time (default: its first)")->check(check_time);
  command->add_option("--until", request.until, "predict the frames up to this time, also those after the fit's last")->check(check_time);
  command->add_option("--ends", request.ends, "values at open ends: fitted, data (at later frames those of the data), insulated (no flux)")
      ->check(CLI::IsMember({"fitted", "data", "insulated"}));
  declare_restart(*command, request);
  command->add_option("--output", request.output, "directory for what is predicted (default: RESULT/predict)");
  command->add_flag("--overwrite", request.overwrite, "replace files that this run reads, or that Mollis did not write");
}

void declare(CLI::App& app, Request& request) {
  app.footer("Options after -- go to PETSc, e.g. mollis invert case.toml -- -ksp_monitor -log_view");
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", run::version());
  for (auto const& [name, help] : deck_commands()) {
    auto* command = app.add_subcommand(name, help);
    command->add_option("deck", request.deck, "input deck (TOML)")->required();
    command->add_option("overrides", request.overrides, "section.key=value, e.g. grid.points=[64,64]");
    if (name == "check") declare_job(*command, request);
    if (name == "check") continue;
    if (name == "invert" || name == "forward") declare_restart(*command, request);
    command->add_flag("--overwrite", request.overwrite, "replace files that this run reads, or that Mollis did not write");
  }
  declare_predict(app, request);
  for (auto const& [name, help] : {std::pair{"look", "what FILE holds, and a deck to start from"},
                                   std::pair{"new", "a deck to start from, for the data in FILE: mollis new FILE > case.toml"}})
    app.add_subcommand(name, help)->add_option("file", request.file, "data file of any known format")->required();
  app.add_subcommand("scaling", "weak and strong scaling of DECK: makes, runs or submits a study; --collect DIR: its tables and pictures");
  app.add_subcommand("compare", "rank decks, or finished runs, by how they predict what was held out: is there a drift term?");
  app.add_subcommand("info", "versions of Mollis and its libraries, Kokkos backend")
      ->add_flag("--measure", request.measure, "instead: measure this machine; prints a table for mollis scaling --predict --machine FILE.toml");
  app.add_subcommand("help", "help on a topic; without one: the topics")->add_option("topic", request.topic, "what to explain");
}

/// The mistake in the command itself, if there is one.
std::string command_mistake(CLI::App const& app, int argc, char** argv) {
  if (!app.get_subcommands().empty() || (argc > 1 && argv[1][0] == '-')) return "";
  std::vector<std::string> names;
  for (auto const* command : app.get_subcommands([](auto const*) { return true; }))
    names.push_back(command->get_name());
  auto const list = fmt::format("the commands are {}; mollis --help explains them", fmt::join(names, ", "));
  return argc > 1 ? fmt::format("mollis: no command \"{}\"; {}", argv[1], list)
                  : "mollis: a command is needed; " + list;
}

Commands all_commands(CLI::App const& app) {
  Commands all;
  for (auto const* command : app.get_subcommands([](auto const*) { return true; }))
    all.emplace_back(command->get_name(), command->get_description());
  return all;
}

/// The words of the command line, "--restart auto" as "--restart=auto": options with a value that may be left out take it after "=".
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "--restart" && words[i + 1] == "auto") {
      words[i] += "=auto";
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  return words;
}

}  // namespace

std::optional<Exit> parse(int argc, char** argv, bool loud, Request& request) {
  CLI::App app{"Mollis: hidden parameter fields of PDEs from noisy observations.", "mollis"};
  declare(app, request);
  std::optional<Exit> verdict;
  try {
    auto words = words_of(argc, argv);
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    app.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (CLI::ParseError const& error) {
    verdict = error.get_exit_code() == 0 ? Exit::converged : Exit::usage;
    if (loud && (verdict == Exit::converged || command_mistake(app, argc, argv).empty())) app.exit(error);
  }
  if (verdict == Exit::converged) return verdict;
  if (auto const mistake = command_mistake(app, argc, argv); !mistake.empty()) {
    if (loud) fmt::print(stderr, "{}\n", mistake);
    return Exit::usage;
  }
  if (verdict) return verdict;
  request.command = app.get_subcommands().front()->get_name();
  if (request.command == "help") return show_topic(request.topic, all_commands(app), loud);
  return std::nullopt;
}

}  // namespace mollis::drivers

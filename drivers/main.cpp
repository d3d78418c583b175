// mollis COMMAND DECK [section.key=value ...] [-- PETSc options]
#include <mpi.h>
#include <petscsys.h>

#include <CLI/CLI.hpp>
#include <Kokkos_Core.hpp>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "deck/effective.hpp"
#include "deck/read.hpp"
#include "drivers/drivers.hpp"

namespace {

using mollis::deck::Command;
using mollis::run::Exit;

/// What the command line asks for.
struct Request {
  std::string command, deck, topic;
  std::vector<std::string> overrides;
};

/// Parses everything before "--". Returns the request, or the exit code where there is nothing to run.
std::optional<Exit> parse(int argc, char** argv, bool loud, Request& request) {
  CLI::App app{"Mollis: hidden parameter fields of PDEs from noisy observations.", "mollis"};
  app.footer("Options after -- go to PETSc, e.g. mollis invert case.toml -- -ksp_monitor -log_view");
  app.require_subcommand(1);
  for (auto const& [name, help] : std::vector<std::pair<std::string, std::string>>{
           {"invert", "recover the hidden parameters of DECK"},
           {"mollify", "smooth the observations of DECK and write derivatives with standard errors"},
           {"forward", "make synthetic observations as [forward] of DECK says"},
           {"check", "validate DECK; print the effective deck, decomposition and memory estimate"}}) {
    auto* command = app.add_subcommand(name, help);
    command->add_option("deck", request.deck, "input deck (TOML)")->required();
    command->add_option("overrides", request.overrides, "section.key=value, e.g. grid.points=[64,64]");
  }
  app.add_subcommand("info", "versions of Mollis and its libraries, Kokkos backend");
  auto* help = app.add_subcommand("help", "help on a topic");
  help->add_option("topic", request.topic, "\"deck\": the reference of all keys")->required();
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    bool const asked = error.get_exit_code() == 0;
    if (loud) app.exit(error);
    return asked ? Exit::converged : Exit::usage;
  }
  request.command = app.get_subcommands().front()->get_name();
  return std::nullopt;
}

Exit help(std::string const& topic, bool loud) {
  if (topic != "deck") {
    if (loud) std::fprintf(stderr, "mollis help %s: no such topic; the topics are: deck\n", topic.c_str());
    return Exit::usage;
  }
  if (loud) std::fputs(mollis::deck::reference().c_str(), stdout);
  return Exit::converged;
}

Exit dispatch(MPI_Comm comm, Request const& request, mollis::drivers::CommandLine const& line) {
  if (request.command == "info") return mollis::drivers::info(comm);
  auto const kind = request.command == "invert"    ? Command::invert
                    : request.command == "mollify" ? Command::mollify
                    : request.command == "forward" ? Command::forward
                                                   : Command::check;
  auto deck = mollis::deck::read_on_all(comm, request.deck, request.overrides, kind);
  if (kind == Command::invert) return mollis::drivers::invert(comm, std::move(deck), line);
  if (kind == Command::mollify) return mollis::drivers::mollify(comm, std::move(deck), line);
  if (kind == Command::forward) return mollis::drivers::forward(comm, deck);
  return mollis::drivers::check(comm, deck);
}

/// Runs the request between the start and the end of PETSc and Kokkos; prints errors once.
Exit run(Request const& request, int argc, char** argv, mollis::drivers::CommandLine const& line, bool loud) {
  PetscInitialize(&argc, &argv, nullptr, nullptr);
  PetscPushErrorHandler(PetscReturnErrorHandler, nullptr);  // errors come back as exceptions
  int no_arguments = 1;
  char* name[] = {argv[0], nullptr};
  Kokkos::initialize(no_arguments, name);
  Exit code = Exit::internal;
  try {
    code = dispatch(PETSC_COMM_WORLD, request, line);
  } catch (mollis::run::Error const& error) {
    code = error.code();
    if (loud) std::fprintf(stderr, "%s\n", error.what());
  } catch (std::exception const& error) {
    // Not agreed on by all ranks: the others may be waiting in a collective call.
    std::fprintf(stderr, "mollis: internal error: %s\n", error.what());
    std::fflush(stderr);
    MPI_Abort(MPI_COMM_WORLD, static_cast<int>(Exit::internal));
  }
  Kokkos::finalize();
  PetscPopErrorHandler();
  PetscFinalize();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  mollis::drivers::CommandLine line;
  for (int i = 0; i < argc; ++i) line.text += (i == 0 ? "" : " ") + std::string(argv[i]);

  int split = 1;
  while (split < argc && std::strcmp(argv[split], "--") != 0) ++split;
  std::vector<char*> petsc_arguments{argv[0]};
  for (int i = split + 1; i < argc; ++i) petsc_arguments.push_back(argv[i]);
  int const petsc_count = static_cast<int>(petsc_arguments.size());
  petsc_arguments.push_back(nullptr);

  Request request;
  auto const parsed = parse(split, argv, rank == 0, request);
  Exit code = Exit::converged;
  if (parsed)
    code = *parsed;
  else if (request.command == "help")
    code = help(request.topic, rank == 0);
  else
    code = run(request, petsc_count, petsc_arguments.data(), line, rank == 0);
  MPI_Finalize();
  return static_cast<int>(code);
}

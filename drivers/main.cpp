// mollis COMMAND DECK [section.key=value ...] [-- PETSc options]
#include <mpi.h>
#include <petscsys.h>

#include <fmt/format.h>

#include <Kokkos_Core.hpp>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "deck/read.hpp"
#include "drivers/command_line.hpp"
#include "drivers/drivers.hpp"
#include "forward/from_deck.hpp"
#include "petsc/failure.hpp"
#include "problem/compile.hpp"

namespace {

using mollis::deck::Command;
using mollis::drivers::Request;
using mollis::run::Exit;

Exit dispatch(MPI_Comm comm, Request const& request, mollis::drivers::CommandLine const& line) {
  if (request.command == "info") return mollis::drivers::info(comm);
  auto const kind = request.command == "invert"    ? Command::invert
                    : request.command == "mollify" ? Command::mollify
                    : request.command == "forward" ? Command::forward
                                                   : Command::check;
  auto const check_expressions = [&](mollis::deck::Deck const& deck, mollis::deck::Problems& problems) {
    if (kind == Command::mollify) return mollis::problem::check_walls(deck, problems);
    if (kind != Command::forward) return mollis::problem::check_expressions(deck, problems);
    mollis::problem::check_values(deck, problems);
    mollis::forward::check_expressions(deck, problems);
  };
  auto deck = mollis::deck::read_on_all(comm, request.deck, request.overrides, kind, check_expressions);
  if (kind == Command::invert) return mollis::drivers::invert(comm, deck, line);
  if (kind == Command::mollify) return mollis::drivers::mollify(comm, std::move(deck), line);
  if (kind == Command::forward) return mollis::drivers::forward(comm, deck, line);
  return mollis::drivers::check(comm, deck);
}

/// For errors that the ranks did not agree on: the others may be waiting in a collective call.
void abort(std::string const& message) {
  fmt::print(stderr, "mollis: {}\n", message);
  std::fflush(stderr);
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(Exit::internal));
}

/// Runs the request between the start and the end of PETSc and Kokkos; prints errors once.
Exit run(Request const& request, int argc, char** argv, mollis::drivers::CommandLine const& line, bool loud) {
  PetscInitialize(&argc, &argv, nullptr, nullptr);
  std::string said;
  PetscPushErrorHandler(mollis::petsc::keep_message, &said);  // errors come back as exceptions
  int no_arguments = 1;
  char* name[] = {argv[0], nullptr};
  Kokkos::initialize(no_arguments, name);
  Exit code = Exit::internal;
  try {
    code = dispatch(PETSC_COMM_WORLD, request, line);
  } catch (mollis::run::Error const& error) {
    code = error.code();
    if (loud) std::fprintf(stderr, "%s\n", error.what());
  } catch (mollis::petsc::Failure const& error) {
    code = error.is_wrong_option(said) ? Exit::usage : Exit::internal;
    if (code == Exit::internal) abort(fmt::format("internal error: {} ({})", error.what(), said));
    if (loud) fmt::print(stderr, "PETSc option after --: {}\n", said.substr(0, said.find('\n')));
  } catch (std::bad_alloc const&) {
    abort("out of memory; start more ranks or choose fewer points ('mollis check' estimates what a deck takes)");
  } catch (std::exception const& error) {
    abort(fmt::format("internal error: {}", error.what()));
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
  Exit const code = [&] {
    if (auto const done = mollis::drivers::parse(split, argv, rank == 0, request)) return *done;
    line.overwrite = request.overwrite;
    return run(request, petsc_count, petsc_arguments.data(), line, rank == 0);
  }();
  MPI_Finalize();
  return static_cast<int>(code);
}

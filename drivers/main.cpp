// mollis COMMAND DECK [section.key=value ...] [-- PETSc options]
#include <mpi.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "drivers/command_line.hpp"
#include "drivers/dispatch.hpp"
#include "drivers/standard_output.hpp"
#include "drivers/tool.hpp"
#include "petsc/session.hpp"
#include "run/interrupt.hpp"
#include "run/listen.hpp"
#include "run/together.hpp"

namespace {

using mollis::drivers::Request;
using mollis::run::Exit;

/// Whether the command stops with a checkpoint where a signal asks for it.
bool may_go_on(std::string const& command) { return command == "invert" || command == "forward" || command == "predict"; }

Exit dispatch(MPI_Comm comm, Request const& request, mollis::drivers::CommandLine const& line, mollis::run::Stages& stages) {
  if (request.command == "info") return request.measure ? mollis::drivers::measure(comm) : mollis::drivers::info(comm);
  if (request.command == "look") return mollis::drivers::look(comm, request.file);
  if (request.command == "new") return mollis::drivers::new_deck(comm, request.file);
  if (request.command == "predict")
    return mollis::drivers::predict(comm, request.result, mollis::drivers::read_result_deck(comm, request.result), line, stages);
  auto deck = mollis::drivers::read_deck(comm, request.command, [&] { return mollis::deck::load(request.deck); }, request.overrides);
  return mollis::drivers::dispatch(comm, request.command, std::move(deck), line, stages);
}

void start_kokkos() {
  try {
    Kokkos::initialize();
  } catch (std::exception const& error) {
    std::string const what = error.what();
    throw mollis::run::Error(Exit::usage, "Kokkos does not start: " + what.substr(0, what.find('\n')) +
                                              " Check the environment variables KOKKOS_... and OMP_...");
  }
}

/// PETSc and Kokkos from their start to their end, the command in between. Errors are run::Error on all ranks, or end the
/// program where one rank met them alone.
Exit run(Request const& request, std::vector<std::string> const& petsc_words, mollis::drivers::CommandLine const& line) {
  using mollis::run::together;
  std::optional<mollis::petsc::Session> session;
  together(MPI_COMM_WORLD, [&] {
    session.emplace(mollis::petsc::arguments(MPI_COMM_WORLD, petsc_words));
    start_kokkos();
  });
  mollis::drivers::outlive_refusals();
  if (may_go_on(request.command)) mollis::run::listen();   // PETSc has set handlers of its own
  mollis::run::Stages stages;
  Exit code = Exit::internal;
  std::exception_ptr error;
  try {
    together(MPI_COMM_WORLD, [&] {
      try {
        code = dispatch(PETSC_COMM_WORLD, request, line, stages);
      } catch (mollis::petsc::Failure const& failure) {
        throw session->explain(failure, stages.left_by_error());
      }
    });
  } catch (mollis::run::Error const&) {
    error = std::current_exception();
  }
  Kokkos::finalize();
  try {
    together(MPI_COMM_WORLD, [&] { session->finish(); });
  } catch (mollis::run::Error const&) {
    if (!error) throw;
  }
  if (error) std::rethrow_exception(error);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && mollis::drivers::is_tool(argv[1])) return mollis::drivers::become_tool(argc, argv);
  if (argc > 1 && may_go_on(argv[1])) mollis::run::listen();
  mollis::drivers::outlive_refusals();
  MPI_Init(&argc, &argv);
  double const started = MPI_Wtime();
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  mollis::drivers::CommandLine line;
  for (int i = 0; i < argc; ++i) line.text += (i == 0 ? "" : " ") + std::string(argv[i]);

  int split = 1;
  while (split < argc && std::strcmp(argv[split], "--") != 0) ++split;
  std::vector<std::string> const petsc_words(argv + std::min(split + 1, argc), argv + argc);

  Request request;
  Exit const code = [&] {
    if (auto const done = mollis::drivers::parse(split, argv, rank == 0, request)) return *done;
    line.overwrite = request.overwrite;
    line.restart.wanted = !request.restart.empty();
    line.job = {request.ranks, request.memory.empty() ? 0.0 : mollis::drivers::bytes_of(request.memory), request.model, request.machine};
    line.restart.automatic = request.restart == "auto";
    if (!request.from.empty()) line.prediction.from = std::strtod(request.from.c_str(), nullptr);
    if (!request.until.empty()) line.prediction.until = std::strtod(request.until.c_str(), nullptr);
    line.prediction.ends = request.ends;
    line.prediction_directory = request.output;
    if (!request.max_walltime.empty()) line.restart.until = started + mollis::run::seconds_of(request.max_walltime);
    try {
      return run(request, petsc_words, line);
    } catch (mollis::run::Error const& error) {
      if (rank == 0) std::fprintf(stderr, "%s\n", error.what());
      return error.code();
    }
  }();
  mollis::drivers::outlive_refusals();
  MPI_Finalize();
  bool const writes_files = request.command == "invert" || request.command == "mollify" || request.command == "forward" || request.command == "predict";
  return static_cast<int>(writes_files ? code : mollis::drivers::printed(code));
}

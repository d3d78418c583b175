// mollis._core.run: a command of the program on a deck in memory.
#include <nanobind/stl/function.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "drivers/dispatch.hpp"
#include "petsc/failure.hpp"
#include "python/bindings/parts.hpp"
#include "python/bindings/runtime.hpp"
#include "run/together.hpp"

namespace mollis::python {
namespace {

namespace nb = nanobind;

/// The lines of a run go to Python, which may stop it there: Ctrl-C, or an exception of the callback.
run::Listener listener_of(nb::callable const& say) {
  return [&say](std::string const& line) {
    nb::gil_scoped_acquire const hold;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    say(line);
  };
}

/// restart: "yes", "auto", or empty: begin anew. max_walltime: seconds after which the run stops with a checkpoint.
int run_command(std::string const& command, std::string const& path, std::string const& directory, std::string const& text,
                std::vector<std::string> const& overrides, bool overwrite, nb::callable const& say, int comm_handle,
                std::string const& restart, double max_walltime) {
  MPI_Comm const comm = communicator(comm_handle);
  drivers::CommandLine line;
  line.text = "mollis." + command + "(" + path + ")";
  line.overwrite = overwrite;
  line.listener = listener_of(say);
  line.restart = {!restart.empty(), restart == "auto", MPI_Wtime() + max_walltime};
  nb::gil_scoped_release const release;
  auto const turn = take_turn();
  run::Stages stages;
  try {
    auto const load = [&] { return deck::Source{path, directory, text}; };
    auto deck = drivers::read_deck(comm, command, load, overrides);
    return static_cast<int>(drivers::dispatch(comm, command, std::move(deck), line, stages));
  } catch (petsc::Failure const& failure) {
    throw run::Error(run::Exit::internal, std::string("PETSc: ") + failure.what());
  }
}

}  // namespace

void add_program(nb::module_& module) {
  module.def("run", run_command, nb::arg("command"), nb::arg("path"), nb::arg("directory"), nb::arg("text"), nb::arg("overrides"),
             nb::arg("overwrite"), nb::arg("say"), nb::arg("comm"), nb::arg("restart"), nb::arg("max_walltime"),
             "Runs invert, mollify, forward or check on the text of a deck; relative files start in `directory`. Returns the exit code; "
             "raises Error where the program would print one. Collective on the communicator.");
}

}  // namespace mollis::python

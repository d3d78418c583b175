// The module mollis._core: what the package mollis is made of; its users see mollis/*.py.
#include <nanobind/nanobind.h>

#include "petsc/failure.hpp"
#include "python/bindings/arrays.hpp"
#include "python/bindings/parts.hpp"
#include "python/bindings/runtime.hpp"
#include "run/error.hpp"

namespace {

/// run::Error becomes mollis._core.Error(message, exit code).
void translate(std::exception_ptr const& error, void* type) {
  try {
    std::rethrow_exception(error);
  } catch (mollis::run::Error const& e) {
    auto const arguments = nanobind::make_tuple(e.what(), static_cast<int>(e.code()));
    PyErr_SetObject(static_cast<PyObject*>(type), arguments.ptr());
  }
}

}  // namespace

NB_MODULE(_core, module) {
  nanobind::set_leak_warnings(false);   // what users hold when the interpreter ends is no leak of theirs
  module.doc() = "Mollis's compiled rooms. Use the package mollis.";
  auto const error = nanobind::exception<mollis::run::Error>(module, "Error");
  nanobind::register_exception_translator(translate, error.ptr());
  module.attr("device") = mollis::python::device();
  module.def("start", mollis::python::start);
  module.def("finish", mollis::python::finish);
  mollis::python::add_program(module);
  mollis::python::add_mollifier(module);
  mollis::python::add_residual(module);
}

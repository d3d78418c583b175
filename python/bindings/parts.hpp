#pragma once
/// The parts of the module: each adds its names.
#include <nanobind/nanobind.h>

namespace mollis::python {

void add_program(nanobind::module_& module);
void add_mollifier(nanobind::module_& module);
void add_residual(nanobind::module_& module);

}  // namespace mollis::python

// mollis._core.Residual: the text of residuals as the features that they read and a tape over them.
#include <nanobind/stl/array.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <array>

#include "equation/system.hpp"
#include "python/bindings/parts.hpp"

namespace mollis::python {
namespace {

namespace nb = nanobind;
using Words = std::vector<std::string>;

/// In the order of kernels::Op.
constexpr std::array operations = {
    "constant", "input", "add",  "subtract", "multiply", "divide", "negate", "power", "integer_power", "sqrt",       "exp",
    "log",      "sin",   "cos",  "tan",      "tanh",     "sinh",   "cosh",   "asin",  "acos",          "atan",       "erf",
    "abs",      "sign",  "step", "atan2",    "min",      "max",    "less",   "less_equal", "equal",    "unequal",    "when",
    "unless"};
static_assert(operations.size() == static_cast<std::size_t>(kernels::Op::unless) + 1);

std::string name_of(equation::Feature const& feature, equation::Symbols const& symbols) {
  auto const at = static_cast<std::size_t>(feature.index);
  switch (feature.kind) {
    case equation::Feature::Kind::coordinate: return symbols.axes[at];
    case equation::Feature::Kind::state: return symbols.states[at];
    case equation::Feature::Kind::parameter: return symbols.parameters[at];
    case equation::Feature::Kind::field: return symbols.fields[at];
    case equation::Feature::Kind::term:
    case equation::Feature::Kind::variance: break;
  }
  throw std::logic_error("terms and their variances belong to the weak form");
}

struct Residual {
  equation::Symbols symbols;
  equation::System system;
};

Residual compile(Words const& residuals, Words const& axes, Words const& states, Words const& parameters, Words const& fields,
                 std::map<std::string, std::string> const& let) {
  equation::Symbols symbols;
  symbols.axes = axes;
  symbols.states = states;
  symbols.parameters = parameters;
  symbols.fields = fields;
  symbols.let = let;
  symbols.depends.assign(parameters.size(), std::vector<bool>(axes.size(), true));
  symbols.field_depends.assign(fields.size(), std::vector<bool>(axes.size(), true));
  symbols.log_parameter.assign(parameters.size(), false);
  try {
    auto system = equation::compile(residuals, symbols, equation::Form::strong);
    return {std::move(symbols), std::move(system)};
  } catch (equation::SyntaxError const& error) {
    throw std::invalid_argument(error.which + ": " + error.what());
  }
}

/// (name, derivative order along each axis), in the order in which the tape reads them.
nb::list features_of(Residual const& residual) {
  nb::list result;
  for (auto const& feature : residual.system.features) {
    nb::list orders;
    for (std::size_t a = 0; a < residual.symbols.axes.size(); ++a) orders.append(feature.order[a]);
    result.append(nb::make_tuple(name_of(feature, residual.symbols), nb::tuple(orders)));
  }
  return result;
}

/// (operation, target, a, b, value): register[target] := operation(register[a], register[b]).
nb::list code_of(kernels::Tape const& tape) {
  nb::list result;
  for (auto const& step : tape.code)
    result.append(nb::make_tuple(operations[static_cast<std::size_t>(step.op)], step.target, step.a, step.b, step.value));
  return result;
}

/// (code, outputs, [(residual, feature), ...] of the outputs).
nb::tuple partials_of(kernels::Tape const& tape, std::vector<equation::Partial> const& partials) {
  nb::list places;
  for (auto const& partial : partials) places.append(nb::make_tuple(partial.residual, partial.feature));
  return nb::make_tuple(code_of(tape), tape.outputs, places);
}

}  // namespace

void add_residual(nb::module_& module) {
  nb::class_<Residual>(module, "Residual")
      .def_prop_ro("features", features_of)
      .def_prop_ro("code", [](Residual const& r) { return code_of(r.system.residual); })
      .def_prop_ro("state_partials", [](Residual const& r) { return partials_of(r.system.state_partials, r.system.by_state); })
      .def_prop_ro("parameter_partials", [](Residual const& r) { return partials_of(r.system.parameter_partials, r.system.by_parameter); })
      .def_prop_ro("outputs", [](Residual const& r) { return r.system.residual.outputs; })
      .def_prop_ro("text", [](Residual const& r) { return r.system.text; });
  module.def("compile", compile);
}

}  // namespace mollis::python

#pragma once
/// Helpers: symbols of small systems, and tapes run at a single point on the host.
#include <gtest/gtest.h>

#include <functional>

#include "equation/system.hpp"
#include "kernels/field.hpp"

namespace mollis::equation {

using Reader = std::function<double(Feature const&)>;  ///< the value of a feature at the point

inline std::vector<double> run_tape(kernels::Tape const& tape, std::vector<double> const& inputs) {
  Field const in = make_field("in", static_cast<Index>(inputs.size()) + 1);
  Field const out = make_field("out", static_cast<Index>(tape.outputs.size()) + 1);
  auto const host_in = Kokkos::create_mirror_view(in);
  std::vector<kernels::Operand> operands;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    host_in(k) = inputs[k];
    operands.push_back({in.data() + k, {}});
  }
  Kokkos::deep_copy(in, host_in);
  std::vector<double*> outputs;
  for (std::size_t k = 0; k < tape.outputs.size(); ++k) outputs.push_back(out.data() + k);
  kernels::evaluate(tape, operands, outputs, {1, 1, 1, 1});
  auto const host_out = on_host(out);
  return std::vector<double>(host_out.data(), host_out.data() + tape.outputs.size());
}

inline std::vector<double> read_all(std::vector<Feature> const& features, Reader const& reader) {
  std::vector<double> values;
  for (auto const& feature : features) values.push_back(reader(feature));
  return values;
}

/// Residual 0 at a point.
inline double residual_at(System const& system, Reader const& reader) {
  return run_tape(system.residual, read_all(system.features, reader)).at(0);
}

/// Axes y, x; state u; everything depends on all axes.
inline Symbols plane() {
  Symbols s;
  s.axes = {"y", "x"};
  s.states = {"u", "v"};
  s.parameters = {"lambda", "k"};
  s.fields = {"m"};
  s.depends = {{true, true}, {false, false}};
  s.field_depends = {{true, true}};
  s.log_parameter = {false, false};
  return s;
}

inline Feature state(int index, int y = 0, int x = 0) { return {Feature::Kind::state, index, {y, x, 0, 0}}; }
inline Feature parameter(int index, int y = 0, int x = 0) { return {Feature::Kind::parameter, index, {y, x, 0, 0}}; }

inline bool reads(System const& system, Feature const& feature) {
  for (auto const& f : system.features) {
    if (f == feature) return true;
  }
  return false;
}

}  // namespace mollis::equation

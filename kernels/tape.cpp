#include "kernels/tape.hpp"

#include <algorithm>
#include <stdexcept>
#include <type_traits>

#include "kernels/field.hpp"
#include "kernels/tape_layout.hpp"

namespace mollis::kernels {

Layout collapse(std::vector<Operand> const& inputs, Extents const& extents) {
  Layout layout;
  layout.strides.resize(inputs.size());
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (extents[axis] == 1) continue;
    bool merges = !layout.extents.empty();
    for (std::size_t k = 0; k < inputs.size() && merges; ++k) {
      merges = layout.strides[k].back() == inputs[k].stride[axis] * extents[axis];
    }
    if (merges) {
      layout.extents.back() *= extents[axis];
    } else {
      layout.extents.push_back(extents[axis]);
    }
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (merges) layout.strides[k].pop_back();
      layout.strides[k].push_back(inputs[k].stride[axis]);
    }
  }
  return layout;
}

void evaluate(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
              Extents const& extents) {
  if (inputs.size() != static_cast<std::size_t>(tape.inputs) || outputs.size() != tape.outputs.size()) {
    throw std::invalid_argument("tape: the number of inputs or outputs does not match");
  }
  if (std::any_of(extents.begin(), extents.end(), [](Index n) { return n <= 0; })) return;
  if (std::all_of(outputs.begin(), outputs.end(), [](double* p) { return p == nullptr; })) return;
  if constexpr (std::is_same_v<Execution, Kokkos::DefaultHostExecutionSpace>) {
    evaluate_blocks(tape, inputs, outputs, extents);
  } else {
    evaluate_points(tape, inputs, outputs, extents);
  }
}

}  // namespace mollis::kernels

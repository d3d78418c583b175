#include "forward/lattice.hpp"

#include <algorithm>

#include "equation/system.hpp"
#include "kernels/tape.hpp"

namespace mollis::forward {
namespace {

Field to_device(std::vector<double> const& values) {
  auto const field = make_field("coordinates", static_cast<Index>(values.size()));
  auto const host = Kokkos::create_mirror_view(field);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(field, host);
  return field;
}

std::vector<double> evaluate(kernels::Tape const& tape, Lattice const& lattice) {
  auto const dimension = lattice.size();
  Extents extents{1, 1, 1, 1};
  std::vector<Field> coordinates;
  std::vector<kernels::Operand> inputs;
  for (std::size_t a = 0; a < dimension; ++a) {
    auto const position = max_axes - dimension + a;
    extents[position] = static_cast<Index>(lattice[a].size());
    coordinates.push_back(to_device(lattice[a]));
    inputs.push_back({coordinates.back().data(), {0, 0, 0, 0}});
    inputs.back().stride[position] = 1;
  }
  auto const values = make_field("expression", size_of(lattice));
  kernels::evaluate(tape, inputs, {values.data()}, extents);
  auto const host = on_host(values);
  return std::vector<double>(host.data(), host.data() + host.extent(0));
}

}  // namespace

Function from_expression(std::string const& text, std::vector<std::string> const& axes,
                         std::map<std::string, std::string> const& let) {
  return [tape = equation::compile_pointwise(text, axes, let)](Lattice const& lattice) {
    return size_of(lattice) == 0 ? std::vector<double>{} : evaluate(tape, lattice);
  };
}

}  // namespace mollis::forward

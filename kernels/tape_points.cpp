// A point a thread: for GPUs (and, in tests, for any default execution space).
#include "kernels/field.hpp"
#include "kernels/shape.hpp"
#include "kernels/tape_layout.hpp"
#include "kernels/tape_ops.hpp"

namespace mollis::kernels {

/// An instruction that reads two registers: one that has no use for the second names the first twice.
struct DeviceInstruction {
  Op op;
  std::int32_t target, a, b, exponent;
  double value;
};

struct DeviceOperand {
  double const* data;
  Shape stride;
};

struct TapeResult {
  double* data;
  std::int32_t source;
};

/// Everything a thread needs to run the tape at a point, in device memory.
struct DeviceTape {
  Kokkos::View<DeviceInstruction*, Execution::memory_space> code;
  Kokkos::View<DeviceOperand*, Execution::memory_space> operands;
  Kokkos::View<TapeResult*, Execution::memory_space> results;
  Shape extents;

  KOKKOS_INLINE_FUNCTION double load(std::int32_t input, Index point) const {
    DeviceOperand const& operand = operands(input);
    Index offset = 0;
    for (int axis = max_axes - 1; axis > 0; --axis) {
      Index const n = extents[axis];
      if (n == 1) continue;
      offset += (point % n) * operand.stride[axis];
      point /= n;
    }
    return operand.data[offset + point * operand.stride[0]];
  }

  /// Runs the code at a point; register k is registers[k * step].
  KOKKOS_INLINE_FUNCTION void run(Index point, double* registers, Index step) const {
    for (std::size_t i = 0; i < code.extent(0); ++i) {
      DeviceInstruction const& now = code(i);
      double& target = registers[now.target * step];
      if (now.op == Op::constant) {
        target = now.value;
      } else if (now.op == Op::input) {
        target = load(now.a, point);
      } else {
        target = apply(now.op, registers[now.a * step], registers[now.b * step], now.exponent);
      }
    }
    for (std::size_t k = 0; k < results.extent(0); ++k) {
      if (results(k).data != nullptr) results(k).data[point] = registers[results(k).source * step];
    }
  }
};

template <class T>
Kokkos::View<T*, Execution::memory_space> to_device(std::vector<T> const& values) {
  Kokkos::View<T*, Execution::memory_space> device(Kokkos::view_alloc(std::string("tape"), Kokkos::WithoutInitializing),
                                                   values.size());
  Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>> host(values.data(), values.size());
  Kokkos::deep_copy(device, host);
  return device;
}

DeviceTape to_device(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
                     Extents const& extents) {
  auto const layout = collapse(inputs, extents);
  DeviceTape device;
  device.extents = shape({1, 1, 1, 1});
  std::vector<DeviceOperand> operands(inputs.size());
  std::size_t const unused = max_axes - layout.extents.size();
  for (std::size_t a = 0; a < layout.extents.size(); ++a) device.extents[unused + a] = layout.extents[a];
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    operands[k] = {inputs[k].data, {}};
    for (std::size_t a = 0; a < layout.extents.size(); ++a) operands[k].stride[unused + a] = layout.strides[k][a];
  }
  std::vector<TapeResult> results(outputs.size());
  for (std::size_t k = 0; k < outputs.size(); ++k) results[k] = {outputs[k], tape.outputs[k]};
  std::vector<DeviceInstruction> code(tape.code.size());
  for (std::size_t i = 0; i < code.size(); ++i) {
    Instruction const& in = tape.code[i];
    code[i] = {in.op, in.target, in.a, is_binary(in.op) ? in.b : in.a, in.b, in.value};
  }
  device.code = to_device(code);
  device.operands = to_device(operands);
  device.results = to_device(results);
  return device;
}

/// Registers in the thread's own memory.
template <int capacity>
void run_local(DeviceTape const& device, Index points) {
  Kokkos::parallel_for(
      "mollis::tape", Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(0, points), KOKKOS_LAMBDA(Index point) {
        double registers[capacity];
        device.run(point, registers, 1);
      });
}

/// Registers in device memory, for tapes of any size: chunks of points one after the other.
void run_global(DeviceTape const& device, Index points, Index registers) {
  Index const chunk = points < 65536 ? points : 65536;
  auto const memory = make_field("tape registers", registers * chunk);
  for (Index first = 0; first < points; first += chunk) {
    Index const last = first + chunk < points ? first + chunk : points;
    Kokkos::parallel_for(
        "mollis::tape", Kokkos::RangePolicy<Execution, Kokkos::IndexType<Index>>(first, last),
        KOKKOS_LAMBDA(Index point) { device.run(point, memory.data() + (point - first), chunk); });
  }
}

void evaluate_points(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
                     Extents const& extents) {
  auto const device = to_device(tape, inputs, outputs, extents);
  Index points = 1;
  for (Index n : extents) points *= n;
  if (tape.registers <= 16) {
    run_local<16>(device, points);
  } else if (tape.registers <= 64) {
    run_local<64>(device, points);
  } else if (tape.registers <= 256) {
    run_local<256>(device, points);
  } else {
    run_global(device, points, tape.registers);
  }
  Execution().fence();
}

}  // namespace mollis::kernels

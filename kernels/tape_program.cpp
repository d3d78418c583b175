#include "kernels/tape_program.hpp"

#include <algorithm>

#include "kernels/tape_ops.hpp"

namespace mollis::kernels {

namespace {

constexpr Index long_enough = 64;  ///< rows of fewer points are joined with the next axis, at the price of gathers

Access access_along(std::vector<Index> const& strides, std::vector<Index> const& inner) {
  bool contiguous = true, uniform = true;
  Index expected = 1;
  for (std::size_t a = inner.size(); a-- > 0;) {
    Index const stride = strides[strides.size() - inner.size() + a];
    contiguous = contiguous && stride == expected;
    uniform = uniform && stride == 0;
    expected *= inner[a];
  }
  return uniform ? Access::uniform : contiguous ? Access::contiguous : Access::scattered;
}

void lay_out(Program& program, std::vector<Operand> const& inputs, Extents const& extents) {
  auto layout = collapse(inputs, extents);
  std::size_t split = layout.extents.size();
  while (split > 0 && program.length < long_enough) program.length *= layout.extents[--split];
  auto const middle = layout.extents.begin() + static_cast<std::ptrdiff_t>(split);
  program.outer.assign(layout.extents.begin(), middle);
  program.inner.assign(middle, layout.extents.end());
  for (Index n : program.outer) program.rows *= n;
  program.strides = std::move(layout.strides);
  for (auto const& strides : program.strides) program.access.push_back(access_along(strides, program.inner));
}

/// Follows the tape and keeps for each of its registers the slot that holds its value now.
class Translator {
 public:
  Translator(Program& program, Tape const& tape, std::vector<double*> const& outputs)
      : program_(program), tape_(tape), now_(static_cast<std::size_t>(tape.registers)),
        block_(static_cast<std::size_t>(tape.registers), -1), last_write_(now_.size(), -1) {
    program.scalars.resize(static_cast<std::size_t>(tape.inputs));
    for (std::size_t i = 0; i < tape.code.size(); ++i) last_write_[at(tape.code[i].target)] = static_cast<long>(i);
    result_of_.assign(now_.size(), -1);
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (outputs[k] != nullptr) result_of_[at(tape.outputs[k])] = static_cast<std::int32_t>(k);
    }
  }

  void run() {
    for (std::size_t i = 0; i < tape_.code.size(); ++i) now_[at(tape_.code[i].target)] = translate(i);
    for (auto const output : tape_.outputs) program_.outputs.push_back(now_[at(output)]);
  }

 private:
  static std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

  Slot scalar(double value) {
    program_.scalars.push_back(value);
    return {Slot::Kind::scalar, static_cast<std::int32_t>(program_.scalars.size() - 1)};
  }

  Slot varying(std::int32_t target, std::size_t instruction) {
    if (result_of_[at(target)] >= 0 && last_write_[at(target)] == static_cast<long>(instruction)) {
      return {Slot::Kind::result, result_of_[at(target)]};
    }
    auto& block = block_[at(target)];
    if (block < 0) block = program_.registers++;
    return {Slot::Kind::block, block};
  }

  Slot translate(std::size_t i) {
    auto const& in = tape_.code[i];
    if (in.op == Op::constant) return scalar(in.value);
    if (in.op == Op::input) {
      bool const uniform = program_.access[at(in.a)] == Access::uniform;
      return {uniform ? Slot::Kind::scalar : Slot::Kind::stream, in.a};
    }
    Slot const a = now_[at(in.a)], b = is_binary(in.op) ? now_[at(in.b)] : Slot{};
    bool const constant = a.kind == Slot::Kind::scalar && (!is_binary(in.op) || b.kind == Slot::Kind::scalar);
    Slot const target = constant ? scalar(0.0) : varying(in.target, i);
    program_.steps.push_back({in.op, target, a, b, in.b});
    return target;
  }

  Program& program_;
  Tape const& tape_;
  std::vector<Slot> now_;
  std::vector<std::int32_t> block_;
  std::vector<long> last_write_;
  std::vector<std::int32_t> result_of_;
};

}  // namespace

Program make_program(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
                     Extents const& extents) {
  Program program;
  lay_out(program, inputs, extents);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    bool const shared = std::find(outputs.begin(), outputs.end(), inputs[k].data) != outputs.end();
    if (shared && program.access[k] == Access::contiguous) program.access[k] = Access::scattered;
  }
  Translator(program, tape, outputs).run();
  return program;
}

}  // namespace mollis::kernels

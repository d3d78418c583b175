#include "equation/tape_builder.hpp"

#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

namespace mollis::equation {

namespace {

using kernels::Instruction;
using kernels::Op;
using Value = std::int32_t;  ///< number of the instruction that makes it

Op op_of(Function function) {
  switch (function) {
    case Function::sqrt: return Op::sqrt;
    case Function::exp: return Op::exp;
    case Function::log: return Op::log;
    case Function::sin: return Op::sin;
    case Function::cos: return Op::cos;
    case Function::tan: return Op::tan;
    case Function::tanh: return Op::tanh;
    case Function::sinh: return Op::sinh;
    case Function::cosh: return Op::cosh;
    case Function::asin: return Op::asin;
    case Function::acos: return Op::acos;
    case Function::atan: return Op::atan;
    case Function::erf: return Op::erf;
    case Function::abs: return Op::abs;
    case Function::sign: return Op::sign;
    case Function::step: return Op::step;
    case Function::atan2: return Op::atan2;
    case Function::min: return Op::min;
    case Function::max: return Op::max;
    case Function::less: return Op::less;
    case Function::less_equal: return Op::less_equal;
    case Function::equal: return Op::equal;
    case Function::unequal: return Op::unequal;
    case Function::where: break;  // when + unless
  }
  return Op::when;
}

/// Writes instructions, each value once; targets are the instructions' own numbers.
class Writer {
 public:
  explicit Writer(std::vector<Expr> const& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs_[inputs[i]] = static_cast<std::int32_t>(i);
  }

  Value write(Expr e) {
    if (auto const it = done_.find(e); it != done_.end()) return it->second;
    Value const value = write_new(e);
    done_.emplace(e, value);
    return value;
  }

  std::vector<Instruction> take() { return std::move(code_); }

 private:
  Value emit(Op op, Value a = 0, Value b = 0, double number = 0.0) {
    auto const [it, fresh] = known_.emplace(std::make_tuple(op, a, b, number), static_cast<Value>(code_.size()));
    if (fresh) code_.push_back({op, it->second, a, b, number});
    return it->second;
  }

  Value number(double value) { return emit(Op::constant, 0, 0, value); }

  Value write_new(Expr e) {
    switch (e->kind) {
      case Kind::number: return number(e->value);
      case Kind::feature: return emit(Op::input, inputs_.at(e));
      case Kind::sum: return write_sum(e);
      case Kind::product: return write_product(e);
      case Kind::power: {
        Value const base = write(e->parts[0].expr);
        return emit(Op::power, base, write(e->parts[1].expr));
      }
      case Kind::function: return write_function(e);
      case Kind::derivative: break;
    }
    throw std::logic_error("derivative operator left in an expression");
  }

  Value write_function(Expr e) {
    Value const a = write(e->parts[0].expr);
    if (e->parts.size() == 1) return emit(op_of(e->function), a);
    Value const b = write(e->parts[1].expr);
    if (e->parts.size() == 2) return emit(op_of(e->function), a, b);
    Value const c = write(e->parts[2].expr);
    return emit(Op::add, emit(Op::when, a, b), emit(Op::unless, a, c));
  }

  Value times(double factor, Value value) { return factor == 1.0 ? value : emit(Op::multiply, number(factor), value); }

  /// What is added first, then what is subtracted.
  Value write_sum(Expr e) {
    Value sum = -1;
    for (auto const& [part, weight] : e->parts) {
      if (weight < 0.0) continue;
      Value const term = times(weight, write(part));
      sum = sum < 0 ? term : emit(Op::add, sum, term);
    }
    if (e->value != 0.0) sum = sum < 0 ? number(e->value) : emit(Op::add, sum, number(e->value));
    for (auto const& [part, weight] : e->parts) {
      if (weight > 0.0) continue;
      Value const value = write(part);
      if (sum < 0) {
        sum = weight == -1.0 ? emit(Op::negate, value) : times(weight, value);
      } else {
        sum = emit(Op::subtract, sum, times(-weight, value));
      }
    }
    return sum;
  }

  /// One division a product.
  Value write_product(Expr e) {
    Value side[2] = {-1, -1};
    for (auto const& [part, exponent] : e->parts) {
      Value factor = write(part);
      auto const n = static_cast<std::int32_t>(std::abs(exponent));
      if (n != 1) factor = emit(Op::integer_power, factor, n);
      Value& product = side[exponent < 0.0 ? 1 : 0];
      product = product < 0 ? factor : emit(Op::multiply, product, factor);
    }
    if (side[1] < 0) return side[0];
    return emit(Op::divide, side[0] < 0 ? number(1.0) : side[0], side[1]);
  }

  std::unordered_map<Expr, std::int32_t> inputs_;
  std::unordered_map<Expr, Value> done_;
  std::map<std::tuple<Op, Value, Value, double>, Value> known_;
  std::vector<Instruction> code_;
};

bool reads_a(Op op) { return op != Op::constant && op != Op::input; }

/// Replaces values by registers, each free again after its value's last use. A target never shares with its operands.
void assign_registers(kernels::Tape& tape) {
  auto const forever = static_cast<Value>(tape.code.size());
  std::vector<Value> last(tape.code.size(), -1), place(tape.code.size(), -1);
  for (std::size_t i = 0; i < tape.code.size(); ++i) {
    auto const& now = tape.code[i];
    if (reads_a(now.op)) last[static_cast<std::size_t>(now.a)] = static_cast<Value>(i);
    if (kernels::is_binary(now.op)) last[static_cast<std::size_t>(now.b)] = static_cast<Value>(i);
  }
  for (Value output : tape.outputs) last[static_cast<std::size_t>(output)] = forever;
  std::vector<Value> free;
  for (std::size_t i = 0; i < tape.code.size(); ++i) {
    auto& now = tape.code[i];
    Value const target = free.empty() ? tape.registers++ : free.back();
    if (!free.empty()) free.pop_back();
    place[i] = target;
    now.target = target;
    auto const replace = [&](std::int32_t& operand, bool release) {
      auto const value = static_cast<std::size_t>(operand);
      if (release && last[value] == static_cast<Value>(i)) free.push_back(place[value]);
      operand = place[value];
    };
    bool const same = kernels::is_binary(now.op) && now.a == now.b;
    if (kernels::is_binary(now.op)) replace(now.b, !same);
    if (reads_a(now.op)) replace(now.a, true);
  }
  for (auto& output : tape.outputs) output = place[static_cast<std::size_t>(output)];
}

}  // namespace

kernels::Tape build_tape(std::vector<Expr> const& outputs, std::vector<Expr> const& inputs) {
  kernels::Tape tape;
  tape.inputs = static_cast<std::int32_t>(inputs.size());
  Writer writer(inputs);
  for (Expr e : outputs) tape.outputs.push_back(writer.write(e));
  tape.code = writer.take();
  assign_registers(tape);
  return tape;
}

}  // namespace mollis::equation

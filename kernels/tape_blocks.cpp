// Blocks of points along a row with a small register file each: every operation is one vectorised loop in cache.
#include <algorithm>

#include "kernels/tape_ops.hpp"
#include "kernels/tape_program.hpp"

namespace mollis::kernels {

namespace {

/// One worker: runs blocks of a program with its own registers.
class Worker {
 public:
  Worker(Program const& program, std::vector<Operand> const& inputs, std::vector<double*> const& outputs, Index width)
      : program_(program), inputs_(inputs), outputs_(outputs), width_(width), scalars_(program.scalars),
        streams_(inputs.size()), results_(outputs.size()), rows_(inputs.size()) {
    std::int32_t slots = program.registers;
    for (auto access : program.access) slots += access == Access::scattered ? 1 : 0;
    memory_.resize(static_cast<std::size_t>(slots) * static_cast<std::size_t>(width));
  }

  void start_row(Index row) {
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      Index offset = 0, left = row;
      for (std::size_t a = program_.outer.size(); a-- > 0; left /= program_.outer[a]) {
        offset += (left % program_.outer[a]) * program_.strides[k][a];
      }
      rows_[k] = inputs_[k].data + offset;
      if (program_.access[k] == Access::uniform) scalars_[k] = *rows_[k];
    }
    row_start_ = row * program_.length;
  }

  void run(Index start, Index n) {
    read(start, n);
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      results_[k] = outputs_[k] == nullptr ? nullptr : outputs_[k] + row_start_ + start;
    }
    for (auto const& step : program_.steps) run(step, n);
    write(n);
  }

 private:
  void read(Index start, Index n) {
    double* spare = memory_.data() + program_.registers * width_;
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      if (program_.access[k] == Access::contiguous) streams_[k] = rows_[k] + start;
      if (program_.access[k] != Access::scattered) continue;
      gather(k, start, n, spare);
      streams_[k] = spare;
      spare += width_;
    }
  }

  /// Values start .. start + n of a row, along the inner axes with carries.
  void gather(std::size_t input, Index start, Index n, double* target) const {
    auto const& inner = program_.inner;
    auto const* strides = program_.strides[input].data() + program_.outer.size();
    Extents at{};
    Index offset = 0;
    for (std::size_t a = inner.size(); a-- > 0; start /= inner[a]) {
      at[a] = start % inner[a];
      offset += at[a] * strides[a];
    }
    for (Index i = 0; i < n; ++i) {
      target[i] = rows_[input][offset];
      for (std::size_t a = inner.size(); a-- > 0;) {
        offset += strides[a];
        if (++at[a] < inner[a]) break;
        offset -= at[a] * strides[a];
        at[a] = 0;
      }
    }
  }

  double* writable(Slot slot) {
    return slot.kind == Slot::Kind::result ? results_[static_cast<std::size_t>(slot.index)]
                                           : memory_.data() + slot.index * width_;
  }
  double const* readable(Slot slot) {
    return slot.kind == Slot::Kind::stream ? streams_[static_cast<std::size_t>(slot.index)] : writable(slot);
  }
  double& number(Slot slot) { return scalars_[static_cast<std::size_t>(slot.index)]; }

  void write(Index n) {
    for (std::size_t k = 0; k < results_.size(); ++k) {
      Slot const from = program_.outputs[k];
      if (results_[k] == nullptr) continue;
      if (from.kind == Slot::Kind::scalar) {
        std::fill_n(results_[k], n, number(from));
      } else if (double const* values = readable(from); values != results_[k]) {
        std::copy_n(values, n, results_[k]);
      }
    }
  }

  template <Op op>
  void loop(Step const& step, Index n) {
    double* __restrict const t = writable(step.target);
    bool const scalar_a = step.a.kind == Slot::Kind::scalar;
    bool const scalar_b = is_binary(op) && step.b.kind == Slot::Kind::scalar;
    if (scalar_a) {
      double const a = number(step.a);
      double const* const b = readable(step.b);
      for (Index i = 0; i < n; ++i) t[i] = apply<op>(a, b[i], 0);
    } else if (scalar_b || !is_binary(op)) {
      double const* const a = readable(step.a);
      double const b = scalar_b ? number(step.b) : 0.0;
      for (Index i = 0; i < n; ++i) t[i] = apply<op>(a[i], b, 0);
    } else {
      double const* const a = readable(step.a);
      double const* const b = readable(step.b);
      for (Index i = 0; i < n; ++i) t[i] = apply<op>(a[i], b[i], 0);
    }
  }

  void integer_power(Step const& step, Index n) {
    double* __restrict const t = writable(step.target);
    double const* const a = readable(step.a);
    switch (step.exponent) {
      case 2:
        for (Index i = 0; i < n; ++i) t[i] = a[i] * a[i];
        break;
      case 3:
        for (Index i = 0; i < n; ++i) t[i] = a[i] * a[i] * a[i];
        break;
      case 4:
        for (Index i = 0; i < n; ++i) t[i] = (a[i] * a[i]) * (a[i] * a[i]);
        break;
      default:
        for (Index i = 0; i < n; ++i) t[i] = raise(a[i], step.exponent);
    }
  }

  void run(Step const& step, Index n) {
    if (step.target.kind == Slot::Kind::scalar) {
      number(step.target) = apply(step.op, number(step.a), is_binary(step.op) ? number(step.b) : 0.0, step.exponent);
      return;
    }
    switch (step.op) {
      case Op::add: return loop<Op::add>(step, n);
      case Op::subtract: return loop<Op::subtract>(step, n);
      case Op::multiply: return loop<Op::multiply>(step, n);
      case Op::divide: return loop<Op::divide>(step, n);
      case Op::negate: return loop<Op::negate>(step, n);
      case Op::power: return loop<Op::power>(step, n);
      case Op::integer_power: return integer_power(step, n);
      case Op::sqrt: return loop<Op::sqrt>(step, n);
      case Op::exp: return loop<Op::exp>(step, n);
      case Op::log: return loop<Op::log>(step, n);
      case Op::sin: return loop<Op::sin>(step, n);
      case Op::cos: return loop<Op::cos>(step, n);
      case Op::tan: return loop<Op::tan>(step, n);
      case Op::tanh: return loop<Op::tanh>(step, n);
      case Op::sinh: return loop<Op::sinh>(step, n);
      case Op::cosh: return loop<Op::cosh>(step, n);
      case Op::asin: return loop<Op::asin>(step, n);
      case Op::acos: return loop<Op::acos>(step, n);
      case Op::atan: return loop<Op::atan>(step, n);
      case Op::erf: return loop<Op::erf>(step, n);
      case Op::abs: return loop<Op::abs>(step, n);
      case Op::sign: return loop<Op::sign>(step, n);
      case Op::step: return loop<Op::step>(step, n);
      case Op::atan2: return loop<Op::atan2>(step, n);
      case Op::min: return loop<Op::min>(step, n);
      case Op::max: return loop<Op::max>(step, n);
      case Op::less: return loop<Op::less>(step, n);
      case Op::less_equal: return loop<Op::less_equal>(step, n);
      case Op::equal: return loop<Op::equal>(step, n);
      case Op::unequal: return loop<Op::unequal>(step, n);
      case Op::when: return loop<Op::when>(step, n);
      case Op::unless: return loop<Op::unless>(step, n);
      case Op::constant:
      case Op::input: return;
    }
  }

  Program const& program_;
  std::vector<Operand> const& inputs_;
  std::vector<double*> const& outputs_;
  Index width_, row_start_ = 0;
  std::vector<double> scalars_, memory_;
  std::vector<double const*> streams_;
  std::vector<double*> results_;
  std::vector<double const*> rows_;
};

/// Points a block: the register file stays in the first-level cache.
Index block_width(std::int32_t registers) {
  Index const fitting = 3072 / std::max<Index>(registers, 1) / 16 * 16;
  return std::clamp<Index>(fitting, 64, 256);
}

}  // namespace

void evaluate_blocks(Tape const& tape, std::vector<Operand> const& inputs, std::vector<double*> const& outputs,
                     Extents const& extents) {
  using Host = Kokkos::DefaultHostExecutionSpace;
  auto const program = make_program(tape, inputs, outputs, extents);
  Index const width = std::min(block_width(program.registers), program.length);
  Index const per_row = (program.length + width - 1) / width;
  Index const blocks = per_row * program.rows;
  Index const workers = std::min<Index>(blocks, Host().concurrency());
  Kokkos::parallel_for("mollis::tape", Kokkos::RangePolicy<Host, Kokkos::IndexType<Index>>(0, workers), [&](Index w) {
    Worker worker(program, inputs, outputs, width);
    Index row = -1;
    for (Index block = blocks * w / workers; block < blocks * (w + 1) / workers; ++block) {
      if (block / per_row != row) worker.start_row(row = block / per_row);
      Index const start = block % per_row * width;
      worker.run(start, std::min(width, program.length - start));
    }
  });
}

}  // namespace mollis::kernels

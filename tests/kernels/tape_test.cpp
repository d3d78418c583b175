// Tapes over boxes of points: broadcast strides, odd extents, merged axes, both ways of running them.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "kernels/field.hpp"
#include "kernels/tape_layout.hpp"

namespace mollis::kernels {
namespace {

Tape tape_of(std::vector<Instruction> code, std::int32_t inputs, std::vector<std::int32_t> outputs) {
  Tape tape{std::move(code), 0, inputs, std::move(outputs)};
  for (auto const& in : tape.code) tape.registers = std::max(tape.registers, in.target + 1);
  return tape;
}

/// r0 = a, r1 = b, r2 = c, r3 = a b + c, r4 = sin(r3) / 2, then r0 := r4^3: outputs r3, r0, b, 2
Tape sample() {
  return tape_of({{Op::input, 0, 0, 0, 0}, {Op::input, 1, 1, 0, 0}, {Op::input, 2, 2, 0, 0}, {Op::multiply, 4, 0, 1, 0},
                  {Op::add, 3, 4, 2, 0}, {Op::sin, 4, 3, 0, 0}, {Op::constant, 5, 0, 0, 2.0}, {Op::divide, 6, 4, 5, 0},
                  {Op::integer_power, 0, 6, 3, 0}},
                 3, {3, 0, 1, 5});
}

using Runner =
    std::function<void(Tape const&, std::vector<Operand> const&, std::vector<double*> const&, Extents const&)>;
std::vector<Runner> const runners = {evaluate, evaluate_blocks, evaluate_points};

Field random_field(Index size, unsigned seed) {
  Field const field = make_field("random", size);
  auto const host = Kokkos::create_mirror_view(field);
  std::mt19937 random(seed);
  for (Index i = 0; i < size; ++i) host(i) = std::uniform_real_distribution<double>(0.5, 1.5)(random);
  Kokkos::deep_copy(field, host);
  return field;
}

/// Row-major strides of a box, 0 along the axes whose bit is not set.
Extents strides_over(Extents const& extents, unsigned axes) {
  Extents stride{};
  Index step = 1;
  for (int a = max_axes - 1; a >= 0; --a) {
    auto const i = static_cast<std::size_t>(a);
    if ((axes >> a & 1u) == 0) continue;
    stride[i] = step;
    step *= extents[i];
  }
  return stride;
}

void check_broadcast(Extents const& n, std::array<unsigned, 3> const& axes) {
  Index const points = n[0] * n[1] * n[2] * n[3];
  std::vector<Field> fields;
  std::vector<Operand> operands;
  for (unsigned k = 0; k < 3; ++k) {
    fields.push_back(random_field(points, k));
    operands.push_back({fields[k].data(), strides_over(n, axes[k])});
  }
  auto const a = on_host(fields[0]), b = on_host(fields[1]), c = on_host(fields[2]);
  for (auto const& runner : runners) {
    std::vector<Field> out;
    for (int k = 0; k < 4; ++k) out.push_back(make_field("out", points));
    runner(sample(), operands, {out[0].data(), out[1].data(), out[2].data(), out[3].data()}, n);
    auto const sum = on_host(out[0]), cube = on_host(out[1]), copy = on_host(out[2]), two = on_host(out[3]);
    Index p = 0;
    for (Index i = 0; i < n[0]; ++i) {
      for (Index j = 0; j < n[1]; ++j) {
        for (Index k = 0; k < n[2]; ++k) {
          for (Index l = 0; l < n[3]; ++l, ++p) {
            auto const at = [&](int input) {
              auto const& s = operands[static_cast<std::size_t>(input)].stride;
              return i * s[0] + j * s[1] + k * s[2] + l * s[3];
            };
            double const expected = a(at(0)) * b(at(1)) + c(at(2));
            ASSERT_NEAR(sum(p), expected, 1e-15 * 8);
            ASSERT_NEAR(cube(p), std::pow(std::sin(expected) / 2, 3), 1e-15);
            ASSERT_EQ(copy(p), b(at(1)));
            ASSERT_EQ(two(p), 2.0);
          }
        }
      }
    }
  }
}

TEST(Tape, BroadcastsOverOddExtents) {
  for (Extents const& n : {Extents{1, 1, 1, 1}, Extents{1, 1, 1, 777}, Extents{3, 5, 7, 11}, Extents{2, 1, 301, 1},
                           Extents{1, 4, 65, 2}, Extents{1, 1, 3, 257}, Extents{5, 1, 1, 1}, Extents{1, 1, 500, 3}}) {
    for (std::array<unsigned, 3> const axes :
         {std::array<unsigned, 3>{15, 15, 15}, {15, 12, 0}, {15, 3, 8}, {15, 5, 10}, {0, 0, 0}, {8, 4, 2}}) {
      check_broadcast(n, axes);
    }
  }
}

TEST(Tape, EmptyBoxesAndNullOutputs) {
  auto const field = random_field(10, 1);
  Operand const operand{field.data(), {0, 0, 0, 1}};
  for (Extents const& n : {Extents{0, 1, 1, 1}, Extents{1, 1, 1, 0}, Extents{1, 3, 0, 2}}) {
    evaluate(sample(), {operand, operand, operand}, {nullptr, nullptr, nullptr, nullptr}, n);
    evaluate(sample(), {operand, operand, operand}, {field.data(), nullptr, nullptr, nullptr}, n);
  }
  auto const out = random_field(10, 2);
  evaluate(sample(), {operand, operand, operand}, {nullptr, nullptr, out.data(), nullptr}, {1, 1, 1, 10});
  auto const host = on_host(out), expected = on_host(field);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(host(i), expected(i));
  EXPECT_THROW(evaluate(sample(), {operand}, {out.data(), nullptr, nullptr, nullptr}, {1, 1, 1, 10}),
               std::invalid_argument);
}

TEST(Tape, WritesOverItsInputs) {
  for (auto const& runner : runners) {
    auto const a = random_field(1000, 1), b = random_field(1000, 2), c = random_field(1000, 3);
    auto const a0 = on_host(random_field(1000, 1)), b0 = on_host(random_field(1000, 2)),
               c0 = on_host(random_field(1000, 3));
    Extents const stride{0, 0, 0, 1};
    runner(sample(), {{a.data(), stride}, {b.data(), stride}, {c.data(), stride}},
           {b.data(), a.data(), c.data(), nullptr}, {1, 1, 1, 1000});
    auto const sum = on_host(b), cube = on_host(a), copy = on_host(c);
    for (int i = 0; i < 1000; ++i) {
      EXPECT_DOUBLE_EQ(sum(i), a0(i) * b0(i) + c0(i));
      EXPECT_NEAR(cube(i), std::pow(std::sin(a0(i) * b0(i) + c0(i)) / 2, 3), 1e-15);
      EXPECT_EQ(copy(i), b0(i));
    }
  }
}

TEST(Tape, EveryOperation) {
  double const x = -0.7, y = 1.9;
  std::vector<std::pair<Op, double>> const cases = {
      {Op::add, x + y},         {Op::subtract, x - y},  {Op::multiply, x * y},  {Op::divide, x / y},
      {Op::negate, -x},         {Op::sin, std::sin(x)}, {Op::cos, std::cos(x)}, {Op::tan, std::tan(x)},
      {Op::tanh, std::tanh(x)}, {Op::exp, std::exp(x)}, {Op::abs, -x},          {Op::sign, -1.0},
      {Op::sinh, std::sinh(x)}, {Op::cosh, std::cosh(x)}, {Op::asin, std::asin(x)}, {Op::acos, std::acos(x)},
      {Op::atan, std::atan(x)}, {Op::erf, std::erf(x)},   {Op::step, 0.0},          {Op::atan2, std::atan2(x, y)},
      {Op::min, x},             {Op::max, y},             {Op::less, 1.0},          {Op::less_equal, 1.0},
      {Op::equal, 0.0},         {Op::unequal, 1.0},       {Op::when, y},            {Op::unless, 0.0}};
  auto const a = make_field("a", 70), b = make_field("b", 70), out = make_field("out", 70);
  Kokkos::deep_copy(a, x);
  Kokkos::deep_copy(b, y);
  auto const check = [&](Op op, std::int32_t exponent, double expected, bool swapped) {
    for (auto const& runner : runners) {
      for (unsigned broadcast = 0; broadcast < 4; ++broadcast) {
        auto const tape = tape_of({{Op::input, 0, swapped ? 1 : 0, 0, 0},
                                   {Op::input, 1, swapped ? 0 : 1, 0, 0},
                                   {op, 2, 0, op == Op::integer_power ? exponent : 1, 0}},
                                  2, {2});
        runner(tape, {{a.data(), {0, 0, 0, broadcast & 1u}}, {b.data(), {0, 0, 0, broadcast >> 1}}}, {out.data()},
               {1, 1, 1, 70});
        auto const host = on_host(out);
        for (int i = 0; i < 70; ++i) ASSERT_NEAR(host(i), expected, 1e-14 * std::abs(expected)) << static_cast<int>(op);
      }
    }
  };
  for (auto const& [op, expected] : cases) check(op, 0, expected, false);
  check(Op::sqrt, 0, std::sqrt(y), true);
  check(Op::log, 0, std::log(y), true);
  check(Op::power, 0, std::pow(y, x), true);
  check(Op::sign, 0, 1.0, true);
  check(Op::step, 0, 1.0, true);
  check(Op::min, 0, x, true);
  check(Op::max, 0, y, true);
  check(Op::less, 0, 0.0, true);
  check(Op::less_equal, 0, 0.0, true);
  for (int n : {-3, -2, -1, 0, 1, 2, 3, 4, 5, 9}) check(Op::integer_power, n, std::pow(x, n), false);
}

TEST(Tape, ManyRegisters) {
  for (std::int32_t registers : {20, 100, 400}) {  // r_k = a + k, then their sum
    std::vector<Instruction> code{{Op::input, 0, 0, 0, 0}, {Op::constant, 1, 0, 0, 1.0}};
    for (std::int32_t k = 2; k < registers; ++k) code.push_back({Op::add, k, k == 2 ? 0 : k - 1, 1, 0});
    for (std::int32_t k = 2; k < registers; ++k)
      code.push_back({Op::add, k % 2 ? 1 : registers, k == 2 ? 0 : k % 2 ? registers : 1, k, 0});
    auto const tape = tape_of(code, 1, {registers % 2 ? registers : 1});
    auto const a = random_field(300, 5), out = make_field("out", 300);
    for (auto const& runner : runners) {
      runner(tape, {{a.data(), {0, 0, 0, 1}}}, {out.data()}, {1, 1, 1, 300});
      auto const host = on_host(out), in = on_host(a);
      double const m = registers - 2;
      for (int i = 0; i < 300; ++i) ASSERT_NEAR(host(i), (m + 1) * in(i) + m * (m + 1) / 2, 1e-9);
    }
  }
}

TEST(Tape, MergesAxesThatRunAlike) {
  Extents const n{4, 1, 6, 5};
  auto const contiguous = collapse({{nullptr, strides_over(n, 15)}, {nullptr, {}}}, n);
  EXPECT_EQ(contiguous.extents, (std::vector<Index>{120}));
  auto const column = collapse({{nullptr, strides_over(n, 15)}, {nullptr, strides_over(n, 1)}}, n);
  EXPECT_EQ(column.extents, (std::vector<Index>{4, 30}));
  EXPECT_TRUE(collapse({}, {1, 1, 1, 1}).extents.empty());
}

}  // namespace
}  // namespace mollis::kernels

#include "bench_kernels/cases.hpp"

#include <mpi.h>

#include "kernels/pointwise.hpp"
#include "kernels/tape.hpp"
#include "mollifier/jets.hpp"
#include "spectral/banded.hpp"
#include "spectral/line_transform.hpp"

namespace mollis::bench {
namespace {

using Repeat = std::function<void()>;
using mollifier::MultiIndex;

Field noise(Index size) {
  Field const u = make_field("u", size);
  Kokkos::parallel_for("fill", size, KOKKOS_LAMBDA(Index i) { u(i) = static_cast<double>(i * 7919 % 1000) * 1e-3; });
  return u;
}

/// Filters of orders 0 and 2 along each axis.
mollifier::Jets make_jets(std::vector<Index> const& points, Index radius, std::vector<MultiIndex> const& set, bool periodic) {
  static char const* const names[] = {"z", "y", "x"};
  std::vector<grid::Axis> axes;
  std::vector<mollifier::LineFilter> filters;
  for (std::size_t a = 0; a < points.size(); ++a) {
    axes.push_back(grid::uniform_axis(names[3 - points.size() + a], points[a], 0.0, 1.0, periodic));
    filters.push_back(mollifier::moment_filter(axes.back(), {}, {{0, radius}, {2, radius}}, 4));
  }
  grid::Grid const grid(MPI_COMM_SELF, axes, grid::decompose(axes, 1));
  return {grid, filters, set};
}

/// Equal weights folded: r sums of pairs, and r + 1 multiply-adds for each filter of an input.
double of_filters(Index radius, int filters) { return static_cast<double>(radius + filters * (radius + 1)); }

Case jets(std::string const& name, std::vector<Index> points, Index radius, std::vector<MultiIndex> set, double operations, bool periodic) {
  Index size = 1;
  for (Index const n : points) size *= n;
  return {"jets/" + name, static_cast<double>(size), operations, 8.0 * static_cast<double>(1 + set.size()), [=] {
            auto const operators = std::make_shared<mollifier::Jets>(make_jets(points, radius, set, periodic));
            Field const u = noise(size);
            auto const out = operators->apply(u);
            return Repeat([=] { operators->apply(u, out); });
          }};
}

Case transposed(Case const& forward, std::vector<Index> points, Index radius, std::vector<MultiIndex> set, bool periodic) {
  Case back = forward;
  back.name += "/transpose";
  back.bytes += 8.0;   // adds to what is there
  back.make = [=] {
    auto const operators = std::make_shared<mollifier::Jets>(make_jets(points, radius, set, periodic));
    auto const in = operators->apply(noise(static_cast<Index>(forward.points)));
    Field const out("out", static_cast<std::size_t>(forward.points));
    return Repeat([=] { operators->apply_transpose_add(in, out); });
  };
  return back;
}

/// a (u_xx + u_yy) + b u (1 - u^2), an output a point.
Case tape(Index size) {
  using kernels::Op;
  kernels::Tape tape;
  tape.inputs = 5;
  tape.registers = 5;
  for (std::int32_t i = 0; i < 5; ++i) tape.code.push_back({Op::input, i, i, 0, 0.0});     // u, xx, yy, a, b
  tape.code.push_back({Op::add, 1, 1, 2, 0.0});
  tape.code.push_back({Op::multiply, 1, 1, 3, 0.0});
  tape.code.push_back({Op::multiply, 4, 4, 0, 0.0});
  tape.code.push_back({Op::multiply, 0, 0, 0, 0.0});
  tape.code.push_back({Op::constant, 2, 0, 0, 1.0});
  tape.code.push_back({Op::subtract, 0, 2, 0, 0.0});
  tape.code.push_back({Op::multiply, 4, 4, 0, 0.0});
  tape.code.push_back({Op::add, 1, 1, 4, 0.0});
  tape.outputs = {1};
  return {"tape/reaction", static_cast<double>(size), 7.0, 48.0, [=] {
            std::vector<Field> in;
            for (int i = 0; i < 5; ++i) in.push_back(noise(size));
            Field const out = make_field("out", size);
            return Repeat([=] {
              std::vector<kernels::Operand> operands;
              for (auto const& field : in) operands.push_back({field.data(), {0, 0, 0, 1}});
              kernels::evaluate(tape, operands, {out.data()}, {1, 1, 1, size});
            });
          }};
}

/// Cosines by the matrix of the modes, there and back along one axis of a cube: half a product each way, as modes are even or odd.
Case cosines(Index points, bool last) {
  double const values = static_cast<double>(points * points * points);
  return {"transform/" + std::to_string(points) + "^3/" + (last ? "last" : "across"), values, static_cast<double>(points), 32.0, [=] {
            Index const inner = last ? 1 : points;
            std::shared_ptr<spectral::LineTransform> const transform = spectral::make_line_transform(spectral::Basis::cosine, points * points / inner, points, inner);
            auto const x = std::make_shared<std::vector<double>>(static_cast<std::size_t>(values), 1.0);
            return Repeat([=] {
              transform->forward(x->data());
              transform->backward(x->data());
            });
          }};
}

/// Factors that do not settle: every row has its own.
Case banded(Index systems, Index rows, Index width) {
  return {"banded/solve", static_cast<double>(systems * rows), 2.0 * static_cast<double>(width) + 1.0, 4.0 * static_cast<double>(width + 1) + 16.0, [=] {
            auto const matrices = std::make_shared<spectral::BandedSystems>(systems, rows, 1, width);
            spectral::BandedSystems::Filling filling(*matrices);
            for (Index group = 0; group < matrices->groups(); ++group) {
              filling.clear();
              for (Index s = group * spectral::BandedSystems::lanes; s < (group + 1) * spectral::BandedSystems::lanes; ++s)
                for (Index row = 0; row < rows; ++row)
                  for (Index k = 0; k <= std::min(width, row); ++k)
                    filling.add(s, row, k, k == 0 ? 3.0 + static_cast<double>((row + s) % 7) : 1.0 / static_cast<double>(1 + k * k));
              filling.factorise(group, 0.0);
            }
            auto const x = std::make_shared<std::vector<double>>(static_cast<std::size_t>(systems * rows), 1.0);
            return Repeat([=] {
              for (Index group = 0; group < matrices->groups(); ++group)
                matrices->solve(group, x->data() + group * rows * spectral::BandedSystems::lanes);
            });
          }};
}

Case dot(Index size) {
  return {"pointwise/dot", static_cast<double>(size), 1.0, 16.0, [=] {
            Field const a = noise(size), b = noise(size);
            return Repeat([=] {
              double const sum = kernels::dot(a, b);
              asm volatile("" : : "x"(sum));
            });
          }};
}

Case add_scaled(Index size) {
  return {"pointwise/add_scaled", static_cast<double>(size), 1.0, 24.0, [=] {
            Field const a = noise(size), b = noise(size);
            return Repeat([=] { kernels::add_scaled(1e-9, a, b); });
          }};
}

}  // namespace

std::vector<Case> cases(bool small) {
  Index const radius = 8, plane = small ? 64 : 2048, cube = small ? 32 : 128, line = small ? 1 << 14 : 1 << 22;
  std::vector<MultiIndex> const flat{{0, 0, 0}, {0, 2, 0}, {2, 0, 0}}, solid{{0, 0, 0}, {0, 0, 2}, {0, 2, 0}, {2, 0, 0}};
  double const single = of_filters(radius, 1), pair = of_filters(radius, 2);
  std::string const p = std::to_string(plane) + "^2", c = std::to_string(cube) + "^3";
  std::vector<Case> all;
  for (bool const periodic : {true, false}) {
    std::string const ends = periodic ? "" : "/open";
    // x makes {1, xx}; y {1, yy} from 1 and {1} from xx; z {1, zz} from 1 and {1} from yy and xx.
    all.push_back(jets(p + ends, {plane, plane}, radius, flat, 2.0 * pair + single, periodic));
    all.push_back(transposed(all.back(), {plane, plane}, radius, flat, periodic));
    all.push_back(jets(c + ends, {cube, cube, cube}, radius, solid, 3.0 * pair + 3.0 * single, periodic));
    all.push_back(transposed(all.back(), {cube, cube, cube}, radius, solid, periodic));
  }
  all.push_back(tape(line));
  all.push_back(banded(small ? 32 : 4096, 262, 14));
  for (bool const last : {false, true}) all.push_back(cosines(small ? 32 : 128, last));
  all.push_back(dot(line));
  all.push_back(add_scaled(line));
  return all;
}

}  // namespace mollis::bench

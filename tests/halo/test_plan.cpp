#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "halo/plan.hpp"

using namespace mollis;

namespace {

/// A halo case: axes, their cut, and the needed range of a block's own range.
struct Case {
  std::string name;
  std::vector<grid::Axis> axes;
  std::vector<int> cut;  ///< empty: automatic
  std::function<grid::Range(int axis, grid::Range own)> need;
};

int world() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

grid::Axis open(char const* name, Index n) { return grid::uniform_axis(name, n, 0.0, 1.0, false); }
grid::Axis ring(char const* name, Index n) { return grid::uniform_axis(name, n, 0.0, 1.0, true); }

grid::Range grown(grid::Range own, Index by) { return {own.lower - by, own.upper + by}; }
grid::Range inside(grid::Range range, Index n) { return {std::max<Index>(range.lower, 0), std::min(range.upper, n)}; }

std::vector<Case> cases() {
  return {
      {"1D open", {open("x", 11)}, {}, [](int, grid::Range own) { return inside(grown(own, 2), 11); }},
      {"1D periodic, several wraps", {ring("x", 5)}, {}, [](int, grid::Range own) { return grown(own, 13); }},
      {"1D halo wider than blocks", {open("x", 9)}, {}, [](int, grid::Range own) { return inside(grown(own, 6), 9); }},
      {"1D idle ranks", {ring("x", 2)}, {}, [](int, grid::Range own) { return grown(own, 1); }},
      {"1D empty blocks that need", {ring("x", 2)}, {world()}, [](int, grid::Range own) { return grown(own, 3); }},
      {"1D needs apart from the block",
       {ring("x", 12)},
       {},
       [](int, grid::Range own) {
         return grid::Range{own.lower + 20, own.lower + 23};
       }},
      {"1D needs narrower",
       {open("x", 16)},
       {},
       [](int, grid::Range own) {
         return grid::Range{own.lower + 1, own.upper - 1};
       }},
      {"1D nothing needed",
       {open("x", 8)},
       {},
       [](int, grid::Range) {
         return grid::Range{3, 3};
       }},
      {"t only", {ring("t", 6)}, {}, [](int, grid::Range own) { return grown(own, 7); }},
      {"2D mixed",
       {open("y", 6), ring("x", 7)},
       {},
       [](int a, grid::Range own) { return a == 0 ? inside(grown(own, 3), 6) : grown(own, 9); }},
      {"2D one axis empty on some",
       {open("y", 4), open("x", 7)},
       {},
       [](int a, grid::Range own) {
         return a == 0 && own.lower == 0 ? grid::Range{2, 2} : own;
       }},
      {"3D periodic",
       {ring("z", 3), ring("y", 4), ring("x", 5)},
       {},
       [](int a, grid::Range own) { return grown(own, 2 + a); }},
      {"4D",
       {open("t", 3), ring("z", 3), open("y", 4), ring("x", 5)},
       {},
       [](int a, grid::Range own) {
         Index const n[] = {3, 3, 4, 5};
         grid::Range const wide = grown(own, 2);
         return a == 0 || a == 2 ? inside(wide, n[a]) : wide;
       }},
  };
}

grid::Grid grid_of(Case const& c) {
  return grid::Grid(MPI_COMM_WORLD, c.axes,
                    c.cut.empty() ? grid::decompose(c.axes, world()) : grid::Decomposition{c.cut});
}

halo::Needs needs_of(Case const& c, grid::Grid const& g) {
  halo::Needs needs(static_cast<std::size_t>(g.dimension()));
  for (int a = 0; a < g.dimension(); ++a) {
    for (int b = 0; b < g.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      needs[static_cast<std::size_t>(a)].push_back(c.need(a, g.block_range(a, b)));
    }
  }
  return needs;
}

/// Visits the points of a box in row-major order with their global indices (leading axes padded with 0).
void each_point(grid::Box const& box, std::function<void(Index local, Extents const& global)> const& visit) {
  Extents const e = box.extents();
  Extents lower{0, 0, 0, 0};
  for (int a = 0; a < box.dimension(); ++a) lower[static_cast<std::size_t>(4 - box.dimension() + a)] = box[a].lower;
  Index local = 0;
  for (Index i = 0; i < e[0]; ++i)
    for (Index j = 0; j < e[1]; ++j)
      for (Index k = 0; k < e[2]; ++k)
        for (Index l = 0; l < e[3]; ++l) visit(local++, {lower[0] + i, lower[1] + j, lower[2] + k, lower[3] + l});
}

/// A number that differs between points; periodic images agree.
double value(grid::Grid const& g, Extents const& global, double seed) {
  double result = seed;
  for (int a = 0; a < g.dimension(); ++a) {
    Index const n = g.axis(a).size(), i = global[static_cast<std::size_t>(4 - g.dimension() + a)];
    result = 31.0 * result + static_cast<double>(((i % n) + n) % n);
  }
  return result;
}

Field filled(grid::Box const& box, Index size, std::function<double(Extents const&)> const& f) {
  Field const field = make_field("test", size);
  auto const host = Kokkos::create_mirror_view(field);
  if (size > 0) each_point(box, [&](Index i, Extents const& global) { host(static_cast<std::size_t>(i)) = f(global); });
  Kokkos::deep_copy(field, host);
  return field;
}

double dot(Field const& a, Field const& b) {
  auto const x = on_host(a);
  auto const y = on_host(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < x.extent(0); ++i) sum += x(i) * y(i);
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return sum;
}

}  // namespace

TEST(HaloPlan, GhostsHoldTheValuesOfTheirOwners) {
  for (Case const& c : cases()) {
    SCOPED_TRACE(c.name);
    grid::Grid const g = grid_of(c);
    halo::Plan const plan(g, needs_of(c, g));
    if (g.rank() < g.blocks()) {
      EXPECT_EQ(plan.ghosted_size(), plan.ghosted().size());
    }
    Field const owned = filled(g.owned(), g.local_size(), [&](Extents const& i) { return value(g, i, 1.0); });
    for (int repeat = 0; repeat < 2; ++repeat) {
      Field const ghosted = make_field("ghosted", plan.ghosted_size());
      Kokkos::deep_copy(ghosted, -1.0);
      plan.forward_begin(owned, ghosted);
      plan.forward_end(ghosted);
      auto const host = on_host(ghosted);
      if (plan.ghosted_size() == 0) continue;
      each_point(plan.ghosted(), [&](Index i, Extents const& global) {
        EXPECT_EQ(host(static_cast<std::size_t>(i)), value(g, global, 1.0));
      });
    }
  }
}

TEST(HaloPlan, ReverseIsTheTranspose) {
  for (Case const& c : cases()) {
    SCOPED_TRACE(c.name);
    grid::Grid const g = grid_of(c);
    halo::Plan const plan(g, needs_of(c, g));
    Field const x = filled(g.owned(), g.local_size(), [&](Extents const& i) { return std::sin(value(g, i, 1.0)); });
    Field const y = filled(plan.ghosted(), plan.ghosted_size(), [&](Extents const& i) {
      return std::cos(static_cast<double>(i[0] + 3 * i[1] + 7 * i[2] + 13 * i[3] + g.rank()));
    });
    Field const ax = make_field("ax", plan.ghosted_size());
    plan.forward(x, ax);
    Field const aty = make_field("aty", g.local_size());
    Kokkos::deep_copy(aty, 0.0);
    plan.reverse_add(y, aty);
    double const left = dot(ax, y), right = dot(x, aty);
    EXPECT_NEAR(left, right, 1e-12 * (1.0 + std::sqrt(dot(ax, ax) * dot(y, y))));
    Index ghosts = plan.ghosted_size();
    MPI_Allreduce(MPI_IN_PLACE, &ghosts, 1, MPI_INT64_T, MPI_SUM, g.comm());
    EXPECT_EQ(left != 0.0, ghosts > 0);  // the products are not all zero by accident
  }
}

TEST(HaloPlan, ReverseAddsOneForEachCopyHeld) {
  for (Case const& c : cases()) {
    SCOPED_TRACE(c.name);
    grid::Grid const g = grid_of(c);
    halo::Plan const plan(g, needs_of(c, g));
    Field const ones = make_field("ones", plan.ghosted_size());
    Kokkos::deep_copy(ones, 1.0);
    Field const count = make_field("count", g.local_size());
    Kokkos::deep_copy(count, 0.5);
    plan.reverse_add(ones, count);
    // Copies of a point: product over the axes of its images in the needed ranges of all blocks along each.
    halo::Needs const needs = needs_of(c, g);
    auto const host = on_host(count);
    if (g.local_size() == 0) continue;
    each_point(g.owned(), [&](Index local, Extents const& global) {
      double copies = 1.0;
      for (int a = 0; a < g.dimension(); ++a) {
        Index const n = g.axis(a).size(), point = global[static_cast<std::size_t>(4 - g.dimension() + a)];
        double along = 0.0;
        for (grid::Range const& need : needs[static_cast<std::size_t>(a)]) {
          for (Index i = need.lower; i < need.upper; ++i) along += ((i % n) + n) % n == point ? 1.0 : 0.0;
        }
        copies *= along;
      }
      EXPECT_EQ(host(static_cast<std::size_t>(local)), 0.5 + copies);
    });
  }
}

TEST(HaloPlan, RestrictedGridsAndConstants) {
  std::vector<grid::Axis> const axes{ring("y", 5), open("x", 6)};
  grid::Grid const parent(MPI_COMM_WORLD, axes, grid::decompose(axes, world()));
  grid::Grid const g = parent.restricted_to({0});
  Case const c{"", {}, {}, [](int, grid::Range own) { return grown(own, 2); }};
  halo::Plan const plan(g, needs_of(c, g));
  Field const owned = filled(g.owned(), g.local_size(), [&](Extents const& i) { return value(g, i, 2.0); });
  Field const ghosted = make_field("ghosted", plan.ghosted_size());
  plan.forward(owned, ghosted);
  auto const host = on_host(ghosted);
  each_point(plan.ghosted(),
             [&](Index i, Extents const& at) { EXPECT_EQ(host(static_cast<std::size_t>(i)), value(g, at, 2.0)); });

  grid::Grid const constant = parent.restricted_to({});
  halo::Plan const none(constant, {});
  Field const one = make_field("one", constant.local_size()), copy = make_field("copy", none.ghosted_size());
  ASSERT_EQ(copy.extent(0), one.extent(0));
  Kokkos::deep_copy(one, 4.5);
  none.forward(one, copy);
  if (copy.extent(0) > 0) {
    EXPECT_EQ(on_host(copy)(0), 4.5);
  }
}

TEST(HaloPlan, BadNeedsAreRefused) {
  grid::Grid const g(MPI_COMM_WORLD, {open("x", 8)}, grid::decompose({open("x", 8)}, world()));
  EXPECT_THROW(halo::Plan(g, {}), std::invalid_argument);
  std::vector<grid::Range> const outside(static_cast<std::size_t>(world()), grid::Range{-1, 4});
  EXPECT_THROW(halo::Plan(g, {outside}), std::invalid_argument);
}

// The whole operator {u, u_xx, u_yy, u_zz} of one field on one core: halo copy, passes, stored results.
//   bench_jets [points = 128] [radius = 8] [repeats = 9]
// Prints million points per second (median), the rate of multiply-adds of this core measured in between, and the share
// of it that the folded arithmetic of the operator takes (129 operations a point at radius 8).
#include "mollifier/jets.hpp"

#include <mpi.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "kernels/lanes.hpp"

namespace {

using namespace mollis;

/// Seconds of processor time of this thread: other jobs on the machine count less than in wall time.
double seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Lane operations per second of independent multiply-adds in registers.
double slot_rate() {
  constexpr int chains = 10, rounds = 2000000;
  kernels::Pack sum[chains];
  kernels::repeat<chains>([&](auto c) { sum[c] = kernels::broadcast<kernels::Pack>(1.0 + c); });
  kernels::Pack factor = kernels::broadcast<kernels::Pack>(0.999999), addend = kernels::broadcast<kernels::Pack>(1e-7);
  double const before = seconds();
  for (int i = 0; i < rounds; ++i) {
    kernels::repeat<chains>([&](auto c) { sum[c] = sum[c] * factor + addend; });
    asm volatile("" : "+x"(factor), "+x"(addend));
  }
  double const elapsed = seconds() - before;
  double total = 0.0;
  kernels::repeat<chains>([&](auto c) { total += kernels::sum_of_lanes(sum[c]); });
  if (total == 0.0) std::printf("\n");
  return static_cast<double>(chains) * rounds * kernels::lanes / elapsed;
}

mollifier::Jets make_jets(Index points, Index radius) {
  std::vector<grid::Axis> axes;
  std::vector<mollifier::LineFilter> filters;
  for (char const* name : {"z", "y", "x"}) {
    axes.push_back(grid::uniform_axis(name, points, 0.0, 1.0, true));
    filters.push_back(mollifier::moment_filter(axes.back(), {}, {{0, radius}, {2, radius}}, 4));
  }
  grid::Grid const grid(MPI_COMM_SELF, axes, grid::decompose(axes, 1));
  return {grid, filters, {{0, 0, 0}, {0, 0, 2}, {0, 2, 0}, {2, 0, 0}}};
}

/// Folded operations a point: x makes {1, xx}, y {1, yy} from 1 and {1} from xx, z {1, zz} from 1 and {1} from yy and
/// xx.
double slots(Index radius) {
  double const pair = static_cast<double>(radius + 2 * (radius + 1)), single = static_cast<double>(2 * radius + 1);
  return 3.0 * pair + 3.0 * single;
}

void measure(Index points, Index radius, int repeats) {
  mollifier::Jets const jets = make_jets(points, radius);
  Index const size = points * points * points;
  Field const u = make_field("u", size), back = make_field("back", size);
  Kokkos::parallel_for(
      "fill", size, KOKKOS_LAMBDA(Index i) { u(i) = static_cast<double>(i * 7919 % 1000) * 1e-3; });
  Kokkos::deep_copy(back, 0.0);
  auto const out = jets.apply(u);
  std::vector<double> forward, transposed, rate;
  for (int i = 0; i < repeats; ++i) {
    double const t0 = seconds();
    jets.apply(u, out);
    double const t1 = seconds();
    jets.apply_transpose_add(out, back);
    transposed.push_back(seconds() - t1);
    forward.push_back(t1 - t0);
    rate.push_back(slot_rate());
  }
  double const million = 1e-6 * static_cast<double>(size), speed = million / median(forward);
  std::printf("apply      %8.2f Mpt/s   %5.1f %% of %.1f G operations/s\n", speed,
              100.0 * slots(radius) * speed * 1e6 / median(rate), median(rate) * 1e-9);
  std::printf("transpose  %8.2f Mpt/s\n", million / median(transposed));
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  Kokkos::initialize(argc, argv);
  measure(argc > 1 ? std::atoi(argv[1]) : 128, argc > 2 ? std::atoi(argv[2]) : 8, argc > 3 ? std::atoi(argv[3]) : 9);
  Kokkos::finalize();
  MPI_Finalize();
}

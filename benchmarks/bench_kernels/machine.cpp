#include "bench_kernels/machine.hpp"

#include <algorithm>
#include <ctime>

#include "kernels/field.hpp"
#include "kernels/lanes.hpp"

namespace mollis::bench {
namespace {

/// Lane operations per second of independent multiply-adds.
double operations() {
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
  kernels::repeat<chains>([&](auto c) { asm volatile("" : : "x"(sum[c])); });
  return static_cast<double>(chains) * rounds * kernels::lanes / elapsed;
}

double bandwidth(HostField const& a, HostField const& b) {
  double const before = seconds();
  double* const to = a.data();
  double const* const from = b.data();
  auto const size = static_cast<Index>(a.extent(0));
  for (Index i = 0; i < size; ++i) to[i] += 3.0 * from[i];
  asm volatile("" : : "r"(to) : "memory");
  return 24.0 * static_cast<double>(size) / (seconds() - before);
}

}  // namespace

double seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Machine measure_machine() {
  constexpr Index size = Index{1} << 24;
  HostField const a("a", size), b("b", size);
  Machine machine{0.0, 0.0};
  for (int round = 0; round < 5; ++round) {
    machine.operations = std::max(machine.operations, operations());
    machine.bandwidth = std::max(machine.bandwidth, bandwidth(a, b));
  }
  return machine;
}

}  // namespace mollis::bench

// Kernels on one core, each beside what the machine could do with its arithmetic and its memory.
//   bench_kernels [--benchmark_filter=jets] [--benchmark_out=FILE --benchmark_out_format=json] ...   (Google Benchmark)
//   bench_kernels --count NAME REPEATS     a kernel on a small grid so many times, for tools that count instructions of counted_kernel
#include <benchmark/benchmark.h>
#include <mpi.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <Kokkos_Core.hpp>

#include "bench_kernels/cases.hpp"
#include "bench_kernels/machine.hpp"

namespace {

using namespace mollis;

/// What is counted: tools know it by its name.
[[gnu::noinline]] void counted_kernel(std::function<void()> const& repeat) { repeat(); }

int count(std::string const& name, int repeats) {
  for (auto const& one : bench::cases(true)) {
    if (one.name != name) continue;
    auto const repeat = one.make();
    repeat();   // makes what it keeps
    for (int i = 0; i < repeats; ++i) counted_kernel(repeat);
    std::printf("%s %.0f points %d times\n", name.c_str(), one.points, repeats);
    return 0;
  }
  std::fprintf(stderr, "no kernel %s; there are:\n", name.c_str());
  for (auto const& one : bench::cases(true)) std::fprintf(stderr, "  %s\n", one.name.c_str());
  return 1;
}

/// bound: the seconds a point that arithmetic or memory alone would take, whichever is more.
void time_of(benchmark::State& state, bench::Case const& one, bench::Machine const& machine) {
  auto const repeat = one.make();
  repeat();
  double least = 1e300;
  for (auto _ : state) {
    double const begin = bench::seconds();
    repeat();
    double const elapsed = bench::seconds() - begin;
    least = std::min(least, elapsed);
    state.SetIterationTime(elapsed);
  }
  double const bound = std::max(one.operations / machine.operations, one.bytes / machine.bandwidth);
  state.counters["Mpt/s"] = 1e-6 * one.points / least;
  state.counters["share_of_bound"] = bound * one.points / least;
  state.counters["share_of_arithmetic"] = one.operations / machine.operations * one.points / least;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  Kokkos::initialize(argc, argv);
  int code = 0;
  if (argc == 4 && std::strcmp(argv[1], "--count") == 0) {
    code = count(argv[2], std::atoi(argv[3]));
  } else {
    auto const machine = bench::measure_machine();
    benchmark::AddCustomContext("multiply_adds_per_second", std::to_string(machine.operations));
    benchmark::AddCustomContext("bytes_per_second", std::to_string(machine.bandwidth));
    for (auto const& one : bench::cases(false))
      benchmark::RegisterBenchmark(one.name.c_str(), [=](benchmark::State& state) { time_of(state, one, machine); })->UseManualTime();
    benchmark::Initialize(&argc, argv);
    code = benchmark::ReportUnrecognizedArguments(argc, argv) ? 1 : 0;
    if (code == 0) benchmark::RunSpecifiedBenchmarks();
  }
  Kokkos::finalize();
  MPI_Finalize();
  return code;
}

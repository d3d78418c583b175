#!/usr/bin/env python3
"""Kernels on one core, as shares of what this machine's arithmetic or memory would allow; both are measured in the same run.

    kernels.py BENCH_KERNELS [--out FILE] [--compare FILE] [--filter jets] [--seconds 1]

--out keeps the numbers as JSON. --compare sets them beside such a file, of this machine or another: what is compared is the share of the
bound, which a faster machine leaves as it is. Exits 1 where one has fallen below 0.8 of what it was.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

FALLEN = 0.8


def run(program, pattern, seconds):
    """{kernel: counters}, the machine's rates."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.json"
        subprocess.run([program, f"--benchmark_filter={pattern}", f"--benchmark_min_time={seconds}", f"--benchmark_out={out}",
                        "--benchmark_out_format=json"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = json.loads(out.read_text())
    machine = {name: float(found["context"][name]) for name in ("multiply_adds_per_second", "bytes_per_second")}
    kernels = {one["name"].removesuffix("/manual_time"): {name: one[name] for name in ("Mpt/s", "share_of_bound", "share_of_arithmetic")}
               for one in found["benchmarks"]}
    return {"machine": machine, "kernels": kernels}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--compare", type=pathlib.Path)
    parser.add_argument("--filter", default=".")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each kernel, at least")
    given = parser.parse_args()
    before = json.loads(given.compare.read_text())["kernels"] if given.compare else {}
    result = run(given.program, given.filter, given.seconds)
    machine = result["machine"]
    print(f"one core: {machine['multiply_adds_per_second'] / 1e9:.1f} G multiply-adds/s, {machine['bytes_per_second'] / 1e9:.1f} GB/s\n")
    print("| kernel | Mpt/s | of the bound | of the arithmetic |" + (" before | ratio |" if before else ""))
    print("|---|---:|---:|---:|" + ("---:|---:|" if before else ""))
    fallen = []
    for name, k in result["kernels"].items():
        line = f"| {name} | {k['Mpt/s']:.0f} | {100 * k['share_of_bound']:.0f} % | {100 * k['share_of_arithmetic']:.0f} % |"
        if before:
            old = before.get(name)
            ratio = k["share_of_bound"] / old["share_of_bound"] if old else None
            line += f" {100 * old['share_of_bound']:.0f} % | {ratio:.2f} |" if old else " | |"
            if ratio is not None and ratio < FALLEN:
                fallen.append(name)
        print(line)
    if given.out:
        given.out.write_text(json.dumps(result, indent=1) + "\n")
    if fallen:
        print(f"\nslower than before: {', '.join(fallen)}")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())

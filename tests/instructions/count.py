#!/usr/bin/env python3
"""Instructions of kernels, counted by callgrind on a portable build: what does not depend on the machine, nor on its other users.

    count.py SOURCE [--jobs 2] [--write]

Builds `bench_kernels` in SOURCE/build/count and runs each kernel twice, of which the second time is counted.
Exits 1 where a kernel takes more than 1.25 times the instructions a point of expected.json, which --write renews; 77 without valgrind.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

MORE = 1.25
EXPECTED = pathlib.Path(__file__).resolve().parent / "expected.json"


def build(source, jobs):
    words = [["cmake", "--preset", "count"], ["cmake", "--build", "build/count", "--target", "bench_kernels", "-j", str(jobs)]]
    if shutil.which("ninja") and not (source / "build/count/CMakeCache.txt").exists():
        words[0] += ["-G", "Ninja"]
    for command in words:
        done = subprocess.run(command, cwd=source, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return source / "build/count/benchmarks/bench_kernels"


def names(program):
    """Of all kernels: what the program says where there is none of the name."""
    told = subprocess.run([program, "--count", "?", "1"], capture_output=True, text=True).stderr
    return re.findall(r"^  (\S+)$", told, re.MULTILINE)


def collected(program, kernel):
    """Instructions a point of the grid."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", "--toggle-collect=*counted_kernel*", program,
                               "--count", kernel, "1"], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise SystemExit(f"callgrind on {kernel}: exit code {done.returncode}\n{done.stderr[-3000:]}")
    return int(found.group(1)) / int(re.search(r" (\d+) points", done.stdout).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if not shutil.which("valgrind"):
        print("no valgrind here")
        return 77
    program = build(given.source.resolve(), given.jobs)
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    counted, worse = {}, []
    print(f"{'kernel':32} {'instructions a point':>20} {'expected':>10} {'ratio':>7}")
    for kernel in names(program):
        counted[kernel] = round(collected(program, kernel), 1)
        known = expected.get(kernel)
        print(f"{kernel:32} {counted[kernel]:20.1f} {known if known else '-':>10} {f'{counted[kernel] / known:.2f}' if known else '':>7}", flush=True)
        if not given.write and (not known or counted[kernel] > MORE * known):
            worse.append(kernel)
    if given.write:
        EXPECTED.write_text(json.dumps(counted, indent=1) + "\n")
    if worse:
        print(f"more than {MORE} times what was expected, or not expected at all: {', '.join(worse)}; count.py --write where that is right")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())

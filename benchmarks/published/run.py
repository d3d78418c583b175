#!/usr/bin/env python3
"""Mollis beside its peers: first, second and fourth order, several noise levels, the same arrays for every method.

    run.py --mollis build/release/mollis [--out published.out] [--only heat,langevin] [--size 64 128] [--noise 0 1 5 10]
           [--skip-peers] [--skip-networks] [--epochs 2500] [--limit 1800]

Pointwise, equation-error and joint at every size and noise; networks at 64 a side and 1 % noise; adjoint finite
elements for heat at every size and noise. Each run is a process of its own on one core; wall time and peak memory of
the process. Writes table.md, results.csv, results.json and a picture a problem into --out. README.md says what is
measured.
"""
import argparse
import os
import pathlib
import platform
import shutil
import subprocess
import sys

try:
    import figures
    import methods
    import table
    from measure import Failed, measured
    from problems import LANGEVIN_FACTOR, PROBLEMS, SEED, write_cases
except ModuleNotFoundError as error:
    sys.exit(f"run.py: {error}; README.md lists the packages, which only /usr/bin/python3 sees on Debian "
             f"(this is {sys.executable})")

PEER_SIZE, PEER_NOISE = 64, 1.0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", default="mollis", help="the program")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("published.out"))
    parser.add_argument("--only", default=",".join(PROBLEMS), help="problems, separated by commas")
    parser.add_argument("--size", type=int, nargs="+", default=[64, 128], help="points a side (Langevin: 4 times)")
    parser.add_argument("--noise", type=float, nargs="+", default=[0, 1, 5, 10], help="percent of the deviation of u")
    parser.add_argument("--skip-peers", action="store_true")
    parser.add_argument("--skip-networks", action="store_true")
    parser.add_argument("--epochs", type=int, default=2500)
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds a network may take; else extrapolated")
    given = parser.parse_args()
    given.only = [name for name in given.only.split(",") if name]
    if set(given.only) - set(PROBLEMS):
        parser.error(f"--only: {', '.join(given.only)}; known are {', '.join(PROBLEMS)}")
    program = shutil.which(given.mollis)
    if program is None:
        parser.error(f"--mollis: no program {given.mollis}")
    given.mollis, given.out = str(pathlib.Path(program).resolve()), given.out.resolve()
    return given


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def setting(given):
    """What the table says of this run; also warms the program."""
    log = given.out / "info.log"
    floor = measured([given.mollis, "info"], log)
    info = dict(line.split(None, 1) for line in log.read_text().splitlines() if len(line.split(None, 1)) == 2)
    return [f"{processor()}, {os.cpu_count()} cores, each run on one; load at the start {os.getloadavg()[0]:.1f}",
            f"Mollis {info.get('mollis', '?')}, revision {info.get('git_revision', '?')}; `mollis info` alone: "
            f"{floor.megabytes:.0f} MB",
            f"noise: percent of the standard deviation of u, seed {SEED}; Langevin: {LANGEVIN_FACTOR} times the points "
            "of a side", "wall time of the whole process; own: what the program counts itself, without imports; "
            "peak memory is its maximum resident set",
            "core: ceil(n/10) points left out at each open side; periodic: everything"]


def run_case(given, case, is_peer_case):
    """All (row, lambda) of one case."""
    results = [methods.mollis(case, given.mollis, method) for method in methods.MOLLIS]
    if not given.skip_peers and case.name == "heat" and case.noise > 0:
        results += methods.adjoint(case)
    if not (given.skip_peers or given.skip_networks) and is_peer_case:
        results += [methods.network(case, d, given.epochs, given.limit) for d in ("mollifier", "autodiff")]
    return results


def main():
    given = arguments()
    scratch = given.out / "cases"
    scratch.mkdir(parents=True, exist_ok=True)
    facts, rows = setting(given), []
    titles = {}
    for name in given.only:
        for size in given.size:
            for level, path in write_cases(name, size, given.noise, scratch, given.mollis).items():
                case = methods.Case(path, PROBLEMS[name], size, given.out)
                is_peer_case = size == PEER_SIZE and level == PEER_NOISE
                titles[name] = (f"{PROBLEMS[name].title}. Relative L2 of the best constant: "
                                f"{100 * table.best_constant(case.truth):.1f} %.")
                results = run_case(given, case, is_peer_case)
                for row, _ in results:
                    rows.append(row)
                    print(name, table.row_line(row), flush=True)
                if is_peer_case:
                    figures.draw(case, results, given.out / f"{name}.png")
                table.write(given.out, rows, titles, facts)
    print(given.out / "table.md")


if __name__ == "__main__":
    try:
        main()
    except (Failed, subprocess.CalledProcessError) as error:
        sys.exit(f"run.py: {error}")

#!/usr/bin/env python3
"""A generated table of localisations, read on one rank and more: seconds of reading and counting, bytes of memory.

    benchmarks/localisations.py --mollis build/release/mollis [--rows 10000000] [--ranks 1 2] [--points 512] [--widths]

--widths: each row counts with a standard deviation of its own, half a cell to one and a half of 512, by the joint method. Density 1 + cos(2 pi x) cos(2 pi y)/2 on the unit square; the constant a of a lap(rho) + 4 pi^2 cos cos = 0 is 1 (rho in means of itself)."""
import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as error:
    sys.exit(f"localisations.py: {error}; needed are numpy and h5py (Debian: python3-h5py)")

DECK = """[grid]
axes   = ["y", "x"]
points = [{n}, {n}]
lower  = [0.0, 0.0]
upper  = [1.0, 1.0]
[observations.rho]
kind    = "localisations"
file    = "molecules.h5"
noise   = "poisson"
density = {{ offset = 0.0, gain = {rows} }}
{widths}[fields.m]
value = "4*pi^2*cos(2*pi*x)*cos(2*pi*y)"
[parameters.a]
over = []
[equation]
residual = "a*lap(rho) + m"
[mollifier]
radius = {radius}
[inversion]
method = "{method}"
[uncertainty]
samples = 0
"""


def make(path, rows):
    """A table whose widths, 0.001 to 0.003, blur the density by less than 4e-4 of its wave."""
    random = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        file["sigma"] = np.random.default_rng(2).uniform(0.001, 0.003, rows)
        y, x = (file.create_dataset(name, (rows,), "f8") for name in "yx")
        at = 0
        while at < rows:
            places = random.random((1 << 20, 2))
            kept = places[random.random(1 << 20) * 1.5 < 1 + np.cos(2 * np.pi * places[:, 0]) * np.cos(2 * np.pi * places[:, 1]) / 2][:rows - at]
            y[at:at + len(kept)], x[at:at + len(kept)] = kept.T
            at += len(kept)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--points", type=int, default=512)
    parser.add_argument("--widths", action="store_true")
    parser.add_argument("--launcher", default="mpirun --oversubscribe -n", help="the number of ranks follows")
    given = parser.parse_args()
    print("| rows | ranks | read, s; CPU seconds of all ranks | largest memory of a rank, MB | a |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="mollis-localisations-") as scratch:
        folder = pathlib.Path(scratch)
        for rows in (1000, given.rows):   # a table of next to nothing shows what the rest takes
            make(folder / "molecules.h5", rows)
            (folder / "case.toml").write_text(DECK.format(n=given.points, rows=rows, radius=given.points // 4, method="joint" if given.widths else "equation-error",
                                                           widths='columns = { sigma = "sigma" }\n' if given.widths else ""))
            for ranks in given.ranks:
                before = os.times()
                subprocess.run([*(shlex.split(given.launcher) + [str(ranks)] if ranks > 1 else []), given.mollis, "invert", folder / "case.toml"],
                               capture_output=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
                after = os.times()
                summary = json.loads((folder / "case.out" / "summary.json").read_text())
                spent = after.children_user + after.children_system - before.children_user - before.children_system
                print(f"| {rows} | {ranks} | {summary['seconds']['read']:.2f}, {spent:.1f} | {summary['memory']['peak_rss_bytes_max'] / 1e6:.0f} | "
                      f"{summary['parameters']['a']['mean']:.9f} |", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Largest difference between the parameters found on one number of ranks and another, for decks and methods.

    benchmarks/ranks.py --mollis build/release/mollis                        # every deck of inputs/, both methods
    benchmarks/ranks.py --mollis build/release/mollis --small                # the same, at sizes of a few seconds
    benchmarks/ranks.py --mollis build/release/mollis heat2d --ranks 1 7 -- grid.points=[64,64]

Data are made once a deck, in a folder that goes again, so that all inversions read the same file. A row gives Newton and
Krylov iterations on the first number of ranks, whether all runs ended alike, and for every other number
max |p - p_first| / max |p_first| over the parameters. Exit code 1 where a difference exceeds the bar, a run fails, or runs end
unlike each other."""
import argparse
import json
import math
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import zlib

import h5py
import numpy

INPUTS = pathlib.Path(__file__).resolve().parents[1] / "inputs"
METHODS = ("equation-error", "joint")
REFUSED = 78  # the method does not serve the deck
SMALL = {
    "advection": {"equation-error": ["grid.points=[21,24,30]"], "joint": ["grid.points=[7,9,10]", "joint.spline_degree=5", "grid.refine={t=1}"]},
    "chromatin2d": [],
    "chromatin3d": {"equation-error": [], "joint": ["grid.points=[9,11,11]"]},
    "constant_and_field": ["grid.points=[31,48]"],
    "constants": ["grid.points=[81,101]"],
    "divergence2d": ["grid.points=[32,32]"],
    "front": ["grid.points=[64,68]"],
    "heat2d": ["grid.points=[32,32]"],
    "heat3d": ["grid.points=[12,13,14]"],
    "heat_transient": {"equation-error": ["grid.points=[21,24,24]"], "joint": ["grid.points=[7,8,8]", "joint.spline_degree=5", "grid.refine={t=1}"]},
    "langevin": ["grid.points=[401]"],
    "langevin_ensemble": ["grid.points=[201,9]"],
    "phase_field": ["grid.points=[32,32]", "grid.upper=[16,16]"],
    "phase_field3d": ["grid.points=[8,10,10,10]"],
    "plate": ["grid.points=[24,24]"],
    "reaction": ["grid.points=[41,24]"],
    "sources": ["grid.points=[32,32]"],
    "two_fields": ["grid.points=[31,48]"],
}
QUIET = {"OMP_NUM_THREADS": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1"}


class Program:
    """Mollis under a launcher."""

    def __init__(self, program, launcher):
        self.program, self.launcher = str(pathlib.Path(program).resolve()), shlex.split(launcher)

    def run(self, ranks, *arguments):
        """The exit code and the last line of standard error."""
        launch = [*self.launcher, str(ranks)] if ranks > 1 else []
        crowded = {"OMPI_MCA_mpi_yield_when_idle": str(int(ranks > len(os.sched_getaffinity(0))))}  # waiting ranks let others run
        done = subprocess.run([*launch, self.program, *map(str, arguments)], capture_output=True, text=True, env={**os.environ, **QUIET, **crowded})
        return done.returncode, (done.stderr.strip().splitlines() or [""])[0]


def states_of(text):
    return [line[len("[observations."):].split("]")[0] for line in text.splitlines() if line.startswith("[observations.")]


def parameters_of(directory):
    with h5py.File(directory / "result.h5") as file:
        return {name: item[()] for name, item in file["parameters"].items() if not name.endswith(("_weight", "_error", "_std", "_known"))}


def difference(a, b):
    """The largest over the parameters, relative to the largest value of each; outside a mask both are NaN, or the difference is infinite."""
    if any((numpy.isnan(a[name]) != numpy.isnan(b[name])).any() for name in a):
        return math.inf
    return max(float(numpy.nanmax(abs(a[name] - b[name])) / numpy.nanmax(abs(a[name]))) for name in a)


def row_of(program, deck, method, ranks, overrides, scratch):
    """Differences by ranks, iterations on the first number of them, exit codes; an error instead where there is no result."""
    place = [f"observations.{state}.file={scratch}/data.h5" for state in states_of(deck.read_text())]
    if not (scratch / "data.h5").exists():
        code, said = program.run(1, "forward", deck, *overrides, *place)
        if code != 0:
            return {"error": said, "refused": False}
    found, codes, summary = {}, [], {}
    for n in ranks:
        out = scratch / f"{method}.{n}"
        code, said = program.run(n, "invert", deck, *overrides, *place, f"inversion.method={method}", f"output.directory={out}")
        if code not in (0, 2):
            return {"error": said, "refused": code == REFUSED}
        found[n] = parameters_of(out)
        codes.append(code)
        summary = summary or json.loads((out / "summary.json").read_text())
    first = ranks[0]
    return {"codes": codes, "iterations": summary["iterations"],
            "differences": {n: difference(found[first], found[n]) for n in ranks[1:]}}


def small(deck, method):
    """Overrides that make a deck small for a method, without draws of the error, which do not move the parameters."""
    size = SMALL.get(deck.stem, [])
    return [*(size[method] if isinstance(size, dict) else size), "uncertainty.samples=0"]


def table(program, decks, methods, ranks, overrides, bar):
    """Prints a row a deck and method as it is known; whether all differences stay below the bar. overrides(deck, method)."""
    print("| deck | method | Newton | Krylov | ended | " + " | ".join(f"{ranks[0]} / {n}" for n in ranks[1:]) + " |")
    print("|---|---|---|---|---|" + "---|" * (len(ranks) - 1), flush=True)
    fine = True
    for deck in decks:
        with tempfile.TemporaryDirectory(prefix="mollis-ranks-") as scratch:
            for method in methods:
                own = overrides(deck, method)
                folder = pathlib.Path(scratch) / f"{zlib.crc32(repr(own).encode()):08x}"  # of the same data
                folder.mkdir(exist_ok=True)
                row = row_of(program, deck, method, ranks, own, folder)
                if "error" in row:
                    print(f"| {deck.stem} | {method} | {row['error'].split(':')[-1].strip()} |", flush=True)
                    fine = fine and row["refused"]
                    continue
                ended = {0: "sound", 2: "not sound"}.get(row["codes"][0]) if len(set(row["codes"])) == 1 else str(row["codes"])
                print(f"| {deck.stem} | {method} | {row['iterations']['newton']} | {row['iterations']['krylov']} | {ended} | "
                      + " | ".join(f"{d:.1e}" for d in row["differences"].values()) + " |", flush=True)
                fine = fine and len(set(row["codes"])) == 1 and all(d <= bar for d in row["differences"].values())
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("decks", nargs="*", help="names in inputs/, or files; default: all")
    parser.add_argument("--mollis", required=True, help="the program")
    parser.add_argument("--launcher", default="mpirun --oversubscribe -n", help="what the number of ranks follows")
    parser.add_argument("--ranks", nargs="+", type=int, default=[1, 2, 3, 5, 7])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--small", action="store_true", help="decks at small sizes, for advection and heat_transient such that joint factorises its Hessian")
    parser.add_argument("--bar", type=float, default=1e-8)
    own, overrides = sys.argv[1:], []
    if "--" in own:
        own, overrides = own[:own.index("--")], own[own.index("--") + 1:]
    chosen = parser.parse_args(own)
    decks = [pathlib.Path(d) if d.endswith(".toml") else INPUTS / f"{d}.toml" for d in chosen.decks] or sorted(INPUTS.glob("*.toml"))
    return 0 if table(Program(chosen.mollis, chosen.launcher), decks, chosen.methods, chosen.ranks,
                      lambda deck, method: [*(small(deck, method) if chosen.small else []), *overrides], chosen.bar) else 1


if __name__ == "__main__":
    sys.exit(main())

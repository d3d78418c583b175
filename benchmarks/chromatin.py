#!/usr/bin/env python3
"""How many localisations the rate map of inputs/chromatin2d.toml or another deck takes: its correlation with the truth inside the nucleus over
the count, by the joint method, by equation error and by the direct ratio of mollified derivatives ("pointwise", as published), on the same points.

    benchmarks/chromatin.py --mollis build/release/mollis [--densities 30 100 300 1000 3000] [--mobility 4] [--methods joint ...]
    benchmarks/chromatin.py --mollis build/release/mollis --deck inputs/chromatin3d.toml --mobility 1 --methods equation-error pointwise

--densities: mean localisations a unit of area or volume; --seed: of the data; --mobility: M of the equation, for data and fit (from some 8 on patterns form by
themselves). The last line: the count at which each method's correlation passes 0.95, by interpolation in its logarithm."""
import argparse
import json
import math
import os
import pathlib
import subprocess
import tempfile
import tomllib

DECK = pathlib.Path(__file__).resolve().parents[1] / "inputs" / "chromatin2d.toml"
WANTED = 0.95


def cell_of(deck):
    """Area or volume of a cell of a deck's grid, none of whose axes are periodic."""
    grid = tomllib.loads(deck.read_text())["grid"]
    return math.prod((high - low) / (n - 1) for low, high, n in zip(grid["lower"], grid["upper"], grid["points"]))


def run(mollis, command, deck, *arguments):
    done = subprocess.run([mollis, command, deck, *map(str, arguments)], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode not in (0, 2):
        raise SystemExit(done.stderr)


def passes(points):
    """Where a curve of (count, correlation) last rises through WANTED; None where it does not."""
    found = None
    for (n, low), (more, high) in zip(points, points[1:]):
        if low < WANTED <= high:
            found = math.exp(math.log(n) + (WANTED - low) / (high - low) * math.log(more / n))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--deck", default=DECK, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--densities", type=float, nargs="+", default=[30.0, 100.0, 300.0, 1000.0, 3000.0])
    parser.add_argument("--mobility", type=float, default=4.0)
    parser.add_argument("--methods", nargs="+", default=["joint", "equation-error", "pointwise"])
    parser.add_argument("--samples", default="5", help="draws for the standard errors of joint and equation error (5)")
    arguments = parser.parse_args()
    curves = {method: [] for method in arguments.methods}
    print("| localisations in the nucleus | a cell | method | correlation whole / core | relative L2 | mean +- | coverage of 95 % | verdict |\n"
          "|---|---|---|---|---|---|---|---|")
    for density in sorted(arguments.densities):
        with tempfile.TemporaryDirectory(prefix="mollis-chromatin-") as scratch:
            common = [f"observations.u.file={scratch}/molecules.h5", f"observations.u.density={{ offset = {density}, gain = {0.6 * density} }}",
                      f"equation.let.M='{arguments.mobility}'", f"forward.mobility={arguments.mobility}"]
            run(arguments.mollis, "forward", arguments.deck, *common, f"forward.seed={arguments.seed}")
            for method in arguments.methods:
                out = pathlib.Path(scratch, method)
                run(arguments.mollis, "invert", arguments.deck, *common, f"inversion.method={method}", f"output.directory={out}",
                    f"uncertainty.samples={0 if method == 'pointwise' else arguments.samples}")
                summary = json.loads((out / "summary.json").read_text())
                fit, counted = summary["parameters"]["lambda"], summary["localisations"]["u"]["counted"]
                truth, error = fit["truth"], fit.get("standard_error")
                cell = density * cell_of(arguments.deck)
                reasons = ", ".join(dict.fromkeys(reason["check"] for reason in summary["verdict"]["reasons"]))
                curves[method].append((counted, truth["correlation"] or 0.0))
                covered = "" if truth.get("coverage95") is None else f"{100 * truth['coverage95']:.0f} %"
                print(f"| {counted} | {cell:.3g} | {method} | {truth['correlation']:.3f} / {truth['core']['correlation']:.3f} | {100 * truth['relative_l2']:.3g} % | "
                      f"{'' if error is None else f'{error:.2g}'} | {covered} | "
                      f"{summary['verdict']['status']}{': ' + reasons if reasons else ''} |", flush=True)
    for method, points in curves.items():
        count = passes(points)
        print(f"\n{method}: correlation {WANTED} " + ("not reached" if count is None else f"from some {count:.2g} localisations on"))


if __name__ == "__main__":
    main()

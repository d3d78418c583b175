#!/usr/bin/env python3
"""How an answer ends as noise drowns the data: u_t = D u_xx - k u on 41 x 51 points, D = 0.05 and k = 0.5, everything automatic.

    benchmarks/noise.py --mollis build/release/mollis [--draws 3] [--noise 0.05 0.2 0.5 1 2]

A line a form and a noise (over the deviation of u): draws that end sound, the farthest of them from the truth in standard errors, the
reasons of the others. A sound answer more than four standard errors off is marked WRONG, and the exit code is 1."""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

TRUTH = {"D": 0.05, "k": 0.5}
DECK = """[grid]
axes = ["t", "x"]
points = [41, 51]
lower = [0.0, 0.0]
upper = [2.0, 1.0]
[observations.u]
file = "data.h5"
dataset = "u"
[equation]
residual = "dt(u) - D*dx(dx(u)) + k*u"
form = "{form}"
[inversion]
method = "{method}"
[parameters.D]
over = []
[parameters.k]
over = []
"""


def data(noise, seed):
    t, x = numpy.meshgrid(numpy.linspace(0, 2, 41), numpy.linspace(0, 1, 51), indexing="ij")
    rate = 0.05 * numpy.pi ** 2
    clean = numpy.exp(-0.5 * t) * (numpy.exp(-rate * t) * numpy.sin(numpy.pi * x) + 0.7 * numpy.exp(-9 * rate * t) * numpy.cos(3 * numpy.pi * x))
    return clean + noise * clean.std() * numpy.random.default_rng(seed).standard_normal(clean.shape)


def solve(mollis, form, method, noise, seed):
    """Distance from the truth in standard errors, and the reasons of the verdict."""
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        with h5py.File(place / "data.h5", "w") as file:
            file["u"] = data(noise, seed)
        (place / "deck.toml").write_text(DECK.format(form=form, method=method))
        run = subprocess.run([mollis, "invert", place / "deck.toml", f"output.directory={place}/out"], capture_output=True, text=True)
        if run.returncode not in (0, 2):
            raise SystemExit(run.stderr)
        summary = json.loads((place / "out" / "summary.json").read_text())
        with h5py.File(place / "out" / "result.h5") as file:
            values = {name: float(file[f"/parameters/{name}"][()]) for name in TRUTH}
    errors = {name: summary["parameters"][name]["standard_error"] for name in TRUTH}
    off = max(abs(values[name] - TRUTH[name]) / errors[name] if errors[name] else float("inf") for name in TRUTH)
    return off, [reason["check"] for reason in summary["verdict"]["reasons"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", required=True)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--noise", type=float, nargs="+", default=[0.05, 0.2, 0.5, 1.0, 2.0])
    arguments = parser.parse_args()
    wrong = 0
    print("| form | method | noise | sound | farthest of these | reasons of the others |\n|---|---|---|---|---|---|")
    for form, method in (("strong", "equation-error"), ("weak", "equation-error"), ("strong", "auto")):
        for noise in arguments.noise:
            outcomes = [solve(arguments.mollis, form, method, noise, seed) for seed in range(1, arguments.draws + 1)]
            sound = [off for off, reasons in outcomes if not reasons]
            others = collections.Counter(check for _, reasons in outcomes for check in set(reasons))
            wrong += sum(off > 4.0 for off in sound)
            print(f"| {form} | {method} | {noise:g} | {len(sound)} of {len(outcomes)} | {max(sound, default=float('nan')):.1f} | "
                  f"{', '.join(f'{check} {count}' for check, count in others.items()) or 'none'} |", flush=True)
    print(f"\n{wrong} WRONG" if wrong else "\nno sound answer is wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

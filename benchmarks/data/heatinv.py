#!/usr/bin/env python3
"""PINNacle's HeatInv over several draws of the noise, one change at a time: relative L2 error of a on the lattice.

    heatinv.py DATA --mollis PROGRAM [--draws 5] [--variants default ...] [--output FOLDER]

DATA holds heatinv.h5: columns t, y, x, u_clean and u_noisy (draw 0; draws 1, 2, ... are made here, seeds 1, 2, ...; standard deviation 0.1).
Deck: heatinv.toml, with a itself as parameter where the walls are not told. A line a fit, as it ends: figures of fits cut short are kept."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as error:
    sys.exit(f"heatinv.py: {error}; needed are numpy, h5py (Debian: python3-h5py)")

DECK = (pathlib.Path(__file__).parent / "heatinv.toml").read_text()
POINTS = "points = [7, 13, 13]"
LET = 'let      = { a = "2 + (1 - x^2)*(1 - y^2)*b" }'


def not_told(deck):
    return deck.replace("[parameters.b]", "[parameters.a]\ninitial = 1.0").replace(LET, "")


VARIANTS = {
    "walls": lambda deck: deck,                                                    # heatinv.toml
    "default": not_told,
    "walls, order 1": lambda deck: deck.replace("[parameters.b]", "[parameters.b]\nsmoothness = { order = 1 }"),
    "walls, order 3": lambda deck: deck.replace("[parameters.b]", "[parameters.b]\nsmoothness = { order = 3 }"),
    "finer": lambda deck: not_told(deck).replace(POINTS, "points = [9, 21, 21]"),
    "walls, finer": lambda deck: deck.replace(POINTS, "points = [9, 21, 21]"),
}


def score(file):
    group = file["parameters"]
    y, x = np.meshgrid(*(file["coordinates"][name][...] for name in "yx"), indexing="ij")
    a = group["a"][...] if "a" in group else 2 + (1 - x ** 2) * (1 - y ** 2) * group["b"][...]
    truth = 2 + np.sin(np.pi * x) * np.sin(np.pi * y)
    core = (slice(2, -2),) * 2 if len(x) > 15 else (slice(1, -1),) * 2
    error = [np.linalg.norm((a - truth)[part]) / np.linalg.norm(truth[part]) for part in ((slice(None),) * 2, core)]
    return [100 * e for e in error]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("heatinv.data"))
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    with h5py.File(given.data / "heatinv.h5") as file:
        columns = {name: file[name][...] for name in ("t", "y", "x", "u_clean", "u_noisy")}
    print("| variant | draw | error of a | core | CPU seconds | verdict |\n|---|---|---|---|---|---|")
    found = {}
    for name in given.variants:
        for draw in range(given.draws):
            noisy = columns["u_noisy"] if draw == 0 else columns["u_clean"] + 0.1 * np.random.default_rng(draw).standard_normal(len(columns["t"]))
            with h5py.File(given.output / "heatinv.h5", "w") as file:
                for key in "tyx":
                    file[key] = columns[key]
                file["u_noisy"] = noisy
            deck = given.output / "case.toml"
            deck.write_text(re.sub(r'directory = ".*"', 'directory = "case.out"', VARIANTS[name](DECK)))
            before = os.times()
            done = subprocess.run([given.mollis, "invert", deck], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
            seconds = os.times().children_user - before.children_user
            if done.returncode not in (0, 2):
                sys.exit(done.stderr)
            verdict = json.loads((given.output / "case.out" / "summary.json").read_text())["verdict"]
            with h5py.File(given.output / "case.out" / "result.h5") as file:
                errors = score(file)
            found.setdefault(name, []).append(errors)
            reasons = ", ".join(dict.fromkeys(reason["check"] for reason in verdict["reasons"]))
            print(f"| {name} | {draw} | {errors[0]:.1f} % | {errors[1]:.1f} % | {seconds:.0f} | {verdict['status']}{': ' + reasons if reasons else ''} |", flush=True)
    print("\n| variant | draws | error of a, mean +- deviation | core |\n|---|---|---|---|")
    for name, errors in found.items():
        mean = np.mean(errors, axis=0)
        spread = [f" +- {one:.1f}" for one in np.std(errors, axis=0, ddof=1)] if len(errors) > 1 else ["", ""]
        print(f"| {name} | {len(errors)} | {mean[0]:.1f}{spread[0]} % | {mean[1]:.1f}{spread[1]} % |")


if __name__ == "__main__":
    main()

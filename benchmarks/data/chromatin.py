#!/usr/bin/env python3
"""The rate map of inputs/chromatin2d.toml's equation from a real table of localisations, and how far it agrees with itself.

    chromatin.py TABLE.csv --mollis PROGRAM [--polygon CORNERS.csv] [--per-cell 10] [--columns "x [nm]" "y [nm]"] [--fits all early ...] [--output FOLDER]

No truth exists. The table is split in two, at random and by time (first and second half of the frames: molecules that blink do not count
twice then); each half gives a map, and their correlation inside the nucleus is printed, beside that of the two densities. The same with
four other choices of what no table tells: M, the width of interfaces, and the densities of the pure phases.

Nucleus: the polygon, else where the smoothed density exceeds a quarter of its median over occupied cells (largest piece, holes filled).
Densities of the phases: quantiles of the smoothed density in the nucleus. Cells: so many localisations on average (--per-cell)."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

try:
    import h5py
    import numpy as np
    from scipy import ndimage
except ModuleNotFoundError as error:
    sys.exit(f"chromatin.py: {error}; needed are numpy, h5py, scipy (Debian: python3-h5py python3-scipy)")

DECK = """# Made by benchmarks/data/chromatin.py.
[grid]
axes   = ["y", "x"]               # um
points = [{ny}, {nx}]
lower  = [{y0}, {x0}]
upper  = [{y1}, {x1}]
mask   = {{ file = "nucleus.h5", dataset = "inside" }}
[observations.u]
kind    = "localisations"
file    = "{file}"
density = {{ offset = {offset}, gain = {gain} }}
[parameters.lambda]
over    = ["y", "x"]
initial = 1.0
lower   = 0.01
[equation]
residual = "M*lap(u^3 - u - kappa*lap(u)) + lambda*(1 - u) - (1 + u)"
let      = {{ M = "{mobility}", kappa = "{kappa}" }}
[inversion]
method = "joint"
"""


def columns_of(path, names):
    with open(path, encoding="utf-8") as text:
        header = [name.strip().strip('"') for name in text.readline().split(",")]
    missing = [name for name in names if name not in header]
    if missing:
        sys.exit(f"{path}: no column {missing[0]!r}; it has {', '.join(header)}")
    return np.loadtxt(path, delimiter=",", skiprows=1, usecols=[header.index(name) for name in names], unpack=True, ndmin=2)


def in_polygon(corners, y, x):
    """Even-odd rule."""
    inside = np.zeros(np.broadcast(y, x).shape, bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0)):
        if y1 != y2:
            inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def smoothed(y, x, axes):
    """Density of localisations: counts of cells about the points of the axes, smoothed over 1.5 cells."""
    cell = axes[0][1] - axes[0][0]
    edges = [np.append(a - cell / 2, a[-1] + cell / 2) for a in axes]
    return ndimage.gaussian_filter(np.histogram2d(y, x, edges)[0] / cell**2, 1.5)


class Nucleus:
    """Grid, domain and phases of a table in um."""

    def __init__(self, x, y, per_cell, corners):
        area = np.ptp(x) * np.ptp(y) if corners is None else 0.5 * abs(np.sum(corners[:, 0] * np.roll(corners[:, 1], -1) - corners[:, 1] * np.roll(corners[:, 0], -1)))
        self.cell = np.sqrt(area * per_cell / len(x))
        self.axes = [a.min() + self.cell * np.arange(np.ceil(np.ptp(a) / self.cell) + 1) for a in (y, x)]
        self.density = smoothed(y, x, self.axes)
        if corners is None:
            inside = self.density > 0.25 * np.median(self.density[self.density > 0.1 * self.density.mean()])
            labels, _ = ndimage.label(ndimage.binary_fill_holes(inside))
            self.inside = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
        else:
            self.inside = in_polygon(corners, self.axes[0][:, None], self.axes[1][None, :])

    def phases(self, low, high):
        return np.quantile(self.density[self.inside], [low, high])

    def deck(self, file, share, mobility, width, quantiles):
        """share: of the localisations; mobility: M in units of kappa; width: sqrt(kappa) in cells."""
        euchromatin, heterochromatin = share * self.phases(*quantiles)
        y, x = self.axes
        kappa = (width * self.cell)**2
        return DECK.format(ny=len(y), nx=len(x), y0=y[0], x0=x[0], y1=y[-1], x1=x[-1], file=file, offset=(heterochromatin + euchromatin) / 2,
                           gain=(heterochromatin - euchromatin) / 2, mobility=mobility * kappa, kappa=kappa)


def fit(mollis, folder, name, text):
    deck = folder / f"{name}.toml"
    deck.write_text(text)
    before = os.times()
    done = subprocess.run([mollis, "invert", deck], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode not in (0, 2):
        sys.exit(done.stderr)
    summary = json.loads((folder / f"{name}.out" / "summary.json").read_text())
    with h5py.File(folder / f"{name}.out" / "result.h5") as file:
        rate, deviation = file["parameters/lambda"][...], file["parameters/lambda_std"][...] if "parameters/lambda_std" in file else None
    return summary, rate, deviation, os.times().children_user - before.children_user


PARTS = ("all", "half_1", "half_2", "early", "late")
CHANGES = {"M_20": {"mobility": 20.0}, "M_1": {"mobility": 1.0}, "width_2": {"width": 2.0}, "phases": {"quantiles": (0.01, 0.99)}}


def correlation(a, b):
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[both], b[both])[0, 1]) if a[both].std() > 0 and b[both].std() > 0 else float("nan")


def line(name, summary, rate, deviation, seconds, beside):
    verdict = summary["verdict"]
    reasons = ", ".join(dict.fromkeys(reason["check"] for reason in verdict["reasons"]))
    found = summary["localisations"]["u"]
    spread = "" if deviation is None else f"{np.nanmean(deviation):.2g}"
    print(f"| {name} | {found['counted']} | {found['dispersion']:.3g} | {np.nanmean(rate):.2f} | {np.nanstd(rate):.2g} | {spread} | {beside} | {seconds:.0f} | "
          f"{verdict['status']}{': ' + reasons if reasons else ''} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--polygon", type=pathlib.Path, help="corners of the nucleus, the same columns")
    parser.add_argument("--columns", nargs=2, default=["x [nm]", "y [nm]"])
    parser.add_argument("--frame", default="frame", help="column of the frame")
    parser.add_argument("--per-cell", type=float, default=10.0)
    parser.add_argument("--fits", nargs="+", default=[*PARTS, *CHANGES], choices=[*PARTS, *CHANGES])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("chromatin.data"))
    given = parser.parse_args()
    x, y, frame = columns_of(given.table, [*given.columns, given.frame])
    x, y = x / 1000, y / 1000
    corners = None if given.polygon is None else np.column_stack(columns_of(given.polygon, given.columns)) / 1000
    nucleus = Nucleus(x, y, given.per_cell, corners)
    given.output.mkdir(parents=True, exist_ok=True)
    with h5py.File(given.output / "nucleus.h5", "w") as file:
        file["inside"] = nucleus.inside.astype("i4")
    first = np.random.default_rng(1).random(len(x)) < 0.5
    parts = {"all": np.ones(len(x), bool), "half_1": first, "half_2": ~first, "early": frame <= np.median(frame), "late": frame > np.median(frame)}
    for name, rows in parts.items():
        with h5py.File(given.output / f"{name}.h5", "w") as file:
            file["x"], file["y"] = x[rows], y[rows]
    print(f"cells of {nucleus.cell:.3g} um, {len(nucleus.axes[0])} x {len(nucleus.axes[1])}, {nucleus.inside.sum()} of them in the nucleus\n")
    print("| fit | localisations | variance over Poisson's | mean of lambda | its deviation over the nucleus | mean standard deviation | correlation with | CPU seconds | verdict |\n"
          "|---|---|---|---|---|---|---|---|---|")
    usual = dict(mobility=4.0, width=1.5, quantiles=(0.05, 0.95))
    maps, densities = {}, {name: smoothed(y[rows], x[rows], nucleus.axes) for name, rows in parts.items()}
    inside = nucleus.inside
    for name in given.fits:
        change = CHANGES.get(name)
        rows, file = (parts["all"], "all.h5") if change else (parts[name], f"{name}.h5")
        summary, rate, deviation, seconds = fit(given.mollis, given.output, name, nucleus.deck(file, rows.mean(), **{**usual, **(change or {})}))
        maps[name] = rate
        other = "all" if change else {"half_2": "half_1", "late": "early"}.get(name)
        beside = "" if other not in maps else f"{other}: {correlation(rate, maps[other]):.2f}"
        if beside and not change:
            beside += f" (densities {correlation(densities[name][inside], densities[other][inside]):.2f})"
        line(name, summary, rate, deviation, seconds, beside)
    if "all" in maps:
        low, high = nucleus.phases(*usual["quantiles"])
        share = np.clip((nucleus.density - low) / (high - low), 0.02, 0.98)
        print(f"\ncorrelation of the map with phi_h / phi_e of the smoothed density: {correlation(maps['all'], np.where(inside, share / (1 - share), np.nan)):.2f}")


if __name__ == "__main__":
    main()

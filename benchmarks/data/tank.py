#!/usr/bin/env python3
"""Electrical impedance tomography of a water tank (Kuopio Tomography Challenge 2023, training data), as differences from water.

    tank.py DATA --mollis PROGRAM [--targets 1 2 3 4] [--waves 2] [--noise 0.01] [--plain] [--output FOLDER] [--picture tank.png]

DATA holds ktc2023_training.h5: Uel_ref, Uel_1 ... (76 patterns x 31 voltages), Inj (32 x 76), Mpat (32 x 31), truth_1 ... (256 x 256).
Axes y = ln(r/R), -2.36 to 0, and x, the angle: with them the equation of the plane keeps its form (the map is conformal). s is the
conductivity over that of the target's water, 1 at the rim, u0 the potential in water of the same currents, w = u - u0:

    dy(s dy(w + u0)) + dx(s dx(w + u0)) = 0,     dy(w) = 0 at the rim (w is even there) and at the hole in the middle

s = exp((1 - e^2y) b), positive of itself; with --plain s = 1 + (1 - e^2y) b, b > -0.98.

u0: -(1/pi) sum_l I_l mean of ln|x - x'| over electrode l, currents even over each; its one factor, 1 over water's conductivity and depth, is
fitted to Uel_ref at the electrodes without current. The target's water: its voltages over those of the reference at six and seven turns, which
do not reach inside. Patterns are combined linearly into cosines and sines of 1 ... WAVES turns, an experiment each: w at the 32 middles of
electrodes, potentials of mean 0 from the 31 voltages. The noise, a share of w's root mean square, is a guess: the voltages repeat to
1e-5 V, and what the model lacks is not known.

Orientation, by the organisers' mesh (electrode 1 at 90 degrees, the next against the clock) and their interpolateRecoToPixGrid (row 0 of the
truth at the top). Score: correlation of log s with the classes (1, more resistive: -1; 2, more conductive: 1) on the lattice, cells weighted by
their areas; beside it the best of all turns by 45 degrees and more, and of the mirrored ones, which take no part in the choice."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as error:
    sys.exit(f"tank.py: {error}; needed are numpy, h5py (Debian: python3-h5py)")

RADIUS, WIDTH = 0.115, np.radians(5.625)
ANGLES = np.radians(90 + 11.25 * np.arange(32))
INJECT = np.arange(32) % 2 == 0     # every other electrode carries current
DEPTH, ROWS, COLUMNS = 2.35619449019, 13, 32

DECK = """# tank.py made this: target {target}; a = ln(r/R), b the angle
[grid]
axes     = ["y", "x"]
points   = [{rows}, {columns}]
lower    = [-{depth}, 0.0]
upper    = [0.0, {turn!r}]
periodic = ["x"]
reflect  = {{ y = "even" }}

[observations.w]
kind  = "points"
file  = "data.h5"
noise = {noise:.5g}

{experiments}[parameters.b]
over    = ["y", "x"]
initial = 0.0
{bound}
[equation]
residual = "dy(s*dy(w)) + dx(s*dx(w)) + dy(s)*ga + dx(s)*gb"
let      = {{ s = "{law}" }}      # water at the rim

[inversion]
method = "joint"

[output]
directory = "case.out"
"""
EXPERIMENT = """[[experiment]]
name = "{name}"
[experiment.observations.w]
columns = {{ y = "a", x = "b", value = "{name}" }}
[experiment.fields.ga]        # da(u0)
file    = "data.h5"
dataset = "ga_{name}"
[experiment.fields.gb]        # db(u0)
file    = "data.h5"
dataset = "gb_{name}"

"""


def gradient(a, b):
    """da and db of the potential in water of unit current at each electrode: complex derivative of -(1/pi) mean ln(z - z')."""
    z = np.exp(a + 1j * b)
    sources = np.exp(1j * (ANGLES[:, None] + WIDTH / 2 * np.linspace(-1, 1, 81)[1::2]))
    slope = -(1 / np.pi) * (z[..., None, None] / (z[..., None, None] - sources)).mean(-1)
    return slope.real, -slope.imag


def potential(points):
    """Potential in water at the rim, (points, electrodes)."""
    sources = np.exp(1j * (ANGLES[:, None] + WIDTH / 2 * np.linspace(-1, 1, 81)[1::2]))
    return -(1 / np.pi) * np.log(np.abs(np.exp(1j * points)[:, None, None] - sources)).mean(-1)


def current(points):
    """da(u0) at the rim of unit current at each electrode: even over its width."""
    apart = np.abs((points[:, None] - ANGLES + np.pi) % (2 * np.pi) - np.pi)
    step = 2 * np.pi / len(points)
    cover = np.clip((WIDTH / 2 + step / 2 - apart) / step, 0, min(1, WIDTH / step))       # share of the cell about a point
    return cover / (cover.sum(0) * step)


def read(folder):
    with h5py.File(folder / "ktc2023_training.h5") as file:
        data = {name: file[name][...].astype(float) for name in file}
    electrodes = {}
    for key in ("ref", "1", "2", "3", "4"):
        electrodes[key] = np.linalg.lstsq(data["Mpat"].T, data["Uel_" + key].reshape(76, 31).T, rcond=None)[0].T
    return data, electrodes


def water(data, electrodes):
    """The factor of u0 and the share that it leaves of the voltages, both at electrodes without current."""
    currents = data["Inj"].T
    without = currents == 0
    model = currents @ potential(ANGLES + 1e-9).T

    def centred(values):
        return (values - np.where(without, values, 0).sum(1, keepdims=True) / without.sum(1, keepdims=True)) * without
    model, seen = centred(model), centred(electrodes["ref"])
    factor = (model * seen).sum() / (model ** 2).sum()
    return factor, np.linalg.norm(seen - factor * model) / np.linalg.norm(seen)


def drift_of(data, electrodes, target):
    """What the water of a target resists over that of the reference: voltages of 6 and 7 turns, which reach (r/R)^6 inside."""
    seen = []
    for wave in (kind(k * ANGLES) * INJECT for k in (6, 7) for kind in (np.cos, np.sin)):
        weights = np.linalg.lstsq(data["Inj"], wave, rcond=None)[0]
        seen.append((weights @ electrodes[target], weights @ electrodes["ref"]))
    ours, water_alone = np.array(seen).transpose(1, 0, 2)
    return np.sum(ours * water_alone) / np.sum(water_alone ** 2)


def classes(truth, a, b):
    """-1, 0 or 1 at the points, by the pixel that holds each: row 0 at the top."""
    x, y = np.exp(a) * np.cos(b), np.exp(a) * np.sin(b)
    column, row = ((1 + x) * 128).astype(int).clip(0, 255), ((1 - y) * 128).astype(int).clip(0, 255)
    return np.array([0.0, -1.0, 1.0])[truth.astype(int)[row, column]]


def correlation(found, true, weights):
    found, true = (values - np.average(values, weights=weights) for values in (found, true))
    return np.sum(weights * found * true) / np.sqrt(np.sum(weights * found ** 2) * np.sum(weights * true ** 2))


def picture(images, path):
    """images: target -> (s, truth, verdict). The tank from above: photographed classes, and s within the hole and the rim."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, places = plt.subplots(2, len(images), figsize=(3.1 * len(images) + 0.6, 6.2), squeeze=False, constrained_layout=True)
    a, b = np.linspace(-DEPTH, 0, ROWS), np.arange(COLUMNS + 1) * 2 * np.pi / COLUMNS
    x, y = (RADIUS * np.exp(a)[:, None] * kind(b) for kind in (np.cos, np.sin))
    for place, (target, (s, truth, verdict)) in zip(places.T, images.items()):
        place[0].imshow(np.array([0.0, -1.0, 1.0])[truth.astype(int)], cmap="RdBu_r", vmin=-1.5, vmax=1.5, extent=[-RADIUS, RADIUS] * 2)
        place[0].set_title(f"target {target}, photographed")
        shades = place[1].pcolormesh(x, y, np.log2(np.column_stack([s, s[:, 0]])), cmap="RdBu_r", vmin=-3, vmax=3, shading="gouraud")
        place[1].set_title(f"log2 of s ({verdict})")
        for one in place:
            one.add_patch(plt.Circle((0, 0), RADIUS, fill=False))
            one.plot(*(RADIUS * kind(ANGLES) for kind in (np.cos, np.sin)), "k.", markersize=3)
            one.set(aspect="equal", xlim=(-0.125, 0.125), ylim=(-0.125, 0.125), xlabel="m")
    figure.colorbar(shades, ax=places[1], shrink=0.8)
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--targets", nargs="+", default=list("1234"), choices=list("1234"))
    parser.add_argument("--waves", type=int, default=2)
    parser.add_argument("--noise", type=float, default=0.01, help="of the root mean square of w")
    parser.add_argument("--plain", action="store_true", help="b is the conductivity itself, not its logarithm")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("tank.data"))
    parser.add_argument("--picture", type=pathlib.Path)
    given = parser.parse_args()
    data, electrodes = read(given.data)
    factor, left = water(data, electrodes)
    print(f"water: {factor:.4g} V a unit of current; {100 * left:.1f} % of the voltages at electrodes without current left\n")
    axis_a, axis_b = np.linspace(-DEPTH, 0, ROWS), np.arange(COLUMNS) * 2 * np.pi / COLUMNS
    a, b = np.meshgrid(axis_a, axis_b, indexing="ij")
    ga, gb = gradient(np.where(a == 0, -1e-9, a), b)
    ga[-1] = current(axis_b)
    print("| target | its water, resistance over that of the reference | experiments | correlation of log s with the classes | turned by 45 degrees or more, best | mirrored, best | s in class 1, water, class 2 | chi2 | mean +- of b | CPU seconds | verdict |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    images = {}
    for target in given.targets:
        folder = given.output / target
        folder.mkdir(parents=True, exist_ok=True)
        drift = drift_of(data, electrodes, target)
        difference = (electrodes[target] / drift - electrodes["ref"]) / factor
        columns, text = {"a": np.zeros(32), "b": np.mod(ANGLES, 2 * np.pi)}, ""
        for name, wave in [(f"{kind.__name__}{k}", kind(k * ANGLES) * INJECT) for k in range(1, given.waves + 1) for kind in (np.cos, np.sin)]:
            weights = np.linalg.lstsq(data["Inj"], wave, rcond=None)[0]
            columns[name] = weights @ difference
            columns["ga_" + name], columns["gb_" + name] = ga @ wave, gb @ wave
            text += EXPERIMENT.format(name=name)
        rms = np.sqrt(np.mean([columns[name] ** 2 for name in columns if name[:3] in ("cos", "sin")]))
        with h5py.File(folder / "data.h5", "w") as file:
            for name, values in columns.items():
                file[name] = values
        (folder / "case.toml").write_text(DECK.format(target=target, rows=ROWS, columns=COLUMNS, depth=DEPTH, turn=2 * np.pi, noise=given.noise * rms, experiments=text,
                                                     law="1 + (1 - exp(2*y))*b" if given.plain else "exp((1 - exp(2*y))*b)", bound="lower   = -0.98\n" if given.plain else ""))
        before = os.times()
        done = subprocess.run([given.mollis, "invert", folder / "case.toml"], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
        seconds = os.times().children_user - before.children_user
        if done.returncode not in (0, 2):
            sys.exit(done.stderr)
        summary = json.loads((folder / "case.out" / "summary.json").read_text())
        with h5py.File(folder / "case.out" / "result.h5") as file:
            s = (1 - np.exp(2 * a)) * file["parameters/b"][...]
            s = 1 + s if given.plain else np.exp(s)
        true, areas = classes(data["truth_" + target], a, b), np.exp(2 * a)
        images[target] = s, data["truth_" + target], summary["verdict"]["status"]

        def score(sign, turns):
            return max(correlation(np.log(s), classes(data["truth_" + target], a, sign * b + turn * np.pi / 16), areas) for turn in turns)
        inside = [f"{np.average(s[true == kind], weights=areas[true == kind]):.2f}" if np.any(true == kind) else "none" for kind in (-1, 0, 1)]
        reasons = ", ".join(dict.fromkeys(reason["check"] for reason in summary["verdict"]["reasons"]))
        print(f"| {target} | {drift:.3f} | {2 * given.waves} | {score(1, [0]):.2f} | {score(1, range(4, 29)):.2f} | {score(-1, range(32)):.2f} | {', '.join(inside)} | {summary.get('misfit_chi2', float('nan')):.3g} "
              f"| {summary['parameters']['b'].get('standard_error') or float('nan'):.2g} | {seconds:.0f} | {summary['verdict']['status']}{': ' + reasons if reasons else ''} |", flush=True)
    if given.picture:
        picture(images, given.picture)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Drift and diffusivity from real trajectories: tools/moments.py makes data of displacements, Mollis fits fields to them.

    trajectories.py ring FOLDER --mollis PROGRAM [--output FOLDER]     a bead driven around a ring of light (Gomez-Solano et al. 2009)
    trajectories.py nls FOLDER --mollis PROGRAM [--output FOLDER]      a free protein in eleven nuclei (Heckert et al. 2022)

FOLDER holds trajectories.h5. ring: F(theta) and D(theta) as fields, and as the authors' own model, drift = F - A sin(theta + c), D constant,
at lags of 1 and 10 frames. nls: D(x, y) of each nucleus, beside the diffusivity of all its displacements (covariance-based)."""
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
    sys.exit(f"trajectories.py: {error}; needed are numpy and h5py (Debian: python3-h5py)")

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "moments.py"
DATA = """[observations.{name}]
file    = "{file}"
dataset = "{dataset}"
noise   = {{ file = "{file}", dataset = "{dataset}_sigma" }}
"""
RING = """# Made by benchmarks/data/trajectories.py.
[grid]
axes        = ["x"]                  # the angle, rad
coordinates = {{ file = "{file}", datasets = ["x"], period = {{ x = 6.283185307179586 }} }}
{v}{q}
[equation]
residuals = ["v - {drift}", "q - D"]
"""
NUCLEUS = """# Made by benchmarks/data/trajectories.py.
[grid]
axes        = ["y", "x"]             # um
coordinates = {{ file = "{file}", datasets = ["y", "x"] }}
mask        = {{ file = "{file}", dataset = "count", above = 1 }}    # where displacements were seen
{q}
[parameters.D]
over    = ["y", "x"]
initial = 8.0
lower   = 0.0
[equation]
residual = "q - D"
"""


def run(*command, codes=(0,)):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode not in codes:
        sys.exit(done.stderr or done.stdout)
    sys.stderr.write(done.stderr if str(command[0]) == sys.executable else "")
    return done.stdout


def fit(mollis, folder, name, text):
    (folder / f"{name}.toml").write_text(text)
    run(mollis, "invert", folder / f"{name}.toml", codes=(0, 2))
    return json.loads((folder / f"{name}.out" / "summary.json").read_text())


def field(folder, name, parameter):
    with h5py.File(folder / f"{name}.out" / "result.h5") as file:
        group = file["parameters"]
        return group[parameter][...], group[parameter + "_std"][...] if parameter + "_std" in group else None


def verdict(summary):
    reasons = ", ".join(dict.fromkeys(reason["check"] for reason in summary["verdict"]["reasons"]))
    return summary["verdict"]["status"] + (f": {reasons}" if reasons else "")


def parameters(names, over):
    return "".join(f"[parameters.{name}]\nover = {over}\n" for name in names)


def ring(given):
    for lag in (1, 10):
        file = f"ring_{lag}.h5"
        print(run(sys.executable, TOOL, given.folder / "trajectories.h5", "-o", given.output / file, "--axes", "x", "--columns", "x=theta", "--period", f"x={2 * np.pi}",
                  "--cell", 0.0873, "--localisation", 0, "--lag", lag).strip())
        data = {key: DATA.format(name=key, file=file, dataset=dataset) for key, dataset in (("v", "drift_x"), ("q", "diffusivity"))}
        known = fit(given.mollis, given.output, f"model_{lag}", RING.format(file=file, drift="(F + a*cos(x) + b*sin(x))", **data) + parameters("FabD", "[]"))
        value = {name: known["parameters"][name]["mean"] for name in "FabD"}
        error = {name: known["parameters"][name].get("standard_error") or float("nan") for name in "FabD"}
        print(f"lag {lag}, model: F {value['F']:.3f} +- {error['F']:.3f} rad/s, A {np.hypot(value['a'], value['b']):.3f} +- {np.hypot(error['a'], error['b']):.3f} rad/s, "
              f"D {value['D']:.5f} +- {error['D']:.5f} rad^2/s, chi2 {known['misfit_chi2']:.2f}, {verdict(known)}")
        free = fit(given.mollis, given.output, f"fields_{lag}", RING.format(file=file, drift="F", **data) + parameters("FD", '["x"]'))
        drift, drift_std = field(given.output, f"fields_{lag}", "F")
        spread, spread_std = field(given.output, f"fields_{lag}", "D")
        waves = np.fft.rfft(drift) / len(drift)
        mean = lambda std: float("nan") if std is None else std.mean()
        print(f"lag {lag}, fields: F mean {waves[0].real:.3f}, first wave {2 * abs(waves[1]):.3f}, second {2 * abs(waves[2]):.3f}, deviation {mean(drift_std):.3f}; "
              f"D {spread.min():.5f} to {spread.max():.5f}, deviation {mean(spread_std):.5f}; chi2 {free['misfit_chi2']:.2f}, {verdict(free)}")


def nls(given):
    print("| nucleus | displacements | D of all, um^2/s | error of a position, nm | D by the map, mean | its deviation over the nucleus | mean standard deviation | chi2 | verdict |\n"
          "|---|---|---|---|---|---|---|---|---|")
    for region in range(11):
        name = f"nucleus_{region}"
        said = run(sys.executable, TOOL, given.folder / "trajectories.h5", "-o", given.output / f"{name}.h5", "--axes", "y", "x", "--only", f"region={region}", "--per-cell", given.per_cell)
        summary = fit(given.mollis, given.output, name, NUCLEUS.format(file=f"{name}.h5", q=DATA.format(name="q", file=f"{name}.h5", dataset="diffusivity")))
        found, deviation = field(given.output, name, "D")
        with h5py.File(given.output / f"{name}.h5") as file:
            count = file["count"][...]
        inside = np.isfinite(found) & (count >= 2)
        words = dict(part.strip().rsplit(" ", 1) for part in said.split("of all: ")[1].replace("deviation of a position ", "position ").split(", ") if " " in part.strip())
        print(f"| {region} | {said.split()[0]} | {float(words['diffusivity']):.2f} | {1000 * float(words['position']):.0f} | {found[inside].mean():.2f} | {found[inside].std():.2g} | "
              f"{'' if deviation is None else f'{deviation[inside].mean():.2g}'} | {summary['misfit_chi2']:.2f} | {verdict(summary)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["ring", "nls"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--per-cell", type=float, default=30.0, help="nls: displacements a cell of the box on average")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("trajectories.data"))
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    {"ring": ring, "nls": nls}[given.what](given)


if __name__ == "__main__":
    main()

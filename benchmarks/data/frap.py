#!/usr/bin/env python3
"""Diffusion and exchange on a yeast membrane after bleaching (frap.toml), under three readings of the texture of the scan.

usage: frap.py DATA_DIR [--mollis PATH] [--draws N] [--method NAME ...]

DATA_DIR holds frap.h5. Readings of the texture:
  none      a part of the signal: b a constant
  added     u = signal + texture(x): b over x, the deck as it is
  factor    u = signal * texture(x): u over its mean from 140 s on, b a constant
Beside them the least-squares fit of the closed form of the last reading (an infinite line, a stretch bleached to 1 - A with
edges of width w), u = texture(x) [1 - A exp(-k t)/2 (erf((x - l)/W) - erf((x - r)/W))], W^2 = w^2 + 4 D t.
--draws N: standard errors of all of them from N synthetic records, that closed form with the D and k of `--truth` (default:
the fit's own) and whole frames of its residual, shuffled and with random signs: they are independent in time, not along x.
Needs NumPy, SciPy and h5py.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np
from scipy.optimize import least_squares
from scipy.special import erf

DECK = pathlib.Path(__file__).resolve().with_suffix(".toml")
READINGS = ["none", "added", "factor"]
START, LOWER, UPPER = [0.001, 0.02, 0.7, 4.7, 0.5, 0.1], [0, 0, 0.3, 4.0, 0.05, 0.01], [0.2, 1, 1.3, 5.3, 0.9, 0.6]


def mollis(program, u, reading):
    if reading == "factor":
        u = u / u[14:].mean(axis=0)
    overrides = [] if reading == "added" else ["parameters.b.over=[]"]
    if reading == "factor":
        overrides += ["observations.u.noise=0.1", "parameters.b.initial=0.01"]
    with tempfile.TemporaryDirectory() as name:
        with h5py.File(f"{name}/frap.h5", "w") as file:
            file["u"] = u
        command = [*program.split(), "invert", str(DECK), f"observations.u.file={name}/frap.h5",
                   f"output.directory={name}/out", *overrides]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        parameters = json.loads(pathlib.Path(f"{name}/out/summary.json").read_text())["parameters"]
    return [parameters[p]["mean"] for p in ("D", "k")]


def recovery(shape, t, x):
    D, k, left, right, depth, edge = shape
    width = np.sqrt(edge**2 + 4 * D * t)[:, None]
    return 1 - depth * np.exp(-k * t)[:, None] * 0.5 * (erf((x - left) / width) - erf((x - right) / width))


def texture(u, c):
    return (u * c).sum(axis=0) / (c * c).sum(axis=0)


def closed_form(u, t, x, fixed=()):
    """The best shape; `fixed` holds the first of its entries (D, or D and k)."""
    def misfit(free):
        c = recovery([*fixed, *free], t, x)
        return (u - texture(u, c) * c).ravel()

    n = len(fixed)
    return np.array([*fixed, *least_squares(misfit, START[n:], bounds=(LOWER[n:], UPPER[n:]), x_scale=START[n:]).x])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=pathlib.Path)
    parser.add_argument("--mollis", default="mollis")
    parser.add_argument("--draws", type=int, default=0)
    parser.add_argument("--truth", type=float, nargs=2, metavar=("D", "k"), help="of the synthetic records")
    parser.add_argument("--method", nargs="+", choices=[*READINGS, "closed"], default=[*READINGS, "closed"])
    arguments = parser.parse_args()
    with h5py.File(arguments.data_dir / "frap.h5") as file:
        u, t, x = file["u"][:].astype(float), file["t"][:], file["x"][:]

    def fit(method, values):
        return closed_form(values, t, x)[:2] if method == "closed" else mollis(arguments.mollis, values, method)

    shape = closed_form(u, t, x)
    c = recovery(shape, t, x)
    residual = u - texture(u, c) * c
    print(f"closed form: residual {residual.std():.1f} counts; with D fixed:", end="")
    for D in (1e-3, 5e-3, 2e-2):
        other = closed_form(u, t, x, [D])
        d = recovery(other, t, x)
        print(f"  {D:g}: {(u - texture(u, d) * d).std():.1f} (k {other[1]:.4f})", end="")
    known = closed_form(u, t, x, arguments.truth or ())
    c = recovery(known, t, x)
    print(f"\nsynthetic records: D {known[0]:.4f}, k {known[1]:.4f}")
    for method in arguments.method:
        D, k = fit(method, u)
        line = f"  {method:<7}  D {D:+.5f}  k {k:+.5f}"
        draws = []
        for seed in range(arguments.draws):
            random = np.random.default_rng(seed)
            frames = random.permutation(len(t))
            draws.append(fit(method, texture(u, c) * c + residual[frames] * random.choice([-1, 1], len(t))[:, None]))
        if len(draws) > 1:
            (D, k), (dD, dk) = np.mean(draws, axis=0), np.std(draws, axis=0, ddof=1)
            line += f"   synthetic: D {D:+.5f} +- {dD:.5f}  k {k:+.5f} +- {dk:.5f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()

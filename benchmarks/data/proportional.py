#!/usr/bin/env python3
"""Constants of two equations from data with proportional noise of 0, 1, 5, 10, 25 and 50 %, negative values cut to 0.

usage: proportional.py DATA_DIR [--mollis PATH] [--draws N] [--levels L ...] [--method NAME ...]

DATA_DIR holds the folders pde_advection_diffusion and pde_fisher_kpp. Runs `mollis invert` on advection_diffusion.toml and
fisher_kpp.toml and prints the relative error of every constant in percent, on the authors' own noise and, with --draws, mean
and standard deviation over N further draws of the same noise. Needs NumPy and h5py. Methods:
  plain    u as it is, everything "auto": noise taken as white, its level unknown
  level    u as it is, the level known: noise = s rms(u); for Fisher and KPP the mean of u^2 corrected
  scaled   v = asinh(u/a), a a thousandth of the largest value, in which the noise is white: the decks as they are
  unknown  scaled, with the level unknown: noise "auto", u^2 not corrected
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DATA = {"advection_diffusion": "pde_advection_diffusion/advection_diffusion.h5", "fisher_kpp": "pde_fisher_kpp/fisher.h5"}
TRUTH = {"advection_diffusion": {"c": 0.8, "D": 0.01}, "fisher_kpp": {"D": 0.02, "r": 10.0, "q": 10.0}}
LEVELS = [0, 1, 5, 10, 25, 50]
METHODS = ["plain", "level", "scaled", "unknown"]
LEAST = 1e-3  # level stated for data without noise


def prepared(u, level, method, nonlinear):
    """The observations, and the overrides that go with them."""
    s = 0.01 * level
    known = method in ("level", "scaled")
    overrides = [f"equation.let.s={s if known else 0.0}"] if nonlinear else []
    if method in ("scaled", "unknown"):
        a = 1e-3 * u.max()
        noise = max(s, LEAST) if known else "auto"
        return np.arcsinh(u / a), [*overrides, f"equation.let.a={a}", f"observations.v.noise={noise}"]
    noise = max(s, LEAST) * np.sqrt(np.mean(u**2) / (1 + s**2)) if known else "auto"
    return u, [*overrides, "equation.let.u=v", f"observations.v.noise={noise}"]


def errors(mollis, problem, u, axes, level, method):
    """Relative error of each constant, and the radius."""
    v, overrides = prepared(u, level, method, problem == "fisher_kpp")
    with tempfile.TemporaryDirectory() as name:
        data = f"{name}/proportional.h5"
        with h5py.File(data, "w") as file:
            file["v"], file["t"], file["x"] = v, *axes
        command = [*mollis.split(), "invert", str(HERE / f"{problem}.toml"), f"grid.coordinates.file={data}",
                   f"observations.v.file={data}", f"output.directory={name}/out", *overrides]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        summary = json.loads(pathlib.Path(f"{name}/out/summary.json").read_text())
    found = {p: summary["parameters"][p]["mean"] / true - 1 for p, true in TRUTH[problem].items()}
    return found, summary["mollifier"]["radius"]


def drawn(clean, level, seed):
    noise = np.random.default_rng(seed).standard_normal(clean.shape)
    return np.maximum(clean * (1 + 0.01 * level * noise), 0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=pathlib.Path)
    parser.add_argument("--mollis", default="mollis")
    parser.add_argument("--draws", type=int, default=0)
    parser.add_argument("--levels", type=int, nargs="+", default=LEVELS)
    parser.add_argument("--method", nargs="+", choices=METHODS, default=METHODS)
    arguments = parser.parse_args()
    for problem, path in DATA.items():
        with h5py.File(arguments.data_dir / path) as file:
            axes = file["t"][:], file["x"][:]
            fields = {level: file[f"u_noise{level:02d}" if level else "u"][:] for level in {0, *arguments.levels}}
        print(f"{problem}: relative error in percent, the authors' noise; mean +- deviation over {arguments.draws} draws")
        for level in arguments.levels:
            for method in arguments.method:
                found, radius = errors(arguments.mollis, problem, fields[level], axes, level, method)
                draws = [errors(arguments.mollis, problem, drawn(fields[0], level, seed), axes, level, method)[0]
                         for seed in range(arguments.draws if level else 0)]
                line = f"  {level:2d} %  {method:<8}"
                for p, e in found.items():
                    line += f"  {p} {100 * e:+8.3f}"
                    if len(draws) > 1:
                        values = 100 * np.array([d[p] for d in draws])
                        line += f" ({values.mean():+.2f} +- {values.std(ddof=1):.2f})"
                print(f"{line}  radius {radius['t']}, {radius['x']}", flush=True)


if __name__ == "__main__":
    main()

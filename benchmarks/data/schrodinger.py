#!/usr/bin/env python3
"""A hidden potential from a noisy wave function: relative L2 error of V(x) where the time mean of |psi|^2 is above 1% of
its maximum.

usage: schrodinger.py DATA_DIR [--mollis PATH] [--seeds N] [--automatic N]

DATA_DIR holds harmonic_oscillator.h5. Adds Gaussian noise of `ratio` times the standard deviation of each part (seeds
0 .. N-1), runs `mollis invert` on schrodinger.toml and prints mean and standard error over the seeds. Needs NumPy and h5py.
"""
import argparse
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np

DECK = pathlib.Path(__file__).resolve().with_suffix(".toml")
RATIOS = [0.0, 0.01, 0.05]
AUTOMATIC = ["mollifier.radius=auto", "parameters.V.smoothness.weight=auto"]
CASES = {"corrected": [], "plain": ["inversion.bias_correction=off"], "automatic": AUTOMATIC}

def potential(mollis, data, overrides, folder):
    files = [f"observations.{part}.file={data}" for part in ("re", "im")]
    command = [mollis, "invert", str(DECK), *files, f"output.directory={folder}/out", *overrides]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with h5py.File(folder / "out" / "result.h5") as file:
        return file["parameters/V"][:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=pathlib.Path)
    parser.add_argument("--mollis", default="mollis")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--automatic", type=int, default=0, help="seeds with radius and weight chosen automatically (about 20 s each)")
    arguments = parser.parse_args()
    with h5py.File(arguments.data_dir / "harmonic_oscillator.h5") as file:
        re, im, truth = file["re"][:], file["im"][:], file["V_true"][:]
    density = (re**2 + im**2).mean(axis=0)
    seen = density > 0.01 * density.max()
    print(f"{'noise':>6}  {'case':<10} {'relative L2 error':>22}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for ratio in RATIOS:
            errors = {case: [] for case in CASES}
            for seed in range(arguments.seeds if ratio > 0 else 1):
                random = np.random.default_rng(seed)
                with h5py.File(folder / "noisy.h5", "w") as file:
                    for part, values in (("re", re), ("im", im)):
                        file[part] = values + ratio * values.std() * random.standard_normal(values.shape)
                for case, overrides in CASES.items():
                    if case == "automatic" and seed >= arguments.automatic:
                        continue
                    found = potential(arguments.mollis, folder / "noisy.h5", overrides, folder)
                    errors[case].append(np.linalg.norm((found - truth)[seen]) / np.linalg.norm(truth[seen]))
            for case, values in errors.items():
                if not values:
                    continue
                spread = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
                print(f"{ratio:6.2f}  {case:<10} {np.mean(values):12.2e} +- {spread:8.1e}", flush=True)


if __name__ == "__main__":
    main()

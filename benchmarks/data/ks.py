#!/usr/bin/env python3
"""Kuramoto-Sivashinsky by the weak form, beside the published numbers of Weak SINDy.

usage: ks.py DATA_DIR [--mollis PATH] [--seeds N]

DATA_DIR holds ks_wsindy.h5. Adds Gaussian noise of `ratio` times the RMS of u (seeds 0 .. N-1), runs `mollis invert` on
ks.toml and prints the largest relative error of the three coefficients, mean and standard error over the seeds.
Needs NumPy and h5py. Published: Messenger and Bortz, J. Comput. Phys. 443 (2021) 110525, Tables 5 and 6, Fig. 6 (which
also chooses the terms from a library: the harder problem).
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np

DECK = pathlib.Path(__file__).resolve().with_suffix(".toml")
PUBLISHED = {0.0: 8.1e-7, 0.01: 1.8e-4, 0.1: 4.3e-3, 0.4: 4.2e-2}
CASES = {"corrected": [], "plain": ["inversion.bias_correction=off"], "automatic radius": ["mollifier.radius=auto"]}
AUTOMATIC_SEEDS = 5  # the search takes seconds


def largest_error(mollis, data, overrides, folder):
    command = [mollis, "invert", str(DECK), f"observations.u.file={data}", f"output.directory={folder}/out", *overrides]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    summary = json.loads((folder / "out" / "summary.json").read_text())
    return max(p["truth"]["max_relative"] for p in summary["parameters"].values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=pathlib.Path)
    parser.add_argument("--mollis", default="mollis")
    parser.add_argument("--seeds", type=int, default=20)
    arguments = parser.parse_args()
    with h5py.File(arguments.data_dir / "ks_wsindy.h5") as file:
        clean = file["u"][:]
    rms = np.sqrt(np.mean(clean**2))
    print(f"{'noise':>6}  {'case':<17} {'largest relative error':>24}  {'published':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for ratio, published in PUBLISHED.items():
            errors = {case: [] for case in CASES}
            for seed in range(arguments.seeds if ratio > 0 else 1):
                noise = ratio * rms * np.random.default_rng(seed).standard_normal(clean.shape)
                with h5py.File(folder / "noisy.h5", "w") as file:
                    file["u"] = clean + noise
                for case, overrides in CASES.items():
                    if case == "automatic radius" and seed >= AUTOMATIC_SEEDS:
                        continue
                    radius = [] if ratio > 0 or overrides == CASES["automatic radius"] else ["mollifier.radius={t=24,x=22}"]
                    errors[case].append(largest_error(arguments.mollis, folder / "noisy.h5", radius + overrides, folder))
            for case, values in errors.items():
                spread = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
                print(f"{ratio:6.2f}  {case:<17} {np.mean(values):12.2e} +- {spread:8.1e}  {published:9.1e}", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How heat goes down in the upper ocean (ocean3d.toml) against the yearly wave, place by place: with u = Re U(z) e^(i omega t), K and w are the
real least-squares solution of i omega U = K U'' - w U' over the levels between the outermost, differences of three levels.

    ocean3d.py FOLDER [--mollis PROGRAM] [--output FOLDER]      FOLDER holds ocean_temperature.h5
"""
import argparse
import os
import subprocess
import sys
import tomllib

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as error:
    sys.exit(f"ocean3d.py: {error}; needed are numpy and h5py (Debian: python3-h5py)")

DECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ocean3d.toml")


def by_wave(path, crop):
    """K and w [lat, lon]."""
    with h5py.File(path) as file:
        u = file["u"][(slice(None), *(slice(*crop[axis]) for axis in "zyx"))].astype(float)
        z, t = file["z"][slice(*crop["z"])], file["t"][...]
    omega = 2 * np.pi / 31556952.0
    wave = 2 * np.tensordot(np.exp(-1j * omega * t), u, (0, 0)) / len(t)
    below, above = (z[2:] - z[1:-1])[:, None, None], (z[1:-1] - z[:-2])[:, None, None]
    first = (wave[2:] - wave[:-2]) / (below + above)
    second = 2 * ((wave[2:] - wave[1:-1]) / below - (wave[1:-1] - wave[:-2]) / above) / (below + above)
    found = np.full((2, *wave.shape[1:]), np.nan)
    for j, i in np.ndindex(*wave.shape[1:]):
        rows = np.column_stack([second[:, j, i], -first[:, j, i]])
        right = 1j * omega * wave[1:-1, j, i]
        if np.isfinite(rows).all() and np.isfinite(right).all():
            found[:, j, i] = np.linalg.lstsq(np.vstack([rows.real, rows.imag]), np.concatenate([right.real, right.imag]), rcond=None)[0]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--mollis", default="mollis")
    parser.add_argument("--output", default="ocean3d.out")
    given = parser.parse_args()
    data, output = (os.path.abspath(path) for path in (os.path.join(given.folder, "ocean_temperature.h5"), given.output))
    with open(DECK, "rb") as text:
        crop = tomllib.load(text)["observations"]["u"]["crop"]
    done = subprocess.run([*given.mollis.split(), "invert", DECK, f"grid.coordinates.file={data}", f"observations.u.file={data}", f"output.directory={output}"],
                          capture_output=True, text=True)
    if done.returncode not in (0, 2):
        sys.exit(done.stderr)
    print(done.stdout[done.stdout.rindex("converged"):].strip())
    with h5py.File(os.path.join(output, "result.h5")) as file:
        found = [file[f"parameters/{name}"][...] for name in "Kw"]
    for name, unit, mollis, wave in zip("Kw", ("m^2/s", "m/s"), found, by_wave(data, crop)):
        both = np.isfinite(mollis) & np.isfinite(wave)
        quartiles = lambda values: ", ".join(f"{v:.3g}" for v in np.percentile(values[both], [25, 50, 75]))
        print(f"{name} [{unit}], {both.sum()} places, quartiles: mollis {quartiles(mollis)}; yearly wave {quartiles(wave)}; "
              f"correlation {np.corrcoef(mollis[both], wave[both])[0, 1]:.2f}")


if __name__ == "__main__":
    main()

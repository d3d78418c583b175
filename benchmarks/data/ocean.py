#!/usr/bin/env python3
"""The mixed layer of the ocean (ocean.toml) against a regression cell by cell: of the yearly departure of the heat flux on
the spectral derivative of the temperature, where that explains over 80 % of the flux, equatorward of 60 degrees.

    ocean.py DATA_FOLDER [--mollis PROGRAM] [--output FOLDER]      DATA_FOLDER holds heat_budget.h5
"""
import argparse
import os
import subprocess
import sys

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as error:
    sys.exit(f"ocean.py: {error}; needed are numpy and h5py (Debian: python3-h5py)")

HEAT_CAPACITY = 4.09e6   # J/(m^3 K)
YEAR = 31556952.0        # s


def regression(path):
    """Depth by regression [lat, lon], and where it is trusted; where any month at all is observed."""
    with h5py.File(path) as file:
        temperature, flux = (file[name][:].astype(float) for name in ("sst", "net_downward_heat_flux"))
        latitude = file["lat"][:]
    whole = np.isfinite(temperature).all(axis=0) & np.isfinite(flux).all(axis=0)
    months = len(temperature)
    wave = 2j * np.pi / YEAR * np.arange(months // 2 + 1)
    slope = np.fft.irfft(np.fft.rfft(temperature, axis=0) * wave[:, None, None], months, axis=0)
    departure = flux - flux.mean(axis=0)
    factor = (slope * departure).sum(axis=0) / (slope**2).sum(axis=0)
    explained = 1 - ((departure - factor * slope)**2).sum(axis=0) / (departure**2).sum(axis=0)
    with np.errstate(invalid="ignore"):
        trusted = whole & (np.abs(latitude) < 60)[:, None] & (explained > 0.8)
    return factor / HEAT_CAPACITY, trusted, np.isfinite(temperature).any(axis=0)


def run(program, data, output):
    deck = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ocean.toml")
    files = [f"{key}={data}" for key in ("grid.coordinates.file", "observations.sst.file", "fields.Q.file")]
    subprocess.run([*program.split(), "invert", deck, *files, f"output.directory={output}"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data")
    parser.add_argument("--mollis", default="mollis", help='program, also with a launcher: "mpiexec -n 4 mollis"')
    parser.add_argument("--output", default="ocean.out")
    arguments = parser.parse_args()
    data, output = os.path.abspath(os.path.join(arguments.data, "heat_budget.h5")), os.path.abspath(arguments.output)
    run(arguments.mollis, data, output)
    depth, trusted, sea = regression(data)
    with h5py.File(os.path.join(output, "result.h5")) as file:
        found, weight = file["parameters/h"][:], file["parameters/h_weight"][:]
    print(f"{trusted.sum()} cells; quartiles of h (5 to 95 %) in m")
    for name, values in (("mollis", found[trusted]), ("regression", depth[trusted])):
        low, first, median, third, high = np.percentile(values, [5, 25, 50, 75, 95])
        print(f"  {name:<10} {first:.1f} {median:.1f} {third:.1f}   ({low:.1f} to {high:.1f})")
    print(f"  median |difference| {100 * np.median(np.abs(found / depth - 1)[trusted]):.2f} %, "
          f"correlation {np.corrcoef(found[trusted], depth[trusted])[0, 1]:.4f}")
    print(f"land: largest weight {weight[~sea].max():g}, in the sea {weight[sea].max():g}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The rate map of benchmarks/data/chromatin3d.toml's equation from an image stack of a stained nucleus, and how far it agrees with itself.

    stack.py STACK.h5 --mollis PROGRAM [--bin 3 11 11] [--crop Z0 Z1 Y0 Y1 X0 X1] [--output FOLDER]

STACK.h5 holds u[z, y, x] in counts and coordinates z, y, x in um. No truth exists. Nucleus: where the smoothed image, less its background
(5 % quantile), exceeds --threshold of its 99 % quantile (largest piece, holes filled). Even and odd columns of pixels give two images whose
camera noise is independent and whose blur is not; each gives a map, and their correlation inside the nucleus is printed beside that of the
images. The same with other choices of what no stack tells: M, the width of interfaces, the grey values of the pure phases."""
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
    sys.exit(f"stack.py: {error}; needed are numpy, h5py, scipy (Debian: python3-h5py python3-scipy)")

DECK = """# Made by benchmarks/data/stack.py.
[grid]
axes        = ["z", "y", "x"]     # um
coordinates = {{ file = "images.h5", datasets = ["z", "y", "x"] }}
mask        = {{ file = "images.h5", dataset = "inside" }}
[observations.c]
file    = "images.h5"
dataset = "{image}"
[parameters.lambda]
over    = ["z", "y", "x"]
initial = 1.0
lower   = 0.01
[equation]
residual = "M*lap(u^3 - u - kappa*lap(u)) + lambda*(1 - u) - (1 + u)"
let      = {{ u = "(c - {offset})/{gain}", M = "{mobility}", kappa = "{kappa}" }}
[inversion]
method = "joint"
[uncertainty]
samples = 5
"""


def binned(image, bins):
    """Means over whole bins."""
    shape = [n // b for n, b in zip(image.shape, bins)]
    image = image[tuple(slice(n * b) for n, b in zip(shape, bins))]
    return image.reshape([part for n, b in zip(shape, bins) for part in (n, b)]).mean(axis=tuple(range(1, 2 * len(bins), 2)))


def nucleus(image, threshold):
    smooth = ndimage.gaussian_filter(image, 0.7)
    low, high = np.quantile(smooth, [0.05, 0.99])
    labels, _ = ndimage.label(ndimage.binary_fill_holes(smooth > low + threshold * (high - low)))
    return labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])


def prepare(given):
    """Images and domain on the cells, into images.h5; they and the spacing."""
    with h5py.File(given.stack) as file:
        image, axes = file["u"][...].astype(float), [file[name][...] for name in "zyx"]
    if given.crop:
        part = tuple(slice(*given.crop[2 * a:2 * a + 2]) for a in range(3))
        image, axes = image[part], [axis[cut] for axis, cut in zip(axes, part)]
    found = {"all": binned(image, given.bin)}
    inside = nucleus(found["all"], given.threshold)
    width = given.bin[2] // 2
    kept = image[:, :, :image.shape[2] // given.bin[2] * given.bin[2]].reshape(*image.shape[:2], -1, given.bin[2])
    for name, first in (("even", 0), ("odd", 1)):
        part = kept[..., first:2 * width:2].mean(axis=-1)
        found[name] = binned(part, [*given.bin[:2], 1])
    middle = [binned(axis, [b]) for axis, b in zip(axes, given.bin)]
    with h5py.File(given.output / "images.h5", "w") as file:
        for name, values in {**found, "inside": inside.astype("i4"), **dict(zip("zyx", (np.round(m, 9) for m in middle)))}.items():
            file[name] = values
    return found, inside, [m[1] - m[0] for m in middle]


def fit(mollis, folder, name, text):
    (folder / f"{name}.toml").write_text(text)
    before = os.times()
    done = subprocess.run([mollis, "invert", folder / f"{name}.toml"], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    after = os.times()
    if done.returncode not in (0, 2):
        sys.exit(done.stderr)
    with h5py.File(folder / f"{name}.out" / "result.h5") as file:
        group = file["parameters"]
        rate, deviation = group["lambda"][...], group["lambda_std"][...] if "lambda_std" in group else None
    return json.loads((folder / f"{name}.out" / "summary.json").read_text()), rate, deviation, after.children_user - before.children_user


def correlation(a, b):
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[both], b[both])[0, 1]) if a[both].std() > 0 and b[both].std() > 0 else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stack", type=pathlib.Path)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--bin", type=int, nargs=3, default=[3, 11, 11], help="pixels a cell, z y x")
    parser.add_argument("--crop", type=int, nargs=6, help="first pixel and end, z y x")
    parser.add_argument("--threshold", type=float, default=0.25)
    parser.add_argument("--fits", nargs="+", default=["all", "even", "odd", "M_20", "M_1", "width_2", "phases"])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("stack.data"))
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    images, inside, spacing = prepare(given)
    cell = float(np.prod(spacing)) ** (1 / 3)
    print(f"cells of {' x '.join(f'{s:.3g}' for s in spacing)} um, {' x '.join(map(str, inside.shape))}, {inside.sum()} of them in the nucleus\n")
    print("| fit | mean of lambda | its deviation over the nucleus | mean standard deviation | correlation with | CPU seconds | verdict |\n|---|---|---|---|---|---|---|")
    changes = {"M_20": {"mobility": 20.0}, "M_1": {"mobility": 1.0}, "width_2": {"width": 2.0}, "phases": {"quantiles": (0.01, 0.99)}}
    maps = {}
    for name in given.fits:
        chosen = {"mobility": 4.0, "width": 1.5, "quantiles": (0.05, 0.95), **changes.get(name, {})}
        image = name if name in images else "all"
        low, high = np.quantile(images[image][inside], chosen["quantiles"])
        kappa = (chosen["width"] * cell) ** 2
        summary, maps[name], deviation, seconds = fit(given.mollis, given.output, name, DECK.format(
            image=image, offset=(high + low) / 2, gain=(high - low) / 2, mobility=chosen["mobility"] * kappa, kappa=kappa))
        other = {"even": None, "all": None, "odd": "even"}.get(name, "all")
        beside = "" if other not in maps else f"{other}: {correlation(maps[name], maps[other]):.2f}"
        if name == "odd":
            beside += f" (images {correlation(images['odd'][inside], images['even'][inside]):.4f})"
        reasons = ", ".join(dict.fromkeys(reason["check"] for reason in summary["verdict"]["reasons"]))
        print(f"| {name} | {np.nanmean(maps[name]):.2f} | {np.nanstd(maps[name]):.2g} | {'' if deviation is None else f'{np.nanmean(deviation):.2g}'} | {beside} | "
              f"{seconds:.0f} | {summary['verdict']['status']}{': ' + reasons if reasons else ''} |", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Where a laser heats a polymer: the hidden source in an infrared film, fitted to the first frames, held against the last.

    thermal.py FOLDER --mollis PROGRAM [--frames 11] [--output FOLDER] [--picture source.png]

FOLDER holds top_1e-4_5W.h5: 15 uneven frames in 300 s of the end face of a cylinder of PDMS with carbon black under a laser of 5 W.
u_t = alpha lap(u) + q(y, x) - k (u - u0), u0 the mean of the first frame; of the depth nothing is seen, so alpha and k stand for more than
their names. Fitted to the first --frames frames, then run forward by `mollis predict` over all: its error at the frames that the fit did not
see, beside that of no change since the last one that it saw."""
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
    sys.exit(f"thermal.py: {error}; needed are numpy and h5py (Debian: python3-h5py)")

DECK = """# Made by benchmarks/data/thermal.py.
[grid]
axes = ["t", "y", "x"]                # s, m (nominal)
[grid.coordinates]
file     = "{file}"
datasets = ["t", "y", "x"]
crop     = {{ t = [0, {frames}], y = [{y0}, {y1}], x = [{x0}, {x1}] }}
bin      = {{ y = {bin}, x = {bin} }}
[observations.u]
file    = "{file}"
dataset = "u"
crop    = {{ t = [0, {frames}], y = [{y0}, {y1}], x = [{x0}, {x1}] }}
bin     = {{ y = {bin}, x = {bin} }}
{parameters}
[equation]
residual = "{residual}"
[inversion]
method = "{method}"
"""
MODELS = {
    "one": ('[parameters.alpha]\nover = []\n[parameters.k]\nover = []\n[parameters.q]\nover = ["y", "x"]\n',
            "dt(u) - alpha*lap(u) + k*(u - {ambient}) - q"),
}


def run(*command, codes=(0,)):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode not in codes:
        sys.exit(done.stderr or done.stdout)
    return done.stdout


def held_out(folder, last):
    """Relative L2 errors of the frames after t = last: of what was predicted, and of no change since then; what was fitted and seen."""
    with h5py.File(folder / "predict" / "result.h5") as file:
        times = file["coordinates/t"][...]
        predicted, seen = file["predicted/u"][...], file["observations/u"][...]
    late = times > last + 1e-9
    scored = np.isfinite(predicted[late]) & np.isfinite(seen[late])
    still = np.broadcast_to(seen[np.flatnonzero(~late)[-1]], seen[late].shape)
    size = lambda difference: float(np.sqrt(np.mean(difference[scored] ** 2)))
    return size(predicted[late] - seen[late]), size(still - seen[late]), [
        (t, float(np.sqrt(np.nanmean((p - s)**2))), float(np.sqrt(np.nanmean((p * 0 + still[0] - s)**2)))) for t, p, s in zip(times[late], predicted[late], seen[late])]


def picture(folder, path):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    with h5py.File(folder / "result.h5") as file, h5py.File(folder / "predict" / "result.h5") as run_on:
        shown = [(file["parameters/q"][...], "q, K/s"), (file["parameters/q_std"][...] if "parameters/q_std" in file["parameters"].file else None, "its deviation"),
                 (run_on["observations/u"][-1], "last frame, degC"), (run_on["predicted/u"][-1], "predicted")]
    shown = [pair for pair in shown if pair[0] is not None]
    figure, places = plt.subplots(1, len(shown), figsize=(4 * len(shown), 3.4), constrained_layout=True)
    for place, (values, title) in zip(places, shown):
        low, high = (np.nanmin(shown[-2][0]), np.nanmax(shown[-2][0])) if "last" in title or "predicted" in title else (None, None)   # the same scale for both
        figure.colorbar(place.imshow(values, cmap="magma", origin="lower", vmin=low, vmax=high), ax=place, shrink=0.8)
        place.set(title=title, xticks=[], yticks=[])
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--frames", type=int, default=11, help="that the fit sees, of 15")
    parser.add_argument("--window", type=int, nargs=4, default=[32, 60, 54, 82], help="first pixel and end, y x: the end face about the spot")
    parser.add_argument("--bin", type=int, default=1)
    parser.add_argument("--model", choices=MODELS, default="one")
    parser.add_argument("--method", default="auto")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("thermal.data"))
    parser.add_argument("--picture", type=pathlib.Path)
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    film = (given.folder / "top_1e-4_5W.h5").resolve()
    y0, y1, x0, x1 = given.window
    with h5py.File(film) as file:
        times, ambient = file["t"][...], round(float(np.median(file["u"][0, y0:y1, x0:x1])), 2)
    parameters, residual = MODELS[given.model]
    deck = given.output / f"{given.model}.toml"
    deck.write_text(DECK.format(file=film, frames=given.frames, y0=y0, y1=y1, x0=x0, x1=x1, bin=given.bin, parameters=parameters,
                                residual=residual.format(ambient=ambient), method=given.method))
    before = os.times()
    run(given.mollis, "invert", deck, codes=(0, 2))
    middle = os.times()
    out = deck.with_suffix(".out")
    summary = json.loads((out / "summary.json").read_text())
    run(given.mollis, "predict", out, "--until", times[-1], "--from", times[given.frames - 1], codes=(0, 2))
    reasons = "\n".join(f"  {reason['check']}: {reason['advice']}" for reason in summary["verdict"]["reasons"])
    for name, found in summary["parameters"].items():
        print(f"{name}: mean {found['mean']:.4g}, {found['min']:.4g} to {found['max']:.4g}, +- {found.get('standard_error') or float('nan'):.2g}")
    print(f"{summary['method']}, noise {summary['noise']['u']:.3g} K, chi2 {summary['misfit_chi2']:.3g}, {middle.children_user - before.children_user:.0f} CPU seconds, "
          f"verdict {summary['verdict']['status']}\n{reasons}")
    model, still, frames = held_out(out, times[given.frames - 1])
    print(f"held out frames, root mean square: predicted {model:.2f} K, no change {still:.2f} K")
    for t, error, change in frames:
        print(f"  {t:g} s: {error:.2f} K, no change {change:.2f} K")
    if given.picture:
        picture(out, given.picture)


if __name__ == "__main__":
    main()

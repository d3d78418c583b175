#!/usr/bin/env python3
"""How fast PC-3 cells move where there are many: D(u) of scratch assays (scratch.toml), beside the published D of Fisher and KPP's
model and of the porous one, D0 u/K (Jin et al., J. Theor. Biol. 390, 136, 2016).

usage: scratch.py DATA_DIR [OVERRIDE ...] [--mollis PATH] [--keep DIR] [--skip FRAMES]

DATA_DIR holds density_10000.h5, _12000, _16000, _20000: u[t, x], the mean of u_rep1, u_rep2, u_rep3, in cells/um^2, um and hours.
Noise: in proportion to the root of the density (counts), its level from fourth differences along x. (The replicates differ by more, but in
whole wells: their deviations from the mean are correlated by 0.3 to 0.7 from place to place and from time to time.)
OVERRIDE: of the deck. Needs NumPy and h5py.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np

DECK = pathlib.Path(__file__).resolve().with_suffix(".toml")
CAPACITY = 1.7e-3                                # cells/um^2
UNIT = 24e-6                                     # um^2/h in mm^2/day
WELLS = [10000, 12000, 16000, 20000]
FISHER, POROUS = [310, 250, 570, 1030], [1800, 1300, 2400, 2900]
RATE_FISHER, RATE_POROUS = [0.044, 0.044, 0.049, 0.064], [0.044, 0.043, 0.049, 0.064]


def write_assay(source, target, skip):
    """u over the capacity, its deviation, mm and days."""
    with h5py.File(source) as file:
        t, x = file["t"][skip:] / 24, file["x"][...] / 1000
        u = file["u"][skip:] / CAPACITY
    rough, mean = np.diff(u, 4, axis=1) / np.sqrt(70), u[:, 2:-2]
    level = np.sqrt(np.sum(rough**2) / np.sum(np.maximum(mean, 0.05)))
    with h5py.File(target, "w") as file:
        file.update({"t": t, "x": x, "u": u, "sigma": level * np.sqrt(np.maximum(u, 0.05))})
    return level


def fit(program, assay, out, overrides, constant=False):
    """With D over u, or as a constant."""
    lines = DECK.read_text().splitlines()
    if constant:
        lines = ["over = []" if 'over         = ["u"]' in line else line for line in lines if not line.startswith("coefficients")]
    deck = out.with_suffix(".toml")
    deck.write_text("\n".join(lines))
    command = [*program.split(), "invert", str(deck), f"grid.coordinates.file={assay}", f"observations.u.file={assay}",
               f"observations.u.noise.file={assay}", f"output.directory={out}", *overrides]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if ran.returncode not in (0, 2):
        raise SystemExit(f"mollis ended with {ran.returncode}")
    return json.loads((out / "summary.json").read_text())


def curve(out):
    with h5py.File(out / "result.h5") as file:
        return {name: values[...] for name, values in file["/curves/D"].items()}


def said(summary):
    reasons = [reason["check"] for reason in summary["verdict"]["reasons"]]
    return " ".join([summary["verdict"]["status"], *dict.fromkeys(reasons)])


def shown(summary, name):
    return f"{summary['parameters'][name]['mean']:.4g} +- {summary['parameters'][name]['standard_error'] or np.nan:.2g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--mollis", default="mollis")
    parser.add_argument("--keep", type=pathlib.Path, help="where results stay")
    parser.add_argument("--skip", type=int, default=0, help="frames to leave out at the beginning")
    parser.add_argument("overrides", nargs="*")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = given.keep or pathlib.Path(name)
        place.mkdir(exist_ok=True)
        for k, well in enumerate(WELLS):
            assay = place.resolve() / f"assay_{well}.h5"
            level = write_assay(given.data / f"density_{well}.h5", assay, given.skip)
            plain = fit(given.mollis, assay, place.resolve() / f"constant_{well}", given.overrides, constant=True)
            free = fit(given.mollis, assay, place.resolve() / f"curve_{well}", given.overrides)
            print(f"{well} cells, noise {level:.3f} sqrt(u)")
            print(f"  constant D {shown(plain, 'D')} (published {FISHER[k] * UNIT:.4g}), r {shown(plain, 'r')} (published {RATE_FISHER[k] * 24:.3g}), "
                  f"chi2 {plain['misfit_chi2']:.3f}, {said(plain)}")
            print(f"  D(u): r {shown(free, 'r')} (published, porous {RATE_POROUS[k] * 24:.3g}), chi2 {free['misfit_chi2']:.3f}, {said(free)}")
            found = curve(place / f"curve_{well}")
            for u in (0.1, 0.25, 0.5, 0.75, 0.95):
                i = int(np.argmin(abs(found["u"] - u)))
                spread = f" +- {found['std'][i]:.2g}" if "std" in found else ""
                print(f"    u = {u:.2f}: {found['value'][i]:.4g}{spread}, porous {POROUS[k] * UNIT * u:.4g}, {found['data'][i]:.0f} data")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Radii that vary over the domain against every single one: relative errors of the parameters, on the same data.

    benchmarks/adaptive.py --mollis build/release/mollis [--deck inputs/front.toml] [--draws 3] [--radii 3 4 ...] [OVERRIDE...]

A line a radius: the relative L2 error of each parameter (mean over the draws of the noise), and the seconds that the jets of the fit took
(of the draws the least). Then "auto" and "adaptive", and how many times smaller the error of "adaptive" is than the best single
radius', found with the truth known."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

RADII = (3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20)


def run(mollis, command, deck, *overrides):
    done = subprocess.run([mollis, command, deck, *overrides], capture_output=True, text=True)
    if done.returncode not in (0, 2):
        raise SystemExit(done.stderr or done.stdout)


def errors(mollis, deck, radius, overrides, place):
    """Relative error of each parameter and seconds in the jets, by draw."""
    out = place / f"{radius}.out"
    word = radius if str(radius).isdigit() else f'"{radius}"'
    run(mollis, "invert", deck, *overrides, f"mollifier.radius={word}", "uncertainty.samples=0", f"output.directory={out}")
    summary = json.loads((out / "summary.json").read_text())
    return {name: entry["truth"]["relative_l2"] for name, entry in summary["parameters"].items()}, summary["seconds"]["jets"], summary["mollifier"]["radius"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", required=True)
    parser.add_argument("--deck", default=str(pathlib.Path(__file__).resolve().parent.parent / "inputs" / "front.toml"))
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--radii", type=int, nargs="+", default=RADII)
    given, overrides = parser.parse_known_args()
    table, seconds = {}, {}
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        for draw in range(1, given.draws + 1):
            common = [*overrides, f"observations.u.file={place}/u.h5"]
            run(given.mollis, "forward", given.deck, *common, f"forward.seed={draw}")
            for radius in (*given.radii, "auto", "adaptive"):
                found, took, radii = errors(given.mollis, given.deck, radius, common, place)
                for parameter, error in found.items():
                    table.setdefault(parameter, {}).setdefault(radius, []).append(error)
                seconds[radius] = min(took, seconds.get(radius, took))
                print(f"draw {draw}  radius {radius!s:>8}  " + "  ".join(f"{p} {e:.4f}" for p, e in found.items())
                      + (f"  {json.dumps(radii)}" if not str(radius).isdigit() else ""), flush=True)
    for parameter, by_radius in table.items():
        mean = {radius: sum(values) / len(values) for radius, values in by_radius.items()}
        best = min(given.radii, key=mean.get)
        print(f"\n{parameter}\n{'radius':>10} {'error':>10} {'jets [s]':>10}")
        for radius, error in mean.items():
            print(f"{radius!s:>10} {error:>10.4f} {seconds[radius]:>10.3f}")
        print(f"adaptive: error {mean[best] / mean['adaptive']:.2f} times smaller than at the best single radius ({best}); "
              f"jets {seconds['adaptive'] / seconds[max(given.radii)]:.2f} times those of the widest")
    return 0


if __name__ == "__main__":
    sys.exit(main())

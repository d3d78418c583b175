#!/usr/bin/env python3
"""What `mollis check` says of memory beside the measured peak, on one rank.

    memory.py MOLLIS [--only "heat2d 256"] [--out FILE]

Decks as shipped but for `points`, errors drawn. Fixed: radius 8 and smoothness weight 1 (FIXED), or of phase_field the weight that the
automatic fit has found. Data are made by `mollis forward` with `forward.refine=1`. Measured: the peak resident memory of the process (`ru_maxrss`)
above that of `mollis info`. A row each: megabytes said and measured, their ratio. Exit code 1 where a ratio lies outside 0.9 to 1.1.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

INPUTS = pathlib.Path(__file__).resolve().parents[1] / "inputs"
METHODS = ("equation-error", "joint")
GRIDS = (("heat2d", [128, 128]), ("heat2d", [256, 256]), ("heat2d", [512, 512]), ("heat3d", [32, 32, 32]), ("heat3d", [64, 64, 64]),
         ("phase_field", [128, 128]), ("phase_field", [256, 256]))
FIXED = {("heat2d", 512): (72, 0.0049)}   # radius and weight; others: 8 and 1, under which this fit takes minutes
BAR = 0.1


def call(mollis, *words):
    """Standard output and megabytes at the peak; SystemExit where neither 0 nor 2 is the exit code."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen([mollis, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, "OMP_NUM_THREADS": "1"})
        _, status, usage = os.wait4(process.pid, 0)
        code = process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if code not in (0, 2):
            raise SystemExit(f"{' '.join(words)}: exit code {code}\n{err.read()}")
        return out.read(), usage.ru_maxrss * 1024 / 1e6


def said(text):
    """Megabytes a rank of `mollis check`."""
    return float(re.search(r"# memory: .*?([0-9.]+) (MB|GB) a rank", text).group(1)) * (1e3 if " GB a rank" in text else 1.0)


def row(mollis, words, method, folder):
    """Megabytes said and measured above `info`, the summary."""
    words = [*words, f"inversion.method={method}"]
    expected = said(call(mollis, "check", *words)[0])
    _, peak = call(mollis, "invert", *words, f"output.directory={folder}/result", "--overwrite")
    summary = json.loads((pathlib.Path(folder) / "result" / "summary.json").read_text())
    return expected, peak - call(mollis, "info")[1], summary


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mollis")
    parser.add_argument("--only", default="")
    parser.add_argument("--samples", help="draws of the error; as many as are automatic where it is left out. Two have the same peak")
    parser.add_argument("--out", type=pathlib.Path, help="keeps the numbers as JSON")
    given = parser.parse_args()
    rows, fine = {}, True
    print("| case | method | | check | measured | ratio |\n|---|---|---|---|---|---|", flush=True)
    for deck, points in GRIDS:
        name = f"{deck} {points[0]}^{len(points)}"
        if given.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            words = [str(INPUTS / f"{deck}.toml"), f"grid.points={points}", f"observations.u.file={folder}/data.h5", "forward.refine=1",
                     *([f"uncertainty.samples={given.samples}"] if given.samples else [])]
            call(given.mollis, "forward", *words)
            for method in METHODS:
                radius, weight = FIXED.get((deck, points[0]), (8, 1.0))
                for kind in ("automatic", "fixed"):
                    more = [] if kind == "automatic" else [f"mollifier.radius={radius}", f"parameters.lambda.smoothness.weight={weight}"]
                    expected, measured, summary = row(given.mollis, [*words, *more], method, folder)
                    if deck == "phase_field":
                        weight = summary["parameters"]["lambda"]["smoothness_weight"]
                    rows[f"{name}, {method}, {kind}"] = {"check": expected, "measured": measured}
                    fine = fine and abs(expected / measured - 1.0) <= BAR
                    print(f"| `{deck}` {points[0]}^{len(points)} | {method} | {kind} | {expected:.1f} | {measured:.1f} | {expected / measured:.2f} |",
                          flush=True)
    if given.out:
        given.out.write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())

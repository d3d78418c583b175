#!/usr/bin/env python3
"""Whole fits: seconds by phase, iterations, nanoseconds a point and iteration, memory.

    fits.py MOLLIS [--ranks 1,2] [--only heat2d] [--largest 1e6] [--out FILE] [--compare FILE]

Decks as shipped but for `points`; errors are not drawn. Bytes are those of the peak above what `mollis info` takes. Data are made by `mollis forward` with
`forward.refine=1`. On a machine that does nothing else: wall time. --largest leaves out what has more points; --out keeps the numbers as
JSON, --compare sets them beside such a file (ratio of the seconds) and exits 1 where one takes more than 1.25 times as long.
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
LONGER = 1.25
FIXED = ["mollifier.radius=8", "parameters.lambda.smoothness.weight=1.1"]
FITS = ([("heat3d", "equation-error", [n] * 3, FIXED) for n in (64, 128, 192)] +
        [("heat2d", "equation-error", [128, 128], [])] +
        [("heat3d", "joint", [n] * 3, []) for n in (32, 64, 96)] +
        [("heat2d", "joint", [n, n], []) for n in (128, 256, 512, 1024)] +
        [("phase_field3d", "joint", [8, n, n, n], [f"grid.upper=[0.35,{n / 2},{n / 2},{n / 2}]"]) for n in (16, 64)])


def product(numbers):
    result = 1
    for n in numbers:
        result *= n
    return result


def call(mollis, ranks, words):
    launcher = os.environ.get("MOLLIS_MPIEXEC", "mpirun --allow-run-as-root --oversubscribe -n" if os.geteuid() == 0 else "mpirun -n").split()
    return subprocess.run([*launcher, str(ranks), mollis, *words], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


def fit(mollis, folder, deck, method, points, more, ranks):
    words = [str(INPUTS / f"{deck}.toml"), f"grid.points={points}", f"observations.u.file={folder}/data.h5", "forward.refine=1", *more]
    code = call(mollis, ranks, ["forward", *words, "--overwrite"])
    if code.returncode == 0:
        code = call(mollis, ranks, ["invert", *words, f"inversion.method={method}", "uncertainty.samples=0", f"output.directory={folder}/result",
                                    "--overwrite"])
    summary = pathlib.Path(folder) / "result" / "summary.json"
    if code.returncode not in (0, 2) or not summary.exists():
        raise SystemExit(f"{deck} {points}: exit code {code.returncode}\n{code.stderr}")
    told = json.loads(summary.read_text())
    seconds, iterations, n = told["seconds"], told["iterations"], product(points)
    info = float(re.search(r"resident memory +([0-9.]+) MB", call(mollis, 1, ["info"]).stdout).group(1)) * 1e6
    return {"seconds": {name: s for name, s in seconds.items() if s >= 0.01}, "newton": iterations["newton"], "krylov": iterations["krylov"],
            "ns": 1e9 * seconds["solve"] * ranks / n / max(iterations["krylov"], 1),
            "bytes": (told["memory"]["peak_rss_bytes_max"] - info) * ranks / n, "verdict": told["verdict"]["status"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mollis")
    parser.add_argument("--ranks", type=lambda text: [int(r) for r in text.split(",")], default=[1])
    parser.add_argument("--only", default="")
    parser.add_argument("--largest", type=float, default=8e6, help="points")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--compare", type=pathlib.Path)
    given = parser.parse_args()
    before = json.loads(given.compare.read_text()) if given.compare else {}
    result, longer = {}, []
    print("| fit | ranks | Newton | Krylov | s in all | s solve | ns a point, iteration | bytes a point |" + (" s before | ratio |" if before else ""))
    print("|---|---:|---:|---:|---:|---:|---:|---:|" + ("---:|---:|" if before else ""), flush=True)
    for deck, method, points, more in FITS:
        name = f"{deck} {' x '.join(map(str, points))}, {method}"
        if given.only not in name or product(points) > given.largest:
            continue
        for ranks in given.ranks:
            with tempfile.TemporaryDirectory() as folder:
                one = fit(given.mollis, folder, deck, method, points, more, ranks)
            key = f"{name}, {ranks}"
            result[key] = one
            s = one["seconds"]
            line = (f"| {name} | {ranks} | {one['newton']} | {one['krylov']} | {s['total']:.3g} | {s.get('solve', 0.0):.3g} | {one['ns']:.0f} | "
                    f"{one['bytes']:.0f} |")
            if before:
                old = before.get(key)
                line += f" {old['seconds']['total']:.3g} | {s['total'] / old['seconds']['total']:.2f} |" if old else " | |"
                if old and s["total"] > LONGER * old["seconds"]["total"]:
                    longer.append(key)
            print(line, flush=True)
    if given.out:
        given.out.write_text(json.dumps(result, indent=1) + "\n")
    if longer:
        print(f"\nlonger than before: {'; '.join(longer)}")
    return 1 if longer else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Jobs made to mislead: is any answer sound and wrong?

    benchmarks/hunt.py --mollis build/release/mollis [--only darcy film] [--draws 1] [--keep FOLDER] [--seconds 120] [--random FIRST LAST]

Some sixty-five small jobs of many kinds (hunt_jobs.py, hunt_others.py), all by default, with data by formulas or by solvers of their own on finer grids. A line a
job: how far off, constants in standard errors, of fields the share of the core inside 95 % bands, and the verdict. WRONG: sound with a constant
more than 3.5 standard errors off (and more than a thousandth of itself), or with bands that hold less than 75 % of the core; the exit code is 1 then.
"doubted": right by the same measure, and not sound. With --random jobs that seeds drew (random_jobs.py, from 501 on random_cases.py, from 1001 random_detectors.py, from 2001 random_users.py, from 3001 random_kin.py), none of them looked at before: WRONG are
sound ones with a constant more than 3 standard errors off (and more than 2 %), or bands that hold less than 70 % of the core; 60 s of CPU each."""
import argparse
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
from typing import NamedTuple

try:
    import h5py
    import numpy as np
    from hunt_data import core
    from hunt_jobs import JOBS
    from random_cases import random_case
    from random_detectors import random_detector
    from random_jobs import random_job
    from random_kin import random_kin
    from random_users import random_user
except ModuleNotFoundError as error:
    sys.exit(f"hunt.py: {error}; needed are numpy, h5py, scipy (Debian: python3-h5py python3-scipy)")


class Measure(NamedTuple):
    most_off: float = 3.5           # standard errors of a constant
    same: float = 1e-3              # of a constant: nearer is right
    least_covered: float = 0.75     # share of the core
    seconds: int = 0                # of CPU; 0: as many as it takes


OUT_OF_SAMPLE = Measure(3.0, 0.02, 0.70, 60)


def judged(truth, value, error, measure):
    """Relative error, what is said of it, whether it is right."""
    if error is None:
        return np.linalg.norm(value - truth) / np.linalg.norm(truth), "no error", False
    if np.ndim(truth) == 0:
        off = abs(float(value) - truth) / max(float(error), 1e-300)
        relative = abs(float(value) / truth - 1) if truth else np.inf
        return relative, f"{off:.1f} errors", off <= measure.most_off or relative <= measure.same
    where = core(truth.shape) & np.isfinite(value) & np.isfinite(truth)
    inside = np.abs(value - truth)[where] <= 1.96 * error[where]
    relative = np.linalg.norm((value - truth)[where]) / np.linalg.norm(truth[where])
    return relative, f"{100 * inside.mean():.0f} % inside", inside.mean() >= measure.least_covered


def found(file, name, truth, job):
    """Value, deviation and truth of a parameter, curves on their own points."""
    if callable(truth):
        curve = file[f"curves/{name}"]
        value, error, at = curve["value"][...], curve["std"][...] if "std" in curve else None, curve[job.over][...]
        seen = curve["data"][...] > 0 if "data" in curve else np.ones(value.shape, bool)
        return value[seen], None if error is None else error[seen], truth(at[seen])
    std = f"parameters/{name}_std"
    return file[f"parameters/{name}"][...], file[std][...] if std in file else None, truth


def solve(mollis, place, job, seed, measure):
    data = job.data(np.random.default_rng(seed))
    with h5py.File(place / "data.h5", "w") as file:
        for name, values in data.items():
            file[name] = values
    (place / "case.toml").write_text(job.deck + f'[output]\ndirectory = "{place}/out"\n')
    ran = subprocess.run([mollis, "invert", place / "case.toml"], cwd=place, capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"),
                         preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_CPU, (measure.seconds, measure.seconds))) if measure.seconds else None)
    (place / "log").write_text(ran.stdout + ran.stderr)
    if ran.returncode not in (0, 2):
        return None, (ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[-1]
    summary = json.loads((place / "out" / "summary.json").read_text())
    told = []
    with h5py.File(place / "out" / "result.h5") as file:
        for name, truth in job.truth.items():
            value, error, known = found(file, name, truth, job)
            if np.ndim(known) == 0:
                value, error = np.asarray(value).flat[0], summary["parameters"][name].get("standard_error")
            told.append((name, *judged(known, value, error, measure)))
    return summary, told


def drawn(seed):
    if seed > 3000:
        return random_kin(seed)
    return random_user(seed) if seed > 2000 else random_detector(seed) if seed > 1000 else random_case(seed) if seed > 500 else random_job(seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="decks, data and logs stay here")
    parser.add_argument("--seconds", type=int, help="of CPU a job may take (default: as many as it does; with --random 60)")
    parser.add_argument("--random", nargs=2, type=int, metavar=("FIRST", "LAST"), help="jobs that these seeds draw, one draw each")
    given = parser.parse_args()
    measure = OUT_OF_SAMPLE if given.random else Measure()
    measure = measure if given.seconds is None else measure._replace(seconds=given.seconds)
    count = {"sound": 0, "WRONG": 0, "doubted": 0, "all": 0}
    print("| job | method | parameters: error, how far | verdict | |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="mollis-hunt-") as scratch:
        for job in map(drawn, range(given.random[0], given.random[1] + 1)) if given.random else JOBS:
            if given.only and not any(word in job.name for word in given.only):
                continue
            for seed in range(1, given.draws + 1):
                place = (given.keep or pathlib.Path(scratch)).resolve() / f"{re.sub('[^0-9A-Za-z.-]+', '_', job.name)}_{seed}"
                place.mkdir(parents=True, exist_ok=True)
                summary, told = solve(given.mollis, place, job, seed, measure)
                count["all"] += 1
                if summary is None:
                    print(f"| {job.name} | | refused: {told} | | |", flush=True)
                    continue
                status = summary["verdict"]["status"]
                right = all(entry[3] for entry in told)
                mark = "WRONG" if status == "sound" and not right else "doubted" if status != "sound" and right else ""
                count["sound"] += status == "sound"
                if mark:
                    count[mark] += 1
                reasons = ", ".join(dict.fromkeys(reason["check"] for reason in summary["verdict"]["reasons"]))
                parts = "; ".join(f"{name} {100 * relative:.2g} %, {text}" for name, relative, text, _ in told)
                print(f"| {job.name} | {summary['method']} | {parts} | {status}{': ' + reasons if reasons else ''} | {mark} |", flush=True)
    print(f"\n{count['all']} jobs: {count['sound']} sound, {count['WRONG']} of them WRONG; {count['doubted']} doubted though right")
    sys.exit(1 if count["WRONG"] else 0)


if __name__ == "__main__":
    main()

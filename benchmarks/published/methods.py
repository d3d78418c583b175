"""One method on one case: runs it as a process of its own, measures it, scores its lambda."""
import json
import pathlib
import sys

import h5py
import numpy as np

from measure import Failed, measured
from table import scores

FOLDER = pathlib.Path(__file__).resolve().parent
MOLLIS = ["pointwise", "equation-error", "joint"]
NOT_CONVERGED = 2


class Case:
    """A case file, and where its runs go."""

    def __init__(self, path, problem, size, out):
        with h5py.File(path) as file:
            self.name, self.noise, self.truth = file.attrs["problem"], float(file.attrs["noise"]), file["truth"][:]
        self.path, self.core, self.points = path, problem.core(size), problem.grid(size)
        self.grid = " x ".join(map(str, self.points))
        self.folder = out / "runs" / path.stem
        self.folder.mkdir(parents=True, exist_ok=True)

    def row(self, method):
        return {"problem": self.name, "grid": self.grid, "noise": self.noise, "method": method}

    def scores(self, found):
        return scores(found, self.truth, self.core)


def absent(row, failure):
    row["note"] = f"absent: {failure}".replace("|", "/")
    return row, None


def mollis(case, program, method):
    """(row, lambda or None)."""
    out, row = case.folder / f"{method}.out", case.row(f"Mollis, {method}")
    settings = {"grid.points": case.points, "observations.u.file": case.path, "inversion.method": method,
                "output.directory": out}
    command = [program, "invert", FOLDER / f"{case.name}.toml", *[f"{k}={v}" for k, v in settings.items()]]
    try:
        run = measured(command, case.folder / f"{method}.log", (0, NOT_CONVERGED))
    except Failed as failure:
        return absent(row, failure)
    with h5py.File(out / "result.h5") as file:
        found = file["parameters/lambda"][:]
    summary = json.loads((out / "summary.json").read_text())
    row.update(case.scores(found), seconds=run.seconds, own_seconds=summary["seconds"]["total"],
               megabytes=run.megabytes)
    row["note"] = "not converged" if run.code == NOT_CONVERGED else ""
    return row, found


def network(case, derivatives, epochs, limit):
    """(row, lambda or None); a run beyond `limit` seconds is timed over its first epochs, and not scored."""
    name = "mollifier layer" if derivatives == "mollifier" else derivatives
    result, row = case.folder / f"network_{derivatives}.h5", case.row(f"network, {name}")
    command = [sys.executable, FOLDER / "pinn.py", case.path, result, "--derivatives", derivatives, "--epochs", epochs,
               "--limit", limit]
    try:
        run = measured(command, case.folder / f"network_{derivatives}.log")
    except Failed as failure:
        return absent(row, failure)
    with h5py.File(result) as file:
        found, done = file["lambda"][:], int(file.attrs["epochs"])
        own, whole = float(file.attrs["seconds"]), float(file.attrs["extrapolated"])
    row.update(seconds=run.seconds - own + whole, own_seconds=whole, megabytes=run.megabytes)
    if done < epochs:
        row["note"] = f"time extrapolated from {done} to {epochs} epochs, not scored"
        return row, None
    row.update(case.scores(found), note=f"{done} epochs")
    return row, found


def adjoint(case):
    """Two (row, lambda): gamma by the discrepancy, and the best gamma of the sweep, known only with the truth."""
    result = case.folder / "adjoint.h5"
    row, best = case.row("adjoint finite elements"), case.row("adjoint finite elements, best of sweep")
    command = [sys.executable, FOLDER / "adjoint_fem.py", case.path, result]
    try:
        measured(command, case.folder / "adjoint_sweep.log")          # compiles its forms, too, which is not timed
        with h5py.File(result) as file:
            sweep = file["sweep"][:]
        run = measured([*command, "--beyond", "0"], case.folder / "adjoint.log")
    except Failed as failure:
        return [absent(row, failure)]
    with h5py.File(result) as file:
        found, own, solves = file["lambda"][:], float(file.attrs["seconds"]), int(file.attrs["solves"])
    row.update(case.scores(found), seconds=run.seconds, own_seconds=own, megabytes=run.megabytes,
               note=f"told u = 0 on the walls and sigma; {solves} solves")
    top = max(sweep, key=lambda f: case.scores(f)["core_correlation"])
    best.update(case.scores(top), note="gamma picked with the truth")
    return [(row, found), (best, np.asarray(top))]

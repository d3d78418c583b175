#!/usr/bin/env python3
"""How often what Mollis says of its own error is true, over draws of the noise of the shipped decks.

    benchmarks/coverage.py --mollis build/release/mollis [--draws 20] [--decks heat2d langevin ...] [--methods auto joint] [--out docs/trust_table.md]

For every deck and method: the share of draws in which the 95 % interval of a constant holds the truth, the share of a field's core
points in its 95 % band (mean over the draws), relative error, what is said of it (mean standard error over the root mean square error,
of the core: 1 where neither too wide nor too narrow), verdicts. Any reason of a verdict on such data, which fulfil their equation, is a
false alarm and is listed."""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
    from hunt_data import core
except ModuleNotFoundError as error:
    sys.exit(f"coverage.py: {error}; needed are numpy, h5py, scipy (Debian: python3-h5py python3-scipy)")

SOURCE = pathlib.Path(__file__).resolve().parents[1]

#: Sizes at which a draw takes seconds.
SMALL = {"heat2d": ["grid.points=[64,64]"], "heat3d": ["grid.points=[32,32,32]"], "divergence2d": ["grid.points=[48,48]"],
         "plate": ["grid.points=[48,48]"], "two_fields": ["grid.points=[41,64]"], "advection": ["grid.points=[21,32,32]"],
         "heat_transient": ["grid.points=[21,32,32]"], "sources": ["grid.points=[40,40]"]}
DECKS = ["langevin", "heat2d", "divergence2d", "constants", "constant_and_field", "reaction", "two_fields", "heat_transient", "phase_field",
         "langevin_ensemble", "advection", "plate", "sources", "heat3d"]


def run(mollis, *arguments):
    process = subprocess.run([str(mollis), *map(str, arguments)], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    return process.returncode, process.stdout + process.stderr


def data_of(deck, scratch):
    """Overrides that keep the deck's data in the scratch folder."""
    states = [line.split(".")[1].split("]")[0] for line in deck.read_text().splitlines() if line.startswith("[observations.")]
    return [f"observations.{state}.file={scratch}/data.h5" for state in states]


def said_and_true(summary, result, name):
    """Mean standard error and root mean square error, over the core."""
    with h5py.File(result) as file:
        value, truth = file[f"parameters/{name}"][...], file[f"truth/{name}"][...]
        deviation = file[f"parameters/{name}_std"][...] if value.size > 1 else np.full(value.shape, summary["parameters"][name]["standard_error"])
    where = core(value.shape) if value.size > 1 else np.ones(value.shape, bool)
    return deviation[where].mean(), np.sqrt(((value - truth)[where]**2).mean())


class Tally:
    def __init__(self):
        self.draws = 0
        self.verdicts, self.reasons, self.methods = collections.Counter(), collections.Counter(), collections.Counter()
        self.covered, self.errors, self.said = (collections.defaultdict(list) for _ in range(3))

    def add(self, summary, result):
        self.draws += 1
        self.verdicts[summary["verdict"]["status"]] += 1
        self.methods[summary["method"]] += 1
        self.reasons.update({reason["check"] for reason in summary["verdict"]["reasons"]})
        for name, parameter in summary["parameters"].items():
            truth = parameter.get("truth", {})
            scored = truth.get("core", truth)
            if scored.get("coverage95") is not None:
                self.covered[name].append(scored["coverage95"])
                self.errors[name].append(scored["relative_l2"])
                self.said[name].append(said_and_true(summary, result, name))

    def rows(self, deck, method):
        used = ", ".join(f"{name} {count}" for name, count in self.methods.items())
        alarms = ", ".join(f"{name} {count}" for name, count in self.reasons.items()) or "none"
        for name, values in self.covered.items():
            error = sum(self.errors[name]) / len(values)
            deviations, errors = np.transpose(self.said[name])
            ratio = deviations.mean() / np.sqrt((errors**2).mean())
            yield f"| {deck} | {method} ({used}) | {name} | {100 * sum(values) / len(values):.0f} % | {100 * error:.2g} % | {ratio:.2g} | {self.verdicts['sound']} of {self.draws} | {alarms} |"


def campaign(mollis, deck, method, draws):
    tally, path = Tally(), SOURCE / "inputs" / f"{deck}.toml"
    for seed in range(1, draws + 1):
        with tempfile.TemporaryDirectory(prefix="mollis-coverage-") as scratch:
            common = [path, *data_of(path, scratch), *SMALL.get(deck, [])]
            code, text = run(mollis, "forward", *common, f"forward.seed={seed}")
            if code:
                sys.exit(f"{deck}: {text}")
            code, text = run(mollis, "invert", *common, f"inversion.method={method}", f"output.directory={scratch}/out")
            summary = pathlib.Path(scratch, "out", "summary.json")
            if not summary.exists():
                return [f"| {deck} | {method} | | | | | | {text.strip().splitlines()[-1][:80]} |"]
            tally.add(json.loads(summary.read_text()), summary.with_name("result.h5"))
    return list(tally.rows(deck, method))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--decks", nargs="+", default=DECKS)
    parser.add_argument("--methods", nargs="+", default=["auto"])
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    lines = ["| deck | method (used) | parameter | covered by 95 % | relative error, core | +- over error | sound | reasons |", "|---|---|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    for deck in options.decks:
        for method in options.methods:
            rows = campaign(options.mollis, deck, method, options.draws)
            print("\n".join(rows), flush=True)
            lines += rows
    if options.out:
        options.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

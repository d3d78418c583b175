#!/usr/bin/env python3
"""Weak and strong scaling studies: `mollis scaling` calls this.

    mollis scaling DECK --mode strong --ranks 1,2,4 [section.key=value ...]      makes a study beside the deck and runs it here
    mollis scaling DECK --mode weak --ranks 64,128 --nodes 1,2 --submit          the same as Slurm jobs
    mollis scaling --collect DIR                                                 scaling.csv, scaling.md, scaling.png of what is there
    mollis scaling --predict DIR --machine archer2,frontier                      model.md: what 10^2 to 10^5 ranks would take
    mollis check DECK --ranks N --model DIR                                      what a job would take (calls --estimate)

strong: the deck as it is. weak: the points along --axes (default: all but t) grow with the ranks, extents with them, so that points
a rank and the resolution stay. Data are made by `mollis forward`, a number of ranks after the other, and go with its runs (--keep).
Every number of ranks has a warm-up run, which does not count, and --repeats runs, of which the median counts. Exit codes are the
program's: 64 usage, 65 a study that holds nothing, 66 missing, 74.
"""
import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tomllib

import scaling_model as model
import scaling_predict as prediction
import scaling_tables as tables


class Mistake(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Mistake(64, f"{message}; mollis scaling --help")


def counts(text):
    """"1,2,4" as increasing numbers, 1 at least."""
    try:
        numbers = [int(word) for word in text.split(",")]
    except ValueError:
        numbers = [0]
    if min(numbers) < 1 or numbers != sorted(set(numbers)):
        raise argparse.ArgumentTypeError(f"{text!r}: write increasing numbers from 1 on, e.g. 1,2,4")
    return numbers


def arguments(words):
    parser = Parser(prog="mollis scaling", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("deck", nargs="?")
    parser.add_argument("overrides", nargs="*", help="section.key=value, of all runs")
    parser.add_argument("--mode", choices=["weak", "strong"])
    parser.add_argument("--ranks", type=counts, help="e.g. 1,2,4")
    parser.add_argument("--nodes", type=counts, help="of each number of ranks, for --submit; Slurm decides where left out")
    parser.add_argument("--axes", help="that grow in weak mode, e.g. y,x")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--directory", help="of the study; default: DECK.MODE beside the deck")
    parser.add_argument("--keep", action="store_true", help="keep data and fields; else they go when the runs of a number of ranks have ended")
    parser.add_argument("--prepare", action="store_true", help="make the study, run nothing")
    parser.add_argument("--submit", action="store_true", help="run it as Slurm jobs (jobscripts/study.sh), one a number of ranks")
    parser.add_argument("--collect", metavar="DIR")
    parser.add_argument("--predict", metavar="DIR")
    parser.add_argument("--machine", help="names of tools/machines, or files like those; default: here,archer2,frontier; of a job: where the study ran")
    parser.add_argument("--on", help="the machine that the study ran on, likewise; default: this one, measured")
    parser.add_argument("--estimate", metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument("--job", help=argparse.SUPPRESS)   # axes:points:method
    parser.add_argument("--sizes", type=counts, default=[1024, 4096], help="points an axis, for --predict")
    parser.add_argument("--mollis", default="mollis", help=argparse.SUPPRESS)
    given = parser.parse_intermixed_args(words)
    if not (given.collect or given.predict or given.estimate) and (given.deck is None or given.mode is None or given.ranks is None):
        parser.error("a deck with --mode and --ranks is needed, or --collect DIR, or --predict DIR")
    if given.repeats < 1:
        parser.error("--repeats: at least 1")
    if given.nodes and len(given.nodes) != len(given.ranks):
        parser.error("--nodes: as many numbers as --ranks")
    return given


def effective(given):
    """The deck with all defaults, as a table: `mollis check` prints it, and says what is wrong with it."""
    words = [given.mollis, "check", given.deck, *given.overrides]
    checked = subprocess.run(words, capture_output=True, text=True)
    if checked.returncode != 0:
        sys.stderr.write(checked.stderr)
        raise Mistake(checked.returncode, "the deck cannot be studied")
    return tomllib.loads(checked.stdout)


def factors(number):
    """Its primes, largest first."""
    primes, divisor = [], 2
    while number > 1:
        while number % divisor == 0:
            primes.append(divisor)
            number //= divisor
        divisor += 1
    return primes[::-1]


def grown(grid, names, ranks, least):
    """Overrides of [grid] whose points along the named axes are ranks / least times as many, at the same spacing."""
    if ranks % least:
        raise Mistake(64, f"--ranks: in weak mode each number is a multiple of the first, {least}; {ranks} is not")
    if "points" not in grid:
        raise Mistake(78, "[grid] coordinates: weak mode needs points, lower and upper, which it can let grow")
    points, upper = list(grid["points"]), list(grid["upper"])
    for prime in factors(ranks // least):
        at = min((grid["axes"].index(name) for name in names), key=lambda a: points[a])
        cells = points[at] if grid["axes"][at] in grid["periodic"] else points[at] - 1
        more = points[at] * prime
        new_cells = more if grid["axes"][at] in grid["periodic"] else more - 1
        upper[at] = grid["lower"][at] + (upper[at] - grid["lower"][at]) * new_cells / cells
        points[at] = more
    return [f"grid.points={points}", "grid.upper=[" + ", ".join(repr(float(value)) for value in upper) + "]"]


def axes_of(given, grid):
    names = given.axes.split(",") if given.axes else [name for name in grid["axes"] if name != "t"]
    unknown = [name for name in names if name not in grid["axes"]]
    if unknown or not names:
        raise Mistake(64, f"--axes: {', '.join(unknown) or 'none'}: the axes are {', '.join(grid['axes'])}")
    return names


def prepare(given):
    """The folder of the study with its manifest, and the arguments of each number of ranks."""
    deck = effective(given)
    source = pathlib.Path(given.deck).resolve()
    folder = pathlib.Path(given.directory or f"{source.with_suffix('')}.{given.mode}").resolve()
    if folder.exists() and not (folder / "manifest.json").exists() and any(folder.iterdir()):
        raise Mistake(74, f"{folder}: holds other files; choose another --directory")
    if "forward" not in deck:
        raise Mistake(78, f"{given.deck}: [forward] is missing: the data of a study are made by mollis forward")
    points, sizes = [], []
    for ranks in given.ranks:   # all of them before anything is written
        sizes.append(grown(deck["grid"], axes_of(given, deck["grid"]), ranks, given.ranks[0]) if given.mode == "weak" else [])
    for number, ranks in enumerate(given.ranks):
        place = folder / f"ranks{ranks}"
        place.mkdir(parents=True, exist_ok=True)
        files = [f"observations.{state}.file={place}/data.h5" for state in deck["observations"]]
        (place / "arguments").write_text("\n".join([*given.overrides, *sizes[number], *files]) + "\n")
        points.append({"ranks": ranks, "nodes": given.nodes[number] if given.nodes else None, "folder": place.name})
    shutil.copy(source, folder / "deck.toml")
    manifest = {"deck": str(source), "mode": given.mode, "repeats": given.repeats, "names": deck["grid"]["axes"], "frames": frames_of(deck["grid"]),
                "on": given.on, "keep": given.keep,
                "method": deck["inversion"]["method"], "mollis": shutil.which(given.mollis) or given.mollis,
                "points": points}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (folder / "submit.sh").write_text(job_script(folder, manifest))
    return folder, manifest


def frames_of(grid):
    """Points along t; 1 without it. Known from coordinates only when the runs have ended: 1 there, too."""
    return grid["points"][grid["axes"].index("t")] if "t" in grid["axes"] and "points" in grid else 1


def launcher():
    if "MOLLIS_MPIEXEC" in os.environ:
        return shlex.split(os.environ["MOLLIS_MPIEXEC"])
    return ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n"] if os.geteuid() == 0 else ["mpirun", "-n"]


def run_here(folder, manifest):
    for point in manifest["points"]:
        place = folder / point["folder"]
        overrides = (place / "arguments").read_text().splitlines()
        start = [*launcher(), str(point["ranks"]), manifest["mollis"]]
        (place / "placement").write_text(f"{point['ranks']} ranks on {os.uname().nodename}, {len(os.sched_getaffinity(0))} cores, by {shlex.join(launcher())}, "
                                         f"load {os.getloadavg()[0]:.1f}\n")
        for command, output in [("forward", None), *(("invert", f"run{k}") for k in range(manifest["repeats"] + 1))]:
            words = [*start, command, manifest["deck"], *overrides] + ([f"output.directory={place}/{output}"] if output else [])
            with open(place / f"{output or command}.log", "w", encoding="utf-8") as log:
                code = subprocess.run(words, stdout=log, stderr=subprocess.STDOUT).returncode
            if code not in (0, 2):
                raise Mistake(code, f"{point['ranks']} ranks, {command}: exit code {code}; see {log.name}")
        for path in [] if manifest["keep"] else [*place.glob("data.h5"), *place.glob("run*/result.*")]:
            path.unlink()
        print(f"{point['ranks']} ranks: {manifest['repeats']} runs and a warm-up", flush=True)


def job_script(folder, manifest):
    """submit.sh: one job a number of ranks. A job array would give all of its tasks the nodes of the largest."""
    script = pathlib.Path(__file__).resolve().parents[1] / "jobscripts" / "study.sh"
    settings = {"MOLLIS": manifest["mollis"], "MOLLIS_REPEATS": manifest["repeats"], "MOLLIS_DECK": manifest["deck"],
                "MOLLIS_KEEP": "yes" if manifest["keep"] else ""}
    lines = ["#!/bin/bash", "# Submits the study, one job a number of ranks; made by mollis scaling. Prints the jobs.", "set -e"]
    lines += [f"export {name}={shlex.quote(str(value))}" for name, value in settings.items()]
    for point in manifest["points"]:
        words = ["sbatch", "--parsable", f"--ntasks={point['ranks']}", *([f"--nodes={point['nodes']}"] if point["nodes"] else []),
                 str(script), str(folder / point["folder"])]
        lines += [f"job=$({shlex.join(words)})", f"echo \"{point['ranks']} ranks: job $job\""]
    return "\n".join(lines) + "\n"


def submit(folder):
    if not shutil.which("sbatch"):
        raise Mistake(66, "--submit: there is no sbatch here; without --submit the study is run here")
    done = subprocess.run(["bash", str(folder / "submit.sh")], stderr=subprocess.PIPE, text=True, cwd=folder)
    if done.returncode != 0:
        raise Mistake(66, f"sbatch: {done.stderr.strip()}")
    print(f"when they have ended: mollis scaling --collect {folder}")


def found(folder):
    """Manifest and rows of a study."""
    folder = pathlib.Path(folder)
    if not (folder / "manifest.json").exists():
        raise Mistake(66 if not folder.exists() else 65, f"{folder}: is no study (no manifest.json); mollis scaling DECK --mode ... makes one")
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        rows = tables.rows_of(folder, manifest)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(65, f"{folder}: manifest.json or a summary is damaged ({type(error).__name__}: {error}); run the study again") from None
    if not rows:
        raise Mistake(65, f"{folder}: no run of the study has ended yet")
    return folder, manifest, rows


def machine_named(name):
    try:
        return model.machine_of(name)
    except FileNotFoundError as error:
        known = ", ".join(sorted(path.stem for path in model.MACHINES.glob("*.toml")))
        raise Mistake(66, f"--machine: there is no {error.filename}; tools/machines holds {known}") from None
    except tomllib.TOMLDecodeError as error:
        raise Mistake(65, f"{name}: {error}") from None


def fitted(given, folder):
    """The model of a study. Where it ran on this machine its bandwidth is measured once."""
    folder, manifest, rows = found(folder)
    on = given.on or manifest.get("on")
    if on:
        machine = machine_named(on)
    else:
        machine = manifest.setdefault("measured", model.measured_machine())
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return folder, model.Model(manifest, rows, machine)


def predict(given):
    folder, m = fitted(given, given.predict)
    machines = [machine_named(name) for name in (given.machine or "here,archer2,frontier").split(",")]
    text = prediction.report(m, machines, given.sizes, [100, 1000, 10000, 100000])
    (folder / "model.md").write_text(text)
    print(text)


def estimate(given):
    """Of a job, for mollis check."""
    _, m = fitted(given, given.estimate)
    axes, points, method = given.job.split(":")
    machine = machine_named(given.machine) if given.machine else m.machine
    print("\n".join(prediction.of_job(m, machine, axes.split(","), [int(n) for n in points.split(",")], method, given.ranks[0])))


def collect(folder):
    folder, manifest, rows = found(folder)
    missing = [str(p["ranks"]) for p in manifest["points"] if p["ranks"] not in [row["ranks"] for row in rows]]
    if missing:
        print(f"no results yet on {', '.join(missing)} ranks")
    tables.write_csv(folder / "scaling.csv", rows)
    text = tables.markdown(manifest, rows)
    (folder / "scaling.md").write_text(text)
    print(text)
    if tables.draw(folder / "scaling.png", manifest, rows):
        print(f"wrote {folder}/scaling.csv, scaling.md, scaling.png")
    else:
        print(f"wrote {folder}/scaling.csv, scaling.md; no picture without matplotlib")


def main(words):
    given = arguments(words)
    if given.collect is not None:
        return collect(given.collect)
    if given.predict is not None:
        return predict(given)
    if given.estimate is not None:
        return estimate(given)
    folder, manifest = prepare(given)
    if given.prepare:
        print(f"wrote {folder}; as Slurm jobs: bash {folder}/submit.sh")
    elif given.submit:
        submit(folder)
    else:
        run_here(folder, manifest)
        collect(folder)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Mistake as mistake:
        print(f"mollis scaling: {mistake}", file=sys.stderr)
        sys.exit(mistake.code)
    except OSError as error:
        print(f"mollis scaling: {error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(74)

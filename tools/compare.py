#!/usr/bin/env python3
"""Ranks decks, or finished runs, by how well they predict what was held out from them ([validation] hold_out): is there a drift term?
`mollis compare` calls this.

    mollis compare with.toml without.toml [section.key=value ...]     runs both, results in with.compare and without.compare
    mollis compare with.out without.out                               what is there

Those that predict worse come later, those without held-out observations last. A deck that holds nothing out holds out a tenth.
--json writes the table, --picture draws it. Exit codes are the program's: 64 usage, 65, 66, and 2 where a run is not sound.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tomllib

COLUMNS = ["run", "held-out misfit", "of", "points", "fit chi2", "verdict", "method"]


class Parser(argparse.ArgumentParser):
    def error(self, message):
        sys.exit(fail(64, f"{message}; mollis compare --help"))


def summary_of(path):
    if os.path.isdir(path):
        path = os.path.join(path, "summary.json")
    if not os.path.isfile(path):   # a pipe would block
        sys.exit(fail(66, f"{path}: no such file; give the output directories of runs"))
    try:
        with open(path, encoding="utf-8") as text:
            summary = json.load(text)
    except (OSError, ValueError) as error:
        sys.exit(fail(65, f"{path}: not valid JSON ({error})"))
    if not isinstance(summary, dict) or "verdict" not in summary:
        sys.exit(fail(65, f"{path}: is no summary of mollis invert; give the output directories of runs"))
    return summary


def fail(code, message):
    print(f"compare.py: {message}", file=sys.stderr)
    return code


def run(given, deck, overrides):
    """Runs a deck with something held out; returns its output directory, or ends with the run's own message and code."""
    holds_out = True   # where it cannot be told, mollis says what is wrong
    if os.path.isfile(deck):
        try:
            with open(deck, "rb") as text:
                holds_out = tomllib.load(text).get("validation", {}).get("hold_out", 0)
        except (OSError, ValueError, AttributeError):
            pass
    directory = os.path.abspath(os.path.splitext(deck)[0] + ".compare")
    words = [given.mollis, "invert", deck, *([] if holds_out else ["validation.hold_out=0.1"]), *overrides, f"output.directory={directory}"]
    launcher = shlex.split(os.environ.get("MOLLIS_MPIEXEC", "mpirun -n")) + [str(given.ranks)] if given.ranks > 1 else []
    print(f"{deck}: fitting", flush=True)
    done = subprocess.run(launcher + words, stdout=subprocess.DEVNULL)
    if done.returncode not in (0, 2):
        sys.exit(done.returncode)
    return directory


def row_of(path):
    summary = summary_of(path)
    held = summary.get("validation") or {}
    return {"run": path.rstrip("/"), "held-out misfit": held.get("misfit"), "of": held.get("of"), "points": held.get("points"),
            "fit chi2": summary.get("misfit_chi2"), "verdict": (summary.get("verdict") or {}).get("status"),
            "method": summary.get("method")}


def shown(value):
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def table(rows):
    cells = [COLUMNS] + [[shown(row[column]) for column in COLUMNS] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells)


def draw(rows, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    known = [row for row in rows if row["held-out misfit"] is not None]
    figure, axes = pyplot.subplots(figsize=(7, 1 + 0.4 * len(known)), layout="constrained")
    axes.barh([row["run"] for row in known], [row["held-out misfit"] for row in known])
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("misfit of what was held out, over its noise")
    figure.savefig(path)


def written(path, write):
    """Writes a file by write(path), or ends with a message."""
    try:
        write(path)
    except OSError as error:
        sys.exit(fail(74, f"{path}: cannot be written ({error.strerror or error})"))
    except ValueError as error:   # of Matplotlib, which goes by the ending
        sys.exit(fail(64, f"{path}: {error}"))


def is_table(path):
    """Is this a table of an earlier run?"""
    try:
        with open(path if os.path.isfile(path) else os.devnull, encoding="utf-8") as text:
            return all("held-out misfit" in row for row in json.load(text))
    except (OSError, ValueError, TypeError):
        return False


def write_table(rows, path):
    with open(path, "w", encoding="utf-8") as text:
        json.dump(rows, text, indent=2)


def count(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def comparable(rows):
    """Deviations of states and residuals are on different scales, and other points are other tests."""
    known = {(row["of"], row["points"]) for row in rows if row["held-out misfit"] is not None}
    if len({of for of, _ in known}) > 1:
        return "runs that predict states stand beside runs that predict residuals: set [inversion] method alike"
    if len(known) > 1:
        return "not all runs predict the same number of points: set [mollifier] radius, [validation] and the data alike"
    return ""


def main():
    parser = Parser(prog="mollis compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", help="decks (.toml) to run, or output directories of runs; section.key=value goes to all decks")
    parser.add_argument("--ranks", type=count, default=1, help="MPI ranks of each run (MOLLIS_MPIEXEC: the launcher, mpirun -n)")
    parser.add_argument("--mollis", default="mollis", help=argparse.SUPPRESS)
    parser.add_argument("--json", help="file for the table")
    parser.add_argument("--picture", help="file for a picture (needs Matplotlib)")
    arguments = parser.parse_intermixed_args()
    overrides = [word for word in arguments.runs if "=" in word and not os.path.exists(word)]
    names = [word for word in arguments.runs if word not in overrides]
    if not names:
        return fail(64, "no decks and no runs; mollis compare --help")
    if arguments.json and os.path.lexists(arguments.json) and not is_table(arguments.json):
        return fail(64, f"--json {arguments.json}: there is a file that is no such table; name another")
    for name in names:   # before anything runs
        if not name.endswith(".toml"):
            summary_of(name)
        elif not os.path.lexists(name):
            return fail(66, f"{name}: no such deck")
    rows = [row_of(run(arguments, name, overrides) if name.endswith(".toml") else name) for name in names]
    rows.sort(key=lambda row: (row["held-out misfit"] is None, row["held-out misfit"] or 0.0))
    print(table(rows))
    warning = comparable(rows)
    if warning:
        print(f"warning: {warning}", file=sys.stderr)
    if arguments.json:
        written(arguments.json, lambda path: write_table(rows, path))
    if arguments.picture:
        written(arguments.picture, lambda path: draw(rows, path))
    return 0 if all(row["verdict"] == "sound" for row in rows) else 2


if __name__ == "__main__":
    sys.exit(main())

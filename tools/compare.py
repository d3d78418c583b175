#!/usr/bin/env python3
"""Ranks Mollis runs of the same data by how well they predict what was held out from them ([validation] hold_out), from the
summary.json in their output directories: is there a drift term? Those that predict worse come later, those without held-out
observations last. --json writes the table, --picture draws it."""
import argparse
import json
import os
import sys

COLUMNS = ["run", "held-out misfit", "of", "points", "fit chi2", "verdict", "method"]


def summary_of(path):
    if os.path.isdir(path):
        path = os.path.join(path, "summary.json")
    try:
        with open(path, encoding="utf-8") as text:
            return json.load(text)
    except FileNotFoundError:
        sys.exit(fail(66, f"{path}: no such file; give the output directories of runs"))
    except ValueError as error:
        sys.exit(fail(65, f"{path}: not valid JSON ({error})"))


def fail(code, message):
    print(f"compare.py: {message}", file=sys.stderr)
    return code


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


def comparable(rows):
    """Deviations of states and residuals are on different scales, and other points are other tests."""
    known = {(row["of"], row["points"]) for row in rows if row["held-out misfit"] is not None}
    if len({of for of, _ in known}) > 1:
        return "runs that predict states stand beside runs that predict residuals: set [inversion] method alike"
    if len(known) > 1:
        return "not all runs predict the same number of points: set [mollifier] radius, [validation] and the data alike"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="+", help="output directories of runs, or their summary.json")
    parser.add_argument("--json", help="file for the table")
    parser.add_argument("--picture", help="file for a picture (needs Matplotlib)")
    arguments = parser.parse_args()
    rows = [row_of(path) for path in arguments.results]
    rows.sort(key=lambda row: (row["held-out misfit"] is None, row["held-out misfit"] or 0.0))
    print(table(rows))
    warning = comparable(rows)
    if warning:
        print(f"warning: {warning}", file=sys.stderr)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as text:
            json.dump(rows, text, indent=2)
    if arguments.picture:
        draw(rows, arguments.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Prints the scores of a Mollis run as a table, from the summary.json in its output directory."""
import argparse
import json
import os
import sys

COLUMNS = ["name", "mean", "+-", "correlation", "relative L2", "core corr.", "core rel. L2", "smoothness weight"]


def number(value):
    return "-" if value is None else f"{value:.4g}" if isinstance(value, (int, float)) else str(value)


def fixed(value):
    return "-" if value is None else f"{value:.5f}"


def parameter_line(name, entry):
    truth = entry.get("truth") or {}
    core = truth.get("core") or {}
    return [name, number(entry.get("mean")), number(entry.get("standard_error")), fixed(truth.get("correlation")), number(truth.get("relative_l2")), fixed(core.get("correlation")),
            number(core.get("relative_l2")), number(entry.get("smoothness_weight"))]


def joined(entries):
    """{"y": 12, "x": 12} as "y 12, x 12"; radii for several derivative orders are lists or tables."""
    if not isinstance(entries, dict):
        return number(entries)
    return ", ".join(f"{name} {number(value)}" for name, value in entries.items())


def lines_of(summary):
    table = [COLUMNS] + [parameter_line(n, e) for n, e in summary.get("parameters", {}).items()]
    widths = [max(len(row[i]) for row in table) for i in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths)))
             for row in table]
    seconds = summary.get("seconds", {})
    verdict = summary.get("verdict", {})
    lines += ["", f"verdict  {verdict.get('status', '-')}"]
    lines += [f"         {reason.get('finding')}; {reason.get('advice')}" for reason in verdict.get("reasons", [])]
    lines += [f"status   {summary.get('status', '-')}, {summary.get('method', '-')}, "
                  f"{number(summary.get('points'))} points on {number(summary.get('ranks'))} ranks",
              f"noise    {joined(summary.get('noise', {}))}",
              f"radius   {joined(summary.get('mollifier', {}).get('radius', {}))}",
              f"seconds  {joined(seconds)}"]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", help="output directory of a run, or its summary.json")
    path = parser.parse_args().result
    if os.path.isdir(path):
        path = os.path.join(path, "summary.json")
    try:
        with open(path, encoding="utf-8") as text:
            summary = json.load(text)
    except FileNotFoundError:
        print(f"summary.py: {path}: no such file; give the output directory of a run", file=sys.stderr)
        return 66
    except ValueError as error:
        print(f"summary.py: {path}: not valid JSON ({error})", file=sys.stderr)
        return 65
    print("\n".join(lines_of(summary)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

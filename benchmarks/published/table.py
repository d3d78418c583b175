"""Scores, and the table of all rows as Markdown, CSV and JSON."""
import csv
import json

import numpy as np

PUBLISHED = "Bhartari, Vinayak, Shenoy, Mollifier Layers, TMLR 2026 (arXiv 2505.11682)"
QUOTED = [
    {"problem": "langevin", "method": "network, mollifier layer", "correlation": 0.97},
    {"problem": "langevin", "method": "network, autodiff", "correlation": 0.36},
    {"problem": "heat", "method": "network, mollifier layer", "correlation": 0.99},
    {"problem": "heat", "method": "network, autodiff", "correlation": 0.21},
    {"problem": "reaction-diffusion", "method": "network, mollifier layer", "correlation": 0.99, "seconds": 335,
     "megabytes": 230},
    {"problem": "reaction-diffusion", "method": "network, autodiff", "correlation": 0.44, "seconds": 3386,
     "megabytes": 2750},
]
FIELDS = ["problem", "grid", "noise", "method", "correlation", "core_correlation", "relative_l2", "core_relative_l2",
          "seconds", "own_seconds", "ratio_to_joint", "megabytes", "note"]
HEAD = ["grid", "noise", "method", "correlation", "in the core", "relative L2", "in the core", "wall s", "own s",
        "x joint", "peak MB", "note"]


def scores(found, truth, core):
    """Pearson's correlation and relative L2 error, whole and in the core."""
    result = {}
    for prefix, part in (("", ...), ("core_", core)):
        a, b = found[part].ravel(), truth[part].ravel()
        result[prefix + "correlation"] = float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 else None
        result[prefix + "relative_l2"] = float(np.linalg.norm(a - b) / np.linalg.norm(b))
    return result


def add_ratios(rows):
    """Wall time over that of the joint estimator on the same case."""
    joint = {(r["problem"], r["grid"], r["noise"]): r.get("seconds") for r in rows if r["method"] == "Mollis, joint"}
    for row in rows:
        base = joint.get((row["problem"], row["grid"], row["noise"]))
        if base and row.get("seconds"):
            row["ratio_to_joint"] = row["seconds"] / base


def shown(row, name):
    value = row.get(name)
    if value is None:
        return ""
    if "correlation" in name:
        return f"{value:.4f}"
    if "relative" in name:
        return f"{100 * value:.2f} %"
    if name == "noise":
        return f"{value:g} %"
    return f"{value:.0f}" if name == "megabytes" or value >= 1000 else f"{value:.3g}"


def line(cells):
    return "| " + " | ".join(cells) + " |"


def row_line(row):
    names = ["correlation", "core_correlation", "relative_l2", "core_relative_l2", "seconds", "own_seconds",
             "ratio_to_joint", "megabytes"]
    return line([row["grid"], shown(row, "noise"), row["method"], *[shown(row, n) for n in names], row.get("note", "")])


def quoted_line(row):
    number = {n: "" if row.get(n) is None else f"{row[n]:g}" for n in ("correlation", "seconds", "megabytes")}
    return line(["", "", row["method"], number["correlation"], "", "", "", number["seconds"], "", "",
                 number["megabytes"], "published, quoted"])


def best_constant(truth):
    """Relative L2 error of the mean of the truth: what knowing nothing of the shape scores."""
    return float(np.linalg.norm(truth - truth.mean()) / np.linalg.norm(truth))


def markdown(rows, problems, setting):
    """problems: {name: line of text}; setting: lines that say on what this ran."""
    text = ["# Mollis beside its peers", "", *[f"* {s}" for s in setting], f"* quoted rows: {PUBLISHED}; other data, "
            "hardware and noise than here", ""]
    for name, title in problems.items():
        text += [f"## {name}", "", title, "", line(HEAD), line(["---"] * len(HEAD))]
        text += [row_line(r) for r in rows if r["problem"] == name]
        text += [quoted_line(r) for r in QUOTED if r["problem"] == name] + [""]
    return "\n".join(text)


def write(folder, rows, problems, setting):
    add_ratios(rows)
    (folder / "table.md").write_text(markdown(rows, problems, setting), encoding="utf-8")
    (folder / "results.json").write_text(json.dumps({"setting": setting, "rows": rows, "quoted": QUOTED}, indent=1))
    with open(folder / "results.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS, restval="")
        writer.writeheader()
        writer.writerows([{n: r[n] for n in FIELDS if n in r} for r in rows])

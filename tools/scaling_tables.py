"""What a scaling study found: medians of its runs, as CSV, Markdown and a picture. A module of scaling.py."""
import csv
import json
import statistics


def summaries(place, repeats):
    """Of the runs that have ended, the warm-up left out."""
    found = []
    for number in range(1, repeats + 1):
        try:
            found.append(json.loads((place / f"run{number}" / "summary.json").read_text()))
        except FileNotFoundError:
            continue
    return found


def placement(place):
    try:
        return (place / "placement").read_text().strip()
    except FileNotFoundError:
        return ""


def rows_of(folder, manifest):
    """One a number of ranks that has results, with speed-up and efficiency against the least of them."""
    rows = []
    for point in manifest["points"]:
        runs = summaries(folder / point["folder"], manifest["repeats"])
        if not runs:
            continue
        median = lambda value: statistics.median(value(run) for run in runs)  # noqa: E731
        row = {"ranks": point["ranks"], "nodes": point["nodes"] or "", "points": runs[0]["points"], "runs": len(runs)}
        for phase in runs[0]["seconds"]:
            row["s " + phase] = median(lambda run: run["seconds"].get(phase, 0.0))
        row["spread"] = (max(r["seconds"]["total"] for r in runs) - min(r["seconds"]["total"] for r in runs)) / row["s total"]
        row["newton"] = median(lambda run: run["iterations"]["newton"])
        row["krylov"] = median(lambda run: run["iterations"]["krylov"])
        row["MB a rank"] = median(lambda run: run["memory"]["peak_rss_bytes_max"]) / 1e6
        rows.append(row)
    for row in rows:
        ratio = rows[0]["s total"] / row["s total"]
        share = row["ranks"] / rows[0]["ranks"]
        row["efficiency"] = ratio if manifest["mode"] == "weak" else ratio / share
        work = (row["krylov"] or 1) / (rows[0]["krylov"] or 1)
        row["efficiency an iteration"] = row["efficiency"] * work
        row["where"] = placement(folder / f"ranks{row['ranks']}")
    return rows


def columns_of(rows):
    names = []
    for row in rows:
        names += [name for name in row if name not in names]
    return names


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns_of(rows), restval="")
        writer.writeheader()
        writer.writerows(rows)


def cell(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def markdown(manifest, rows):
    names = [name for name in columns_of(rows) if name != "where"]
    lines = [f"{manifest['mode']} scaling of {manifest['deck'].rsplit('/', 1)[-1]}, medians of {manifest['repeats']} runs after a warm-up", "",
             "| " + " | ".join(names) + " |", "|" + "---:|" * len(names)]
    lines += ["| " + " | ".join(cell(row.get(name, "")) for name in names) + " |" for row in rows]
    lines += [""] + [f"{place}.  " for place in dict.fromkeys(row["where"] for row in rows if row["where"])]
    return "\n".join(lines) + "\n"


def draw(path, manifest, rows):
    """Time by phase, efficiency beside the ideal, iterations, memory a rank. Whether matplotlib is there."""
    try:
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError:
        return False
    ranks = [row["ranks"] for row in rows]
    figure, axes = pyplot.subplots(2, 2, figsize=(10, 7), constrained_layout=True)
    for name in columns_of(rows):
        if name.startswith("s "):
            axes[0][0].loglog(ranks, [max(row.get(name) or 0.0, 1e-4) for row in rows], "o-", lw=2.5 if name == "s total" else 1, label=name[2:])
    ideal = [rows[0]["s total"] * (1.0 if manifest["mode"] == "weak" else ranks[0] / r) for r in ranks]
    axes[0][0].loglog(ranks, ideal, "k--", lw=1, label="ideal")
    axes[0][0].set(title="time by phase", ylabel="seconds")
    axes[0][0].legend(fontsize=8)
    axes[0][1].semilogx(ranks, [row["efficiency"] for row in rows], "o-", label="of the run")
    axes[0][1].semilogx(ranks, [row["efficiency an iteration"] for row in rows], "s:", label="an iteration")
    axes[0][1].axhline(1.0, color="k", ls="--", lw=1, label="ideal")
    axes[0][1].set(title=f"{manifest['mode']} efficiency", ylim=(0.0, None))
    axes[0][1].legend(fontsize=8)
    axes[1][0].semilogx(ranks, [row["krylov"] for row in rows], "o-", label="Krylov")
    axes[1][0].semilogx(ranks, [row["newton"] for row in rows], "s-", label="Newton")
    axes[1][0].set(title="iterations", ylim=(0.0, None))
    axes[1][0].legend(fontsize=8)
    axes[1][1].semilogx(ranks, [row["MB a rank"] for row in rows], "o-")
    axes[1][1].set(title="memory a rank", ylabel="MB", ylim=(0.0, None))
    for axis in axes.flat:
        axis.set_xlabel("ranks")
        axis.set_xticks(ranks, [str(r) for r in ranks])
        axis.minorticks_off()
    figure.savefig(path, dpi=110)
    return True

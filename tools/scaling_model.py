"""A model of what a run costs, fitted to a study and read at sizes that nobody has measured. A module of scaling.py.

Seconds of a phase with K conjugate gradient iterations over N points in d axes on P ranks, n = N / P points a rank:

  points       K n b / B            b: bytes that an iteration moves a point, the one number that is fitted; B: memory bandwidth a rank
  halo         K m (2 d L + 8 h 2 d n^((d-1)/d) / W)    m exchanges an iteration, h cells wide; L latency, W network bandwidth a rank
  reductions   K r 2 log2(P) L                           r sums over all ranks an iteration
  transposes   K x (16 n / W + 2 sqrt(P) L)              x exchanges of all points among the ranks of a row or column, P > 1
  files        8 f N / min(F, nodes F1)                  f fields read or written; F, F1: bandwidth of the file system, and of a node to it

Phases without iterations have K = 1. K and what a point moves are taken to stay as they were measured: what does not hold for sizes at
which more iterations are needed shows in the studies themselves, whose iterations are a column of the table.
"""
import math
import pathlib
import tomllib

EXCHANGES = {"joint": {"halo": 2, "width": 4, "reductions": 3, "transposes": 4}, "other": {"halo": 2, "width": 2, "reductions": 3, "transposes": 4}}
FIELDS = 10           # read and written in a run
TERMS = ("points", "halo", "reductions", "transposes", "files")
MACHINES = pathlib.Path(__file__).resolve().parent / "machines"
DATA_SHEETS = 2.0     # by which bandwidths and latencies of data sheets are taken to err


def machine_of(name):
    path = pathlib.Path(name) if name.endswith(".toml") else MACHINES / f"{name}.toml"
    with open(path, "rb") as file:
        return tomllib.load(file)


def measured_machine():
    """This one: bandwidth of a copy by one process; latency and network are those of shared memory, assumed."""
    import time
    import numpy
    source = numpy.ones(1 << 24)
    target = numpy.empty_like(source)
    seconds = []
    for _ in range(5):
        begin = time.thread_time()
        numpy.copyto(target, source)
        seconds.append(time.thread_time() - begin)
    bandwidth = 2.0 * source.nbytes / min(seconds)
    return {"name": "this machine", "sources": "memory: a copy of 128 MiB by one process, measured now; the rest assumed", "ranks_per_node": 1,
            "memory_bandwidth": bandwidth, "network_bandwidth": bandwidth / 2, "latency": 1e-6, "file_bandwidth": 1e9, "file_bandwidth_node": 1e9}


def terms(machine, points, ranks, axes, iterations, moved, method):
    """Seconds of each term."""
    share = min(ranks, machine["ranks_per_node"])
    memory, network = machine["memory_bandwidth"] / share, machine["network_bandwidth"] / share
    latency, local = machine["latency"], points / ranks
    e = EXCHANGES["joint" if method == "joint" else "other"]
    alone = ranks == 1
    surface = 2 * axes * local ** ((axes - 1) / axes)
    return {"points": iterations * local * moved / memory,
            "halo": 0.0 if alone else iterations * e["halo"] * (2 * axes * latency + 8 * e["width"] * surface / network),
            "reductions": 0.0 if alone else iterations * e["reductions"] * 2 * math.log2(ranks) * latency,
            "transposes": 0.0 if alone else iterations * e["transposes"] * (16 * local / network + 2 * math.sqrt(ranks) * latency),
            "files": 8 * FIELDS * points / min(machine["file_bandwidth"], math.ceil(ranks / machine["ranks_per_node"]) * machine["file_bandwidth_node"])}


def work(row):
    """Seconds of a measured row without its files."""
    return sum(row.get("s " + phase) or 0.0 for phase in ("start", "tune", "jets", "solve", "uncertainty"))


def fit(machine, rows, axes, method):
    """Bytes that an iteration moves a point, by least squares of the relative error, and the largest relative error of a row."""
    ratios = []
    for row in rows:
        cost = terms(machine, row["points"], row["ranks"], axes, row["krylov"], 1.0, method)
        rest = cost["halo"] + cost["reductions"] + cost["transposes"]
        ratios.append((work(row), rest, cost["points"]))
    above = sum((time - rest) * unit / time**2 for time, rest, unit in ratios)
    moved = max(above / sum(unit * unit / time**2 for time, _, unit in ratios), 8.0)
    errors = [(rest + moved * unit) / time - 1.0 for time, rest, unit in ratios]
    return moved, errors


def predict(manifest, rows, machines, sizes, ranks):
    """Lines of Markdown."""
    here = measured_machine()
    axes, method = manifest["axes"], manifest["method"]
    moved, errors = fit(here, rows, axes, method)
    worst = max(abs(error) for error in errors)
    iterations = rows[-1]["krylov"]
    lines = [f"Model of {pathlib.Path(manifest['deck']).name}, {method}, {axes} axes: {iterations:.0f} iterations, each moving {moved:.0f} bytes a point "
             f"(at {here['memory_bandwidth'] / 1e9:.1f} GB/s; {here['sources']})", "", "| ranks | measured s | model s | error |", "|---:|---:|---:|---:|"]
    for row, error in zip(rows, errors):
        lines.append(f"| {row['ranks']} | {work(row):.3g} | {work(row) * (1 + error):.3g} | {100 * error:+.0f} % |")
    for machine in machines:
        lines += ["", f"{machine['name']}. {machine['sources']}. The band: the error above and a factor {DATA_SHEETS:g} of the data sheets.", "",
                  "| points | ranks | " + " | ".join(TERMS) + " | total s | band | efficiency |", "|---:|" * 1 + "---:|" * (len(TERMS) + 4)]
        for size in sizes:
            first = None
            ends = ""
            for count in ranks:
                cost = terms(machine, size**axes, count, axes, iterations, moved, method)
                total = sum(cost.values())
                first = first or (total * count)
                efficiency = first / (total * count)
                factor = DATA_SHEETS * (1.0 + worst)
                lines.append(f"| {size}^{axes} | {count} | " + " | ".join(f"{cost[name]:.2g}" for name in TERMS) +
                             f" | {total:.3g} | {total / factor:.2g} to {total * factor:.2g} | {efficiency:.2f} |")
                if not ends and cost["points"] < 0.5 * total:
                    other = max((name for name in TERMS if name != "points"), key=lambda name: cost[name])
                    ends = f"{size}^{axes}: {other} end the scaling at {count} ranks"
            lines.append("")
            lines.append(ends or f"{size}^{axes}: work on points is most of the time on all of these ranks")
            lines.append("")
            if size != sizes[-1]:
                lines += ["| points | ranks | " + " | ".join(TERMS) + " | total s | band | efficiency |", "|---:|" + "---:|" * (len(TERMS) + 4)]
    return "\n".join(lines) + "\n"

"""A model of what a run costs, phase by phase, fitted to a study and read at sizes that nobody has measured. A module of scaling.py.

Seconds of a phase with K conjugate gradient iterations over N points on P ranks, n = N / P points a rank:

  points       K n max(b / B, f b / F)      b: bytes that an iteration moves a point (fitted); B: memory bandwidth a rank [byte/s];
                                            f: operations a byte (the one of INTENSITIES that fits best); F: those of a rank [1/s]
  fixed        K s                          s: seconds of an iteration that no rank takes off another (fitted, where points a
                                            rank differ; as on the machine of the study)
  halo         K m (2 c L + 8 h S / W)      m exchanges an iteration, h cells wide, S points of a rank's surface along the c cut axes;
                                            L: latency [s], W: network bandwidth a rank [byte/s]
  reductions   K r 2 ceil(log2 P) L         r sums over all ranks an iteration, up and down a tree
  transposes   K x (16 n / W + 2 sqrt(P) L) x exchanges of all points among the ranks of a row or column, P > 1
  files        a 8 f N / min(F, nodes F1)   f fields; F, F1: bandwidth of the file system, and of a node to it [byte/s]; a: how many
                                            times that is taken (fitted)

Phases without iterations have K = 1. Of the iterations of a run each phase has its share of the seconds of the first row. t is not cut.
"""
import math
import pathlib
import tomllib

import numpy

INTENSITIES = (0.5, 1.0, 2.0, 4.0, 8.0)   # operations a byte: from copies to transforms and filters of a dozen taps in the cache
ITERATIVE = ("start", "tune", "solve", "uncertainty", "run")
FITTED, UNCHECKED = 2, 2.0    # numbers of a phase; the factor that a model is taken to err by where its rows are no more than these
FILES = {"read": 4, "write": 8, "checkpoint": 4}      # fields read or written
# Of an iteration: m, h, r, x above. jets: one pass of every filter along every axis, as wide as its radius.
EXCHANGES = {"joint": {"m": 2, "h": 4, "r": 3, "x": 4}, "other": {"m": 2, "h": 2, "r": 3, "x": 4}}
JETS = {"m": 1, "h": 12, "r": 0, "x": 0}
TERMS = ("points", "fixed", "halo", "reductions", "transposes", "files")
MACHINES = pathlib.Path(__file__).resolve().parent / "machines"


def machine_of(name):
    path = pathlib.Path(name) if name.endswith(".toml") else MACHINES / f"{name}.toml"
    with open(path, "rb") as file:
        return tomllib.load(file)


def measured_machine():
    """This one, where nothing else is known: bandwidth of a copy by one process; the rest is assumed. `mollis info --measure` does better."""
    import time
    source = numpy.ones(1 << 24)
    target = numpy.empty_like(source)
    seconds = []
    for _ in range(5):
        begin = time.thread_time()
        numpy.copyto(target, source)
        seconds.append(time.thread_time() - begin)
    bandwidth = 2.0 * source.nbytes / min(seconds)
    return {"name": "this machine", "sources": "memory: a copy of 128 MiB by one process, measured; the rest assumed", "ranks_per_node": 1,
            "memory_bandwidth": bandwidth, "flops": 1e10, "network_bandwidth": bandwidth / 2, "latency": 1e-6, "file_bandwidth": 1e9,
            "file_bandwidth_node": 1e9}


class Shape:
    """Points along named axes on P ranks, cut in proportion along all but t."""

    def __init__(self, names, points, ranks):
        self.points, self.ranks = math.prod(points), ranks
        self.cut = sum(name != "t" for name in names)
        self.local = self.points / ranks
        cuts = ranks ** (1.0 / max(self.cut, 1))
        sides = [n / cuts for name, n in zip(names, points) if name != "t"]
        self.surface = sum(2.0 * self.local / max(side, 1.0) for side in sides)


def share_of(machine, ranks):
    return min(ranks, machine["ranks_per_node"])


def unit_of_points(machine, shape, intensity):
    """Seconds for a byte of every point, and `intensity` operations: ranks share a node's memory, not its arithmetic."""
    return shape.local * max(share_of(machine, shape.ranks) / machine["memory_bandwidth"],
                             intensity * machine["ranks_per_node"] / machine.get("flops", math.inf))


def unit_of_files(machine, shape, fields):
    nodes = math.ceil(shape.ranks / machine["ranks_per_node"])
    return 8.0 * fields * shape.points / min(machine["file_bandwidth"], nodes * machine["file_bandwidth_node"])


def network(machine, shape, counts, iterations):
    """Seconds of halo, reductions and transposes."""
    if shape.ranks == 1:
        return {"halo": 0.0, "reductions": 0.0, "transposes": 0.0}
    latency, bandwidth = machine["latency"], machine["network_bandwidth"] / share_of(machine, shape.ranks)
    return {"halo": iterations * counts["m"] * (2 * shape.cut * latency + 8 * counts["h"] * shape.surface / bandwidth),
            "reductions": iterations * counts["r"] * 2 * math.ceil(math.log2(shape.ranks)) * latency,
            "transposes": iterations * counts["x"] * (16 * shape.local / bandwidth + 2 * math.sqrt(shape.ranks) * latency)}


def counts_of(phase, method):
    return JETS if phase == "jets" else EXCHANGES.get(method, EXCHANGES["other"])


def smallest_squares(units, times, apart, known=None):
    """(a, s) >= 0 of a u + s v ~ t by least squares of relative errors; units: pairs (u, v).

    Unless the rows tell them `apart`, or where they would have a negative, a is what is `known` and s the rest; s = 0 where nothing is:
    seconds that nobody takes off another must not stand in for work that grows with the points."""
    rows = numpy.array([[u / t, v / t] for (u, v), t in zip(units, times)])
    if (rows[:, 0] ** 2).sum() == 0.0:
        return 0.0, 0.0
    ones = numpy.ones(len(times))
    if apart:
        both = numpy.linalg.lstsq(rows, ones, rcond=None)[0]
        if (both > 0).all():
            return float(both[0]), float(both[1])
    alone = float(rows[:, 0].sum() / (rows[:, 0] ** 2).sum())
    if known is None or alone <= known:
        return alone, 0.0
    return known, float((rows[:, 1] * (ones - known * rows[:, 0])).sum() / (rows[:, 1] ** 2).sum())


class Model:
    """What is fitted: of each phase bytes a point (files: times their bandwidth's due), seconds fixed, share of the iterations; of all of
    them operations a byte, by which ranks of one node share its memory or have their own arithmetic."""

    def __init__(self, manifest, rows, machine):
        self.names, self.method, self.machine = manifest["names"], manifest["method"], machine
        self.frames = manifest.get("frames", 1)
        self.deck = pathlib.Path(manifest["deck"]).name
        measured = [row for row in rows if row["points"] > 0]
        shapes = [Shape(self.names, self.even(row["points"]), row["ranks"]) for row in measured]
        self.krylov = [max(row["krylov"], 1) for row in measured]
        first = {name: measured[0].get("s " + name) or 0.0 for name in ITERATIVE}
        whole = sum(first.values()) or 1.0
        timed = [key[2:] for key in measured[0] if key.startswith("s ") and key != "s total" and min(row.get(key) or 0.0 for row in measured) > 0.0]
        self.rows = [(row, {name: row["s " + name] for name in timed}) for row in measured]
        self.shares = {name: seconds / whole for name, seconds in first.items()}
        best = None
        for intensity in INTENSITIES:
            self.intensity = intensity
            self.phases = {name: self.fitted(name, shapes) for name in timed}
            errors = [self.total(self.cost(machine, shape, krylov)) / sum(times.values()) - 1.0
                      for shape, krylov, (_, times) in zip(shapes, self.krylov, self.rows)]
            worst = max(max(1.0 + error, 1.0 / (1.0 + error)) for error in errors)   # a factor
            if best is None or worst < best[0] / 1.02:
                best = worst, errors, intensity, self.phases
        self.worst, self.errors, self.intensity, self.phases = best
        self.checked = len(measured) > FITTED   # else the rows are met because there are no more of them
        if not self.checked:
            self.worst = max(self.worst, UNCHECKED)
        low, high = min(shapes, key=lambda s: s.points), max(shapes, key=lambda s: s.points)
        self.largest = high.points
        ratio = self.krylov[shapes.index(high)] / self.krylov[shapes.index(low)]
        self.growth = max(math.log(ratio) / math.log(high.points / low.points), 0.0) if high.points > low.points else 0.0

    def fitted(self, name, shapes):
        """A phase, by its seconds in the study's rows."""
        phase = {"kind": "files" if name in FILES else "jets" if name == "jets" else "iterative" if name in ITERATIVE else "once",
                 "share": self.shares.get(name, 0.0)}
        units, left = [], []
        for shape, krylov, (_, times) in zip(shapes, self.krylov, self.rows):
            if phase["kind"] == "files":
                units.append((unit_of_files(self.machine, shape, FILES[name]), 1.0))
                left.append(times[name])
                continue
            k = self.iterations(phase, krylov)
            units.append((k * unit_of_points(self.machine, shape, self.intensity), k))
            left.append(max(times[name] - sum(network(self.machine, shape, counts_of(name, self.method), k).values()), 1e-3 * times[name]))
        files = phase["kind"] == "files"
        sizes = [shape.points if files else shape.local for shape in shapes]
        phase["bytes"], phase["fixed"] = smallest_squares(units, left, max(sizes) >= 1.5 * min(sizes), 1.0 if files else None)
        return phase

    def axes_of(self, size):
        """Points along each axis, `size` of them but for t, which has its frames."""
        return [self.frames if name == "t" else size for name in self.names]

    def even(self, points):
        """Likewise, for so many points in all."""
        space = sum(name != "t" for name in self.names)
        frames = self.frames if "t" in self.names else 1
        return self.axes_of((points / frames) ** (1.0 / max(space, 1)))

    @staticmethod
    def iterations(phase, krylov):
        return max(krylov * phase["share"], 1.0) if phase["kind"] == "iterative" else 1.0

    def iterations_at(self, points):
        """Of a run: as measured, and as they would grow on."""
        k = self.krylov[-1]
        return k, k * max(points / self.largest, 1.0) ** self.growth

    def cost(self, machine, shape, krylov):
        """{phase: {term: seconds}}."""
        costs = {}
        for name, phase in self.phases.items():
            k = self.iterations(phase, krylov)
            if phase["kind"] == "files":
                costs[name] = {"files": phase["bytes"] * unit_of_files(machine, shape, FILES[name]), "fixed": phase["fixed"]}
            else:
                costs[name] = {"points": k * phase["bytes"] * unit_of_points(machine, shape, self.intensity), "fixed": k * phase["fixed"],
                               **network(machine, shape, counts_of(name, self.method), k)}
        return costs

    @staticmethod
    def total(cost):
        return sum(sum(terms.values()) for terms in cost.values())

    def band(self, machine, shape):
        """Least, likely and most seconds: errors of the model and of data sheets, iterations that stay or grow on."""
        few, many = self.iterations_at(shape.points)
        likely = self.total(self.cost(machine, shape, few))
        factor = machine.get("band", 1.0) * self.worst
        return likely / factor, likely, self.total(self.cost(machine, shape, many)) * factor

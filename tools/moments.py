#!/usr/bin/env python3
"""Drift and diffusivity of trajectories, cell by cell, as data with noise for Mollis: the first two Kramers-Moyal moments of displacements.

    tools/moments.py TABLE -o moments.h5 --axes y x [--columns y="y [um]" t=time trajectory=track] [--cell 0.5] [--only region=3]
                     [--period x=6.2832] [--lag 1] [--localisation auto]

TABLE: CSV with a line of names, or HDF5 with 1D datasets (a row a position); HDF5 datasets of two axes [trajectory, time] serve, too, with t
of one. Displacements D over `lag` frames of one trajectory, no frame missing between, count in the cell where they begin:
    drift_A      = mean(D_A) / tau                                          A an axis
    diffusivity  = mean over the axes of [var(D_A) / 2 - e_A^2] / tau,      var about the cell's mean
e_A^2, the variance of a position's error: minus the mean product of successive displacements (--localisation auto; Berglund 2010, without
blur), a column (--localisation x_err: its mean square), or 0. Standard deviations `..._sigma` stand beside, of the cell's count n:
    sqrt(lag v / n) / tau   and   c v sqrt(lag) / (2 tau sqrt(axes (n - 1))),
v the variance of displacements there, drawn to that of all by 20 displacements, c^2 + 1 the kurtosis of all (2 where they are normal).
Errors of order tau: tau |grad drift| drift / 2 of the drift, tau 2 drift' diffusivity / 2 of the diffusivity. A position's error pulls
molecules to where they came from: -e^2 (log density)' / tau of drift. Cells of fewer than two displacements are NaN."""
import argparse
import sys

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as error:
    sys.exit(f"moments.py: {error}; needed are numpy and h5py (Debian: python3-h5py)")

DRAWN = 20.0   # displacements by which a cell's variance is drawn to that of all


class Failure(Exception):
    """What the user gets to read, and the exit code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def read(path, names, trajectory):
    """Columns by name, flat; of datasets [trajectory, time] the rows are the trajectories."""
    try:
        if path.endswith((".h5", ".hdf5")):
            with h5py.File(path) as file:
                missing = [name for name in names if name not in file and name != trajectory]
                if missing:
                    raise Failure(66, f"{path}: no dataset {missing[0]!r}; it has {', '.join(file)}")
                found = {name: file[name][...] for name in names if name in file}
        else:
            with open(path, encoding="utf-8") as text:
                header = [name.strip().strip('"') for name in text.readline().split(",")]
            missing = [name for name in names if name not in header]
            if missing:
                raise Failure(65, f"{path}: no column {missing[0]!r}; it has {', '.join(header)}")
            values = np.loadtxt(path, delimiter=",", skiprows=1, usecols=[header.index(name) for name in names], unpack=True, ndmin=2)
            found = dict(zip(names, values))
    except OSError as error:
        raise Failure(66, f"{path}: cannot be read ({error})") from error
    shape = np.broadcast_shapes(*(column.shape for column in found.values()))
    if len(shape) == 2:
        found[trajectory] = np.arange(shape[0])[:, None]
    if trajectory not in found:
        raise Failure(66, f"{path}: no dataset {trajectory!r}, and none with two axes; name it by --columns trajectory=NAME")
    return {name: np.broadcast_to(column, shape).ravel() for name, column in found.items()}


class Displacements:
    """Where each begins, what it is [n, axes], and which one follows it in its trajectory."""

    def __init__(self, places, times, trajectory, lag):
        self.lag = lag
        order = np.lexsort((times, trajectory))
        places, times, trajectory = places[order].astype(float), times[order], trajectory[order]
        steps = np.diff(times)[np.diff(trajectory) == 0]
        if len(steps) == 0 or steps.min() <= 0:
            raise Failure(65, "no trajectory has two positions" if len(steps) == 0 else "two positions of a trajectory at one time")
        self.tau = lag * float(np.median(steps[steps < 1.5 * steps.min()]))
        first = np.arange(len(times) - lag)
        whole = (trajectory[first] == trajectory[first + lag]) & (np.abs(times[first + lag] - times[first] - self.tau) < 0.01 * self.tau / lag)
        whole &= np.isfinite(places[first]).all(axis=1) & np.isfinite(places[first + lag]).all(axis=1)
        first = first[whole]
        self.start, self.by = places[first], places[first + lag] - places[first]
        begins = np.full(len(times), -1)
        begins[first] = np.arange(len(first))
        after = begins[first + lag]
        self.pairs = np.column_stack([np.flatnonzero(after >= 0), after[after >= 0]])

    def position_error(self):
        """Mean square, by axis, from successive displacements."""
        one, next_one = self.by[self.pairs[:, 0]], self.by[self.pairs[:, 1]]
        return -((one - self.by.mean(axis=0)) * (next_one - self.by.mean(axis=0))).mean(axis=0) if len(one) else np.zeros(self.by.shape[1])


def grid_of(start, axes, cell, per_cell, periods):
    """Cell edges by axis; on a periodic one whole cells to a period, `start` folded into it."""
    folded, edges = start.copy(), []
    for a, name in enumerate(axes):
        if name in periods:
            folded[:, a] %= periods[name]
    extent = [periods.get(name, np.ptp(folded[:, a])) for a, name in enumerate(axes)]
    if cell is None:
        cell = float((np.prod(extent) * per_cell / len(start)) ** (1 / len(axes)))
    for a, name in enumerate(axes):
        n = max(int(np.ceil(extent[a] / cell)), 1)
        edges.append(np.linspace(0, periods[name], n + 1) if name in periods else folded[:, a].min() + cell * np.arange(n + 1))
    return folded, edges


def moments(moved, folded, edges, error):
    """count, drift, its deviation, diffusivity, its deviation; [cells...] and [cells..., axes]."""
    axes, tau = moved.by.shape[1], moved.tau
    count = np.histogramdd(folded, edges)[0]
    sums = [[np.histogramdd(folded, edges, weights=moved.by[:, a] ** k)[0] for a in range(axes)] for k in (1, 2)]
    few = count < 2
    n = np.where(few, np.nan, count)
    mean = [s / n for s in sums[0]]
    variance = [(s - n * m**2) / (n - 1) for s, m in zip(sums[1], mean)]
    centred = moved.by - moved.by.mean(axis=0)
    of_all = (centred**2).mean(axis=0)
    overlap = np.sqrt(moved.lag)   # displacements over several frames share frames
    shape = np.sqrt(np.maximum((centred**4).mean(axis=0) / of_all**2 - 1, 1e-3)).mean()
    steady = [(v * (n - 1) + DRAWN * o) / (n - 1 + DRAWN) for v, o in zip(variance, of_all)]
    drift = np.stack([m / tau for m in mean], axis=-1)
    drift_sigma = np.stack([overlap * np.sqrt(v / n) / tau for v in steady], axis=-1)
    diffusivity = np.mean([v / 2 - e for v, e in zip(variance, error)], axis=0) / tau
    diffusivity_sigma = overlap * shape * np.mean(steady, axis=0) / (2 * tau * np.sqrt(axes * (n - 1)))
    return count, drift, drift_sigma, diffusivity, diffusivity_sigma


def repeats(moved, folded, edges, count, axes):
    """Share of displacements that are exactly 0 in each cell, and a line for each cell where that is far more than elsewhere (six standard
    deviations and five times): positions that were written twice, or particles that stuck there."""
    still = (moved.by == 0).all(axis=1)
    number, expected = np.histogramdd(folded[still], edges)[0], still.mean() * count
    words = []
    for cell in np.argwhere((number > expected + 6 * np.sqrt(expected + 1)) & (number > 5 * expected)):
        place = ", ".join(f"{name} = {(edges[a][i] + edges[a][i + 1]) / 2:.4g}" for a, (name, i) in enumerate(zip(axes, cell)))
        words.append(f"cell {place}: {100 * number[tuple(cell)] / count[tuple(cell)]:.0f} % of its displacements are exactly 0 ({100 * still.mean():.1f} % of all); "
                     "were positions written twice? Its moments are too small")
    return number / np.where(count > 0, count, np.nan), words


def pairs(given, what, kind=str):
    found = {}
    for word in given:
        name, sign, value = word.partition("=")
        if not sign:
            raise Failure(64, f"{what} {word!r}: NAME=VALUE is asked for")
        found[name] = kind(value)
    return found


def convert(given):
    columns, periods, only = pairs(given.columns, "--columns"), pairs(given.period, "--period", float), pairs(given.only, "--only", float)
    name = lambda key: columns.get(key, key)
    wanted = [name(key) for key in (*given.axes, "t", "trajectory")] + list(only)
    if given.localisation not in ("auto", "0"):
        wanted.append(given.localisation)
    table = read(given.table, list(dict.fromkeys(wanted)), name("trajectory"))
    rows = np.all([table[key] == value for key, value in only.items()], axis=0) if only else slice(None)
    table = {key: column[rows] for key, column in table.items()}
    moved = Displacements(np.column_stack([table[name(a)] for a in given.axes]), table[name("t")], table[name("trajectory")], given.lag)
    if given.localisation == "auto":
        error = moved.position_error()
    else:
        error = np.full(len(given.axes), 0.0 if given.localisation == "0" else float(np.mean(table[given.localisation].astype(float) ** 2)))
    folded, edges = grid_of(moved.start, given.axes, given.cell, given.per_cell, periods)
    found = moments(moved, folded, edges, error)
    still, warnings = repeats(moved, folded, edges, found[0], given.axes)
    write(given.output, given.axes, edges, found, still)
    of_all = np.mean(moved.by.var(axis=0) / 2 - error) / moved.tau
    print(f"{len(moved.by)} displacements of {moved.tau:.4g}, {np.isfinite(found[3]).sum()} of {found[3].size} cells; "
          f"of all: drift {', '.join(f'{v:.4g}' for v in moved.by.mean(axis=0) / moved.tau)}, diffusivity {of_all:.4g}, "
          f"deviation of a position {', '.join(f'{np.sqrt(max(e, 0.0)):.3g}' for e in error)}")
    for line in warnings:
        print(f"moments.py: {line}", file=sys.stderr)


def write(path, axes, edges, found, still):
    count, drift, drift_sigma, diffusivity, diffusivity_sigma = found
    with h5py.File(path, "w") as file:
        for a, name in enumerate(axes):
            file[name] = (edges[a][1:] + edges[a][:-1]) / 2
            file[f"drift_{name}"], file[f"drift_{name}_sigma"] = drift[..., a], drift_sigma[..., a]
        file["count"], file["diffusivity"], file["diffusivity_sigma"] = count, diffusivity, diffusivity_sigma
        file["still"] = still


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table")
    parser.add_argument("-o", "--output", default="moments.h5")
    parser.add_argument("--axes", nargs="+", default=["y", "x"], help="slowest first; they name the columns, too")
    parser.add_argument("--columns", nargs="+", default=[], metavar="NAME=COLUMN", help="of an axis, of t, of trajectory, where called otherwise")
    parser.add_argument("--only", nargs="+", default=[], metavar="COLUMN=NUMBER")
    parser.add_argument("--period", nargs="+", default=[], metavar="AXIS=LENGTH")
    parser.add_argument("--cell", type=float, help="side of a cell, in the unit of the axes")
    parser.add_argument("--per-cell", type=float, default=100.0, help="displacements a cell of the box on average, where no --cell is given")
    parser.add_argument("--lag", type=int, default=1, help="frames between the ends of a displacement")
    parser.add_argument("--localisation", default="auto", metavar="auto|0|COLUMN")
    try:
        convert(parser.parse_args())
    except Failure as failure:
        print(f"moments.py: {failure}", file=sys.stderr)
        return failure.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
